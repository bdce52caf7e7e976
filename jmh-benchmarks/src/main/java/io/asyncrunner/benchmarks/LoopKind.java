package io.asyncrunner.benchmarks;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The library's own loops, under the names that the results carry. */
public enum LoopKind {
  /** Virtual threads confined to the loop's thread. */
  confined,
  /** Virtual threads with hand-over. */
  handoff,
  /** Platform threads with hand-over. */
  platform;

  Runner newRunner() {
    EventLoopFactory factory = switch (this) {
      case confined -> VirtualThreadLoops.confined();
      case handoff -> VirtualThreadLoops.handoff();
      case platform -> PlatformThreadLoops.factory();
    };
    return Runner.builder().loopFactory(factory).build();
  }
}
