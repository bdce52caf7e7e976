package io.asyncrunner;

/**
 * A {@link Handle} for a callback that is due at a time of the loop's clock.
 *
 * @asyncio {@code TimerHandle}
 */
public interface TimerHandle extends Handle {
  /**
   * The time at which the callback is due.
   *
   * @return nanoseconds of {@link EventLoop#time()}; {@link Long#MAX_VALUE} for a timer that never fires
   */
  long when();
}
