package io.asyncrunner.core.internal;

import io.asyncrunner.spi.FiberFactory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes simulated loops. The engine, which this package does not see, puts itself here. */
public abstract class SimulatedLoops {
  private static volatile @Nullable SimulatedLoops engine;

  /** For the engine. */
  protected SimulatedLoops() {}

  /**
   * Makes a loop that a simulator decides for.
   *
   * @param fibers what its coroutines run on
   * @param simulator for this loop alone
   * @return a new loop
   */
  public static SimulatedLoop newLoop(FiberFactory fibers, Simulator simulator) {
    if (engine == null) {
      try {
        Class.forName("io.asyncrunner.core.Simulated", true, SimulatedLoops.class.getClassLoader());
      } catch (ClassNotFoundException impossible) {
        throw new ExceptionInInitializerError(impossible);
      }
    }
    return Objects.requireNonNull(engine).make(fibers, simulator);
  }

  /**
   * Has the engine make the loops.
   *
   * @param engine the engine
   */
  protected static void setEngine(SimulatedLoops engine) {
    SimulatedLoops.engine = engine;
  }

  /**
   * Makes a loop.
   *
   * @param fibers what its coroutines run on
   * @param simulator for this loop alone
   * @return a new loop
   */
  protected abstract SimulatedLoop make(FiberFactory fibers, Simulator simulator);
}
