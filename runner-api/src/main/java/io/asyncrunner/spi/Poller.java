package io.asyncrunner.spi;

/**
 * How a loop waits when it has nothing to do, and how other threads end that wait.
 *
 * <p>{@link #poll} and {@link #close} are called by one thread at a time, each call happening-before the next;
 * {@link #wakeup} by any thread at any time, also after {@code close}. A poller serves one loop.
 *
 * <p>The smallest poller waits in {@link java.util.concurrent.locks.LockSupport#parkNanos(long)}; one that also serves
 * channels waits in {@code Selector.select} and hands what became ready to the loop with {@code callSoon}: who is in
 * {@link #poll} holds the loop. The callback then completes futures.
 *
 * @asyncio the selector of a {@code BaseSelectorEventLoop}
 */
public interface Poller {
  /**
   * Waits until {@link #wakeup} is called, the time is over, or the poller has something to deliver; delivers what it has.
   *
   * <p>A wake-up that comes while this waits ends it. One that came before, since the last {@code poll} returned, is pending: it ends
   * this call at once, whether that was to wait or not, and is used up by it or stays pending. So no wait may begin by forgetting
   * wake-ups; a wait that ends because of one that is out of date does no harm.
   *
   * <p>May return early for no reason, and is then called again; must not return late, but for what rounding the time up to a whole
   * millisecond makes. Leaves the thread's interrupt status as it is, and returns if it is up: the loop looks at it, and clears it.
   *
   * @param maxWaitNanos the longest time to wait; zero to look without waiting, {@link Long#MAX_VALUE} for no limit
   */
  void poll(long maxWaitNanos);

  /** Ends the {@link #poll} that waits, or else the next one at once. Any thread; lock-free; throws nothing. */
  void wakeup();

  /** Releases what the poller holds. Called once, when its loop closes. */
  void close();
}
