package io.asyncrunner.test;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.spi.LoopEngine;
import org.jspecify.annotations.Nullable;

/**
 * One run of a program.
 *
 * @param failure what it threw, or {@code null} if it passed
 * @param simulation of the first loop that it made, or {@code null} if it made none
 */
record Attempt(@Nullable Throwable failure, @Nullable Simulation simulation) {
  static Attempt of(Explorer.Program program, SimulatedLoops loops) {
    Factory factory = new Factory(loops);
    Throwable failure = null;
    try {
      program.run(factory);
    } catch (Throwable thrown) {
      if (!isAborted(thrown)) {
        failure = thrown;
      }
    }
    return new Attempt(failure, factory.first);
  }

  /** Tells whether it is what a test throws that does not apply; by name, because JUnit need not be there. */
  static boolean isAborted(Throwable thrown) {
    return thrown.getClass().getName().equals("org.opentest4j.TestAbortedException");
  }

  /** Tells whether it failed in the same way as another run. */
  boolean failedAs(Throwable other) {
    return failure != null && failure.getClass() == other.getClass();
  }

  Choices choices() {
    return simulation == null ? Choices.NONE : simulation.choices();
  }

  private static final class Factory implements EventLoopFactory {
    private final SimulatedLoops loops;
    private @Nullable Simulation first;

    Factory(SimulatedLoops loops) {
      this.loops = loops;
    }

    @Override
    public LoopEngine newEventLoop() {
      LoopEngine loop = loops.newEventLoop();
      if (first == null) {
        first = Simulation.of(loop);
      }
      return loop;
    }
  }
}
