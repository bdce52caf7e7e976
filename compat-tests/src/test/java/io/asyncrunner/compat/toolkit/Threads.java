package io.asyncrunner.compat.toolkit;

import java.util.concurrent.CountDownLatch;

/** Threads outside the loop, for which the caller waits. */
final class Threads {
  private Threads() {}

  /** Runs something on a thread of its own and waits for it, spinning: a wait might let the loop go on. */
  static void runOnAnother(Runnable action) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread.ofPlatform().daemon().start(() -> {
      try {
        action.run();
      } finally {
        ended.countDown();
      }
    });
    while (ended.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  /** Blocks the calling thread, whether it is interrupted or not. */
  static void await(CountDownLatch latch) {
    boolean interrupted = false;
    for (boolean over = false; !over;) {
      try {
        latch.await();
        over = true;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
