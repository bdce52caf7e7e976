package io.asyncrunner.test;

import io.asyncrunner.EventLoop;
import java.time.Duration;
import java.util.Objects;

/**
 * The clock of a simulated loop. Its time moves only when nothing is ready, and then jumps to the next timer; it does not move
 * while work for the loop is outstanding elsewhere ({@code toThread}, a blocking call of the JDK).
 *
 * <p><b>Thread:</b> the loop's.
 */
public final class VirtualClock {
  private final Simulation simulation;

  VirtualClock(Simulation simulation) {
    this.simulation = simulation;
  }

  /**
   * The clock of a loop.
   *
   * @param loop a simulated loop
   * @return its clock, always the same
   * @throws IllegalArgumentException if the loop was not made by {@link SimulatedLoops}
   */
  public static VirtualClock of(EventLoop loop) {
    return Simulation.of(loop).clock;
  }

  /**
   * The virtual time that has passed.
   *
   * @return the time since the loop was made
   */
  public Duration elapsed() {
    return Duration.ofNanos(simulation.nanoTime());
  }

  /**
   * Moves the time on: what is due meanwhile runs at its time. Returns when nothing is ready any more at the new time. Works
   * whether auto-advance is on or off.
   *
   * @param duration how far; zero waits until nothing is ready
   * @throws IllegalArgumentException if negative
   * @throws IllegalStateException outside a task of the loop
   * @throws io.asyncrunner.CancelledError if the task is cancelled; the time has moved on by a part, or not at all
   */
  public void advance(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    if (duration.isNegative()) {
      throw new IllegalArgumentException("duration: " + duration + " (expected zero or more: time does not go back)");
    }
    simulation.advance(duration);
  }

  /**
   * Turns auto-advance on or off. While it is off the time moves by {@link #advance} alone, and a loop on which nothing is
   * ready while nobody advances ends its run with a {@link DeadlockError}.
   *
   * @param on true, the default, to let the time jump to the next timer
   */
  public void setAutoAdvance(boolean on) {
    simulation.setAutoAdvance(on);
  }

  /**
   * Tells whether the time moves by itself.
   *
   * @return true if auto-advance is on
   */
  public boolean isAutoAdvance() {
    return simulation.isAutoAdvance();
  }

  /** The time. */
  @Override
  public String toString() {
    return "VirtualClock[" + Interleaving.millis(elapsed()) + "]";
  }
}
