package io.asyncrunner.tck.support;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.Ticker;

/** Makes the loops that are held against the kit. */
@FunctionalInterface
public interface LoopSource {
  /**
   * Makes a loop.
   *
   * @param ticker its clock
   * @return a new loop
   */
  EventLoop newEventLoop(Ticker ticker);
}
