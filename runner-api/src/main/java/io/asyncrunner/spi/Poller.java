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
   * A wake-up that came since the last {@code poll} returned ends this one at once. May return early for no reason. Leaves
   * the thread's interrupt status as it is, and returns if it is up: the loop looks at it, and clears it.
   *
   * @param maxWaitNanos the longest time to wait; zero to look without waiting, {@link Long#MAX_VALUE} for no limit
   */
  void poll(long maxWaitNanos);

  /** Ends the current {@link #poll}, or the next one. Any thread; lock-free; throws nothing. */
  void wakeup();

  /** Releases what the poller holds. Called once, when its loop closes. */
  void close();
}
