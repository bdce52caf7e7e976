package io.asyncrunner.compat.toolkit;

import io.asyncrunner.EventLoop;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The kinds of fibers that every test is run with. */
enum FiberKind {
  PLATFORM,
  HANDOFF,
  CONFINED;

  private FiberFactory fibers() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.fibers();
      case HANDOFF -> VirtualThreadLoops.handoffFibers();
      case CONFINED -> VirtualThreadLoops.confinedFibers();
    };
  }

  EventLoop newEventLoop(Ticker clock) {
    return EventLoops.of(EventLoops.parkingPoller(), fibers(), clock);
  }

  /** Whether a fiber that blocks in a call of the JDK lets others run. */
  boolean isBlockingASuspension() {
    return this == CONFINED;
  }
}
