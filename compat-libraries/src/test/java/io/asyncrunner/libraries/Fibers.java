package io.asyncrunner.libraries;

import io.asyncrunner.Async;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** What a task's code runs on, and how a library is called there. */
enum Fibers {
  CONFINED(VirtualThreadLoops.confined()),
  HANDED_OVER(VirtualThreadLoops.handoff()),
  PLATFORM(PlatformThreadLoops.factory());

  @SuppressWarnings("ImmutableEnumChecker") // it has no state
  private final EventLoopFactory loops;

  Fibers(EventLoopFactory loops) {
    this.loops = loops;
  }

  Runner.Builder builder() {
    return Runner.builder().loopFactory(loops);
  }

  <X extends Throwable> void run(VoidCoroutine<X> coroutine) throws X {
    try (Runner runner = builder().build()) {
      runner.run(coroutine);
    }
  }

  /**
   * Calls code that blocks in sockets, locks or queues so that only the calling task waits, and is interrupted if it is cancelled:
   * directly where a blocking call suspends the task alone, else on a thread.
   */
  <T, X extends Throwable> T blocking(Coroutine<T, X> body) throws X, InterruptedException {
    return this == CONFINED ? body.run() : Async.toThread(ThreadOptions.DEFAULT.withInterruptOnCancel(true), body);
  }
}
