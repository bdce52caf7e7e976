package io.asyncrunner.compat.programs;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A thread that is not the loop's, which programs have do things. Any thread. */
final class Helper {
  private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(
      Thread.ofPlatform().daemon().name("programs-helper").factory());

  private final AtomicInteger pending = new AtomicInteger();

  /** Has the thread do something, soon. */
  void post(Runnable work) {
    begins();
    THREAD.execute(() -> {
      try {
        work.run();
      } finally {
        ends();
      }
    });
  }

  /** Something begins elsewhere. */
  void begins() {
    pending.incrementAndGet();
  }

  void ends() {
    pending.decrementAndGet();
  }

  boolean isIdle() {
    return pending.get() == 0;
  }

  /** Waits until the thread has done what it was given. An interrupt does not end the wait. */
  void drain() {
    CompletableFuture.runAsync(() -> {}, THREAD).join();
  }
}
