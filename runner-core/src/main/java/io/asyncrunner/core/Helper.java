package io.asyncrunner.core;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lets fibers of a loop that nobody runs go on with steps that they had begun, on a thread that lives while there are some.
 *
 * <p>At most one helper works for a loop. It stops being called for before it looks for the last time, and who wants one calls after
 * the fiber has been added: so one of the two sees the other.
 */
final class Helper implements Runnable {
  private final Loop loop;
  private final AtomicBoolean called = new AtomicBoolean();
  private volatile @Nullable Thread thread;

  Helper(Loop loop) {
    this.loop = loop;
  }

  /** Has a helper work for the loop. Any thread, the JDK's among them: throws nothing. */
  void call() {
    if (!called.compareAndSet(false, true)) {
      return;
    }
    try {
      Thread before = thread; // it has nothing left to do, but may not have ended yet
      Thread helping = new Thread(null, () -> {
        awaitEndOf(before);
        run();
      }, "asyncrunner-helper", 0, false);
      helping.setDaemon(true);
      thread = helping;
      helping.start();
    } catch (Throwable noMemory) { // for a thread of its own
      thread = null;
      try {
        ForkJoinPool.commonPool().execute(this);
      } catch (Throwable none) {
        called.set(false); // the next fiber that is unblocked calls again, and the next run needs none
      }
    }
  }

  @Override
  public void run() {
    do {
      loop.help();
      called.set(false);
    } while (loop.needsHelp() && called.compareAndSet(false, true));
  }

  /** Waits until the helper's thread has ended; the loop is closed. */
  void awaitEnd() {
    awaitEndOf(thread);
  }

  private static void awaitEndOf(@Nullable Thread ending) {
    boolean interrupted = false;
    while (ending != null && ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException status) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
