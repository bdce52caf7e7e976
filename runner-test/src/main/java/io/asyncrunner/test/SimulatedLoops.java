package io.asyncrunner.test;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Loops for tests: on a virtual clock, and if wanted in an order that a seed decides. They are loop factories as any other, so
 * the code under test does not change.
 *
 * <pre>{@code
 * try (Runner runner = Runner.builder().loopFactory(SimulatedLoops.virtualClock()).build()) {
 *   runner.run(() -> Async.sleep(Duration.ofDays(1))); // at once
 * }
 * }</pre>
 *
 * <p>A {@link DeadlockError} ends the run when nothing is ready, no timer is set and nothing outside is known that could wake
 * the loop. What makes a run depend on real time is reported to the loop's exception handler: a task that was blocked in a
 * call of the JDK and was woken by another thread, and work outside that keeps the time from moving for a second.
 *
 * <p>Immutable: each method gives another factory. The loops' coroutines run on the best fibers that there are, as those of
 * {@link io.asyncrunner.Runner#create()}; on every kind of fiber the same seed gives the same interleaving, for code that
 * suspends only by the library.
 */
public final class SimulatedLoops implements EventLoopFactory {
  private enum Order {
    USUAL,
    SEEDED,
    REPLAYED
  }

  private final Order order;
  private final long seed;
  private final Choices choices;
  private final @Nullable FiberFactory fibers;
  private final boolean recording;
  private final boolean realTimeAllowed;
  private final Simulation.Fault fault;

  /** The best fibers, by the class of the thread that makes loops; looking for them takes longer than a short test. */
  private final Map<Class<?>, FiberFactory> best;

  private SimulatedLoops(Order order, long seed, Choices choices, @Nullable FiberFactory fibers, boolean recording,
      boolean realTimeAllowed, Simulation.Fault fault, Map<Class<?>, FiberFactory> best) {
    this.order = order;
    this.seed = seed;
    this.choices = choices;
    this.fibers = fibers;
    this.recording = recording;
    this.realTimeAllowed = realTimeAllowed;
    this.fault = fault;
    this.best = best;
  }

  /**
   * Loops on a virtual clock, which run what is ready in the usual order.
   *
   * @return the factory
   */
  public static SimulatedLoops virtualClock() {
    return new SimulatedLoops(Order.USUAL, 0, Choices.NONE, null, false, false, Simulation.Fault.NONE,
        new ConcurrentHashMap<>());
  }

  /**
   * Loops on a virtual clock, on which a seed decides at each turn which of the ready callbacks and tasks comes next, timers of
   * equal deadlines included.
   *
   * @param seed the same gives the same interleaving
   * @return the factory
   */
  public static SimulatedLoops seeded(long seed) {
    return new SimulatedLoops(Order.SEEDED, seed, Choices.NONE, null, false, false, Simulation.Fault.NONE,
        new ConcurrentHashMap<>());
  }

  /**
   * Loops on a virtual clock, which take the course of an earlier run.
   *
   * @param choices what the earlier run chose
   * @return the factory
   */
  public static SimulatedLoops replaying(Choices choices) {
    return new SimulatedLoops(
        Order.REPLAYED, 0, Objects.requireNonNull(choices, "choices"), null, false, false, Simulation.Fault.NONE,
        new ConcurrentHashMap<>());
  }

  /** These loops in another order. */
  SimulatedLoops withSeed(long other) {
    return new SimulatedLoops(Order.SEEDED, other, Choices.NONE, fibers, recording, realTimeAllowed, fault, best);
  }

  SimulatedLoops withChoices(Choices other) {
    return new SimulatedLoops(Order.REPLAYED, 0, other, fibers, recording, realTimeAllowed, fault, best);
  }

  /**
   * Has coroutines run on a given kind of fiber.
   *
   * @param fibers for example {@link PlatformThreadLoops#fibers()}
   * @return another factory
   */
  public SimulatedLoops on(FiberFactory fibers) {
    return new SimulatedLoops(
        order, seed, choices, Objects.requireNonNull(fibers, "fibers"), recording, realTimeAllowed, fault, best);
  }

  /**
   * Has loops record their course, for {@link Interleaving#of}. Takes a stack trace at each step.
   *
   * @return another factory
   */
  public SimulatedLoops recording() {
    return new SimulatedLoops(order, seed, choices, fibers, true, realTimeAllowed, fault, best);
  }

  /**
   * Does not report what makes a run depend on real time, for tests that mean to: of sockets, say.
   *
   * @return another factory
   */
  public SimulatedLoops allowingRealTime() {
    return new SimulatedLoops(order, seed, choices, fibers, recording, true, fault, best);
  }

  /**
   * Cancels a task at one of its suspension points. Those of all tasks are counted, in the order in which they are reached, but
   * for those of the task that the run is for, and of a closing {@code Runner}.
   *
   * @param suspension which, from 1 on
   * @return another factory
   */
  public SimulatedLoops cancellingAt(int suspension) {
    return with(new Simulation.Fault(Simulation.Fault.Kind.CANCEL, suspension));
  }

  /**
   * Has a wait of a task throw an {@link InjectedFault}; else as {@link #cancellingAt}.
   *
   * @param suspension which, from 1 on
   * @return another factory
   */
  public SimulatedLoops failingAt(int suspension) {
    return with(new Simulation.Fault(Simulation.Fault.Kind.FAIL, suspension));
  }

  private SimulatedLoops with(Simulation.Fault other) {
    if (other.at() < 1) {
      throw new IllegalArgumentException("suspension: " + other.at() + " (expected at least 1)");
    }
    return new SimulatedLoops(order, seed, choices, fibers, recording, realTimeAllowed, other, best);
  }

  @Override
  public LoopEngine newEventLoop() {
    Chooser chooser = switch (order) {
      case USUAL -> Chooser.OLDEST;
      case SEEDED -> Chooser.seeded(seed);
      case REPLAYED -> Chooser.replaying(choices);
    };
    Simulation simulation = new Simulation(chooser, fault, recording, realTimeAllowed);
    return io.asyncrunner.core.internal.SimulatedLoops.newLoop(fibers(), simulation);
  }

  private FiberFactory fibers() {
    return fibers != null
        ? fibers
        : best.computeIfAbsent(Thread.currentThread().getClass(), threads -> {
          FiberFactory found = EventLoopProvider.best().fibers();
          return found != null ? found : PlatformThreadLoops.fibers();
        });
  }

  /** Order and seed. */
  @Override
  public String toString() {
    return "SimulatedLoops[" + switch (order) {
      case USUAL -> "usual order";
      case SEEDED -> "seed " + seed;
      case REPLAYED -> "choices " + choices;
    } + "]";
  }
}
