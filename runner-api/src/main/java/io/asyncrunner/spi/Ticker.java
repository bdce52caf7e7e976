package io.asyncrunner.spi;

/**
 * A loop's clock. Apart from its {@link Poller}, so that any poller can run on a clock that is not real.
 *
 * @asyncio {@code loop.time}
 */
public interface Ticker {
  /** The real, monotonic clock. */
  Ticker SYSTEM = System::nanoTime;

  /**
   * The time now; never goes back.
   *
   * @return nanoseconds since an arbitrary origin
   */
  long nanoTime();

  /**
   * Tells whether the time is not the real one, which the errors of timeouts then say.
   *
   * @return true for a virtual clock
   */
  default boolean isVirtual() {
    return false;
  }

  /**
   * How long the loop may wait in real time for its next timer. The loop asks when nothing is ready and nothing has come from other
   * threads, last thing before it waits; what they send from then on ends the wait. A virtual clock moves on to the deadline here and
   * answers zero.
   *
   * <p><b>Thread:</b> the loop's bare thread: must not block, nor call user code.
   *
   * @param deadline when the next timer is due; {@link Long#MAX_VALUE} if there is none
   * @return the time to wait; zero or less not to wait, {@link Long#MAX_VALUE} to wait for a wake-up alone
   */
  default long waitNanos(long deadline) {
    if (deadline == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    long now = nanoTime();
    if (deadline <= now) {
      return 0;
    }
    long wait = deadline - now;
    return wait < 0 ? Long.MAX_VALUE : wait; // an overflow
  }
}
