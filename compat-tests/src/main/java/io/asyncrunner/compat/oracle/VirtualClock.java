package io.asyncrunner.compat.oracle;

import io.asyncrunner.spi.Poller;
import io.asyncrunner.spi.Ticker;

/** A clock that starts at zero and jumps to the next timer when nothing is ready; a millisecond of it lasts no time. */
final class VirtualClock implements Ticker {
  /** Waits for nothing: on a virtual clock there is never anything to wait for. */
  static final Poller POLLER = new Poller() {
    @Override
    public void poll(long maxWaitNanos) {}

    @Override
    public void wakeup() {}

    @Override
    public void close() {}
  };

  private final Runnable onDeadlock;
  private long nowNanos;

  /**
   * Makes a clock.
   *
   * @param onDeadlock called in the loop's wait when nothing is ready and no timer is pending
   */
  VirtualClock(Runnable onDeadlock) {
    this.onDeadlock = onDeadlock;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /** The time in whole milliseconds. Timers are due at whole milliseconds, so nothing is cut off. */
  long millis() {
    return nowNanos / 1_000_000;
  }

  @Override
  public long waitNanos(long deadline) {
    if (deadline == Long.MAX_VALUE) {
      onDeadlock.run();
    } else {
      nowNanos = Math.max(nowNanos, deadline);
    }
    return 0;
  }
}
