package io.asyncrunner.compat.faults;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The kinds of fibers. */
enum Kind {
  CONFINED,
  HANDOFF,
  PLATFORM;

  EventLoopFactory factory() {
    return switch (this) {
      case CONFINED -> VirtualThreadLoops.confined();
      case HANDOFF -> VirtualThreadLoops.handoff();
      case PLATFORM -> PlatformThreadLoops.factory();
    };
  }
}
