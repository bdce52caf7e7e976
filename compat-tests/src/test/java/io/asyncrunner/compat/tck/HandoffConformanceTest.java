package io.asyncrunner.compat.tck;

import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** Loops on virtual threads that hand the loop to each other, held against CPython's tests. */
class HandoffConformanceTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return EventLoops.of(EventLoops.parkingPoller(), VirtualThreadLoops.handoffFibers(), ticker);
  }
}
