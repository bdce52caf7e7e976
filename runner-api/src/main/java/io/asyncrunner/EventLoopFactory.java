package io.asyncrunner;

import io.asyncrunner.spi.LoopEngine;

/**
 * Makes event loops; a {@link Runner} calls it once.
 *
 * @asyncio the {@code loop_factory} argument of {@code Runner}
 */
@FunctionalInterface
public interface EventLoopFactory {
  /**
   * Makes a loop that is neither running nor closed. The caller closes it.
   *
   * @return a new loop
   */
  LoopEngine newEventLoop();
}
