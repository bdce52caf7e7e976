package io.asyncrunner.compat.toolkit;

import io.asyncrunner.compat.Loops;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads outside the loop, for which the caller waits. */
final class Threads {
  /** Used again, because there are tens of thousands of calls, and most of the time would go into starting threads. */
  private static final ExecutorService OTHERS = Executors
      .newCachedThreadPool(Thread.ofPlatform().daemon().name("outside the loop").factory());

  private Threads() {}

  /** Starts something on another thread. */
  static void start(Runnable action) {
    OTHERS.execute(action);
  }

  /** Runs something on another thread and waits for it, in which time the loop does not go on. */
  static void runOnAnother(Loops loops, Runnable action) {
    CountDownLatch ended = new CountDownLatch(1);
    start(() -> {
      try {
        action.run();
      } finally {
        ended.countDown();
      }
    });
    if (loops.isBlockingASuspension() && Thread.currentThread().isVirtual()) {
      while (ended.getCount() > 0) {
        Thread.onSpinWait();
      }
    } else {
      await(ended);
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
