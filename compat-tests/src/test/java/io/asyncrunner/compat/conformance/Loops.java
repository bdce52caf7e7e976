package io.asyncrunner.compat.conformance;

import io.asyncrunner.EventLoop;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The loop factories that every test is run with. */
enum Loops {
  PLATFORM,
  HANDOFF,
  CONFINED;

  EventLoop newEventLoop() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.factory().newEventLoop();
      case HANDOFF -> VirtualThreadLoops.handoff().newEventLoop();
      case CONFINED -> VirtualThreadLoops.confined().newEventLoop();
    };
  }

  FiberFactory fibers() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.fibers();
      case HANDOFF -> VirtualThreadLoops.handoffFibers();
      case CONFINED -> VirtualThreadLoops.confinedFibers();
    };
  }

  /** Whether a fiber that blocks in a call of the JDK lets others run, and can be interrupted there. */
  boolean isBlockingASuspension() {
    return this == CONFINED;
  }
}
