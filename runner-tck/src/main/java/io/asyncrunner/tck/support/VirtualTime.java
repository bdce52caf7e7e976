package io.asyncrunner.tck.support;

import io.asyncrunner.spi.Ticker;

/**
 * A clock that starts at zero and jumps to the next timer when nothing is ready. Where there is no timer, the loop waits in
 * real time for other threads.
 */
final class VirtualTime implements Ticker {
  private volatile long nanos; // written by the holder of the loop alone

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public long waitNanos(long deadline) {
    if (deadline == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    nanos = Math.max(nanos, deadline);
    return 0;
  }
}
