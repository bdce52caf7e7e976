package io.asyncrunner.tck.support;

import io.asyncrunner.spi.Ticker;

/** The real clock, and how often a loop that had nothing to run asked it how long it may wait. */
public final class CountingTicker implements Ticker {
  private int waits; // of the holder of the loop

  @Override
  public long nanoTime() {
    return SYSTEM.nanoTime();
  }

  @Override
  public long waitNanos(long deadline) {
    waits++;
    return SYSTEM.waitNanos(deadline);
  }

  /** How often it was asked. While the loop does not run. */
  public int waits() {
    return waits;
  }
}
