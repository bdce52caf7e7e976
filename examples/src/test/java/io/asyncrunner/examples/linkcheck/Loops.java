package io.asyncrunner.examples.linkcheck;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The loops that the program has to work on. */
enum Loops {
  PLATFORM,
  HANDOFF,
  CONFINED;

  Runner newRunner() {
    EventLoopFactory factory = switch (this) {
      case PLATFORM -> PlatformThreadLoops.factory();
      case HANDOFF -> VirtualThreadLoops.handoff();
      case CONFINED -> VirtualThreadLoops.confined();
    };
    return Runner.builder().loopFactory(factory).build();
  }
}
