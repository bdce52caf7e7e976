package io.asyncrunner.tck;

import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;

/** Loops on platform threads, held against the kit. */
class PlatformThreadsTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return EventLoops.of(EventLoops.parkingPoller(), PlatformThreadLoops.fibers(), ticker);
  }
}
