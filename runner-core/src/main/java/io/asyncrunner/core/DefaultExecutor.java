package io.asyncrunner.core;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.spi.InPlace;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Where a loop sends work that blocks. Confined to the loop. */
final class DefaultExecutor {
  private final Loop loop;
  private @Nullable ExecutorService executor;
  private boolean shutDown;

  DefaultExecutor(Loop loop) {
    this.loop = loop;
  }

  ExecutorService get() {
    if (shutDown) {
      throw new RejectedExecutionException("the default executor of " + loop + " has been shut down");
    }
    if (executor == null) {
      executor = newPool();
    }
    return executor;
  }

  void set(ExecutorService executor) {
    this.executor = executor;
  }

  /** As many threads as asyncio's pool has; they end when idle for a while. */
  private static ExecutorService newPool() {
    int size = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool = new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        body -> {
          Thread thread = new Thread(null, body, "asyncrunner-worker-" + number.incrementAndGet(), 0, false);
          thread.setDaemon(true);
          return thread;
        });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Suspends the calling task until the executor's threads have ended, or a time has passed in which they should have. */
  void shutdown(Duration timeout) {
    shutDown = true;
    ExecutorService ending = executor;
    if (ending == null) {
      return;
    }
    executor = null;
    AsyncFuture<@Nullable Void> ended = loop.createFuture();
    // The waiting blocks, so it has a thread of its own.
    Thread closer = new Thread(null, () -> {
      Throwable failure = shutDownAndWait(ending, timeout);
      Runnable end = (Runnable & InPlace) () -> {
        if (ended.isDone()) {
          return; // cancelled meanwhile
        }
        if (failure == null) {
          ended.setResult(null);
        } else {
          ended.setException(failure);
        }
      };
      try {
        loop.execute(end);
      } catch (RejectedExecutionException closed) {
        // Nobody waits any more.
      }
    }, "asyncrunner-executor-shutdown", 0, false);
    closer.setDaemon(true);
    closer.start();
    ended.await();
  }

  private static @Nullable Throwable shutDownAndWait(ExecutorService executor, Duration timeout) {
    try {
      executor.shutdown();
      long nanos = timeout.isZero() ? Long.MAX_VALUE : saturatedNanos(timeout);
      if (!executor.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
        executor.shutdownNow();
        LoggerFactory.getLogger("io.asyncrunner")
            .warn("the default executor did not end within {}: its threads have been interrupted and given up",
                timeout);
      }
      return null;
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  private static long saturatedNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException tooLong) {
      return Long.MAX_VALUE;
    }
  }

  /** The loop has closed: no more waiting. */
  void close() {
    shutDown = true;
    if (executor != null) {
      executor.shutdown();
      executor = null;
    }
  }
}
