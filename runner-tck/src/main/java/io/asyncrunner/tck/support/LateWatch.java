package io.asyncrunner.tck.support;

import io.asyncrunner.spi.Ticker;

/**
 * The real clock, and how long after a given time it is asked first. A loop that waits for that time asks when the wait is over, before
 * anything else is done.
 */
public final class LateWatch implements Ticker {
  private static final long NOT_YET = -1;

  // Of the holder of the loop.
  private long when = Long.MAX_VALUE;
  private long late = NOT_YET;

  @Override
  public long nanoTime() {
    long now = SYSTEM.nanoTime();
    if (late == NOT_YET && now >= when) {
      late = now - when;
    }
    return now;
  }

  /** Begins to look for the first question at or after a time. */
  public void expect(long nanos) {
    when = nanos;
    late = NOT_YET;
  }

  /** How many nanoseconds after the expected time it was asked. */
  public long late() {
    if (late == NOT_YET) {
      throw new AssertionError("a timer fired before its loop had asked its clock whether it is due");
    }
    return late;
  }
}
