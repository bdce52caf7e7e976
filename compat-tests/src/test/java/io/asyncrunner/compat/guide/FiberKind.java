package io.asyncrunner.compat.guide;

import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The kinds of fibers that each snippet is run on. */
enum FiberKind {
  CONFINED,
  HANDOFF,
  PLATFORM;

  Runner newRunner() {
    return Runner.builder().loopFactory(switch (this) {
      case CONFINED -> VirtualThreadLoops.confined();
      case HANDOFF -> VirtualThreadLoops.handoff();
      case PLATFORM -> PlatformThreadLoops.factory();
    }).build();
  }

  <X extends Throwable> void run(VoidCoroutine<X> snippet) throws X {
    try (Runner runner = newRunner()) {
      runner.run(snippet);
    }
  }
}
