package io.asyncrunner.contract;

import io.asyncrunner.spi.Ticker;
import java.time.Duration;

/**
 * A clock that starts at zero and jumps to the next timer when nothing is ready. Where there is no timer, the loop waits in
 * real time for other threads.
 */
final class VirtualTime implements Ticker {
  private volatile long nanos; // written by one thread at a time

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

  /** Sets the clock; not while a loop runs on it. */
  void set(long nanoTime) {
    nanos = nanoTime;
  }

  /** The time since the clock started. */
  Duration elapsed() {
    return Duration.ofNanos(nanos);
  }
}
