package io.asyncrunner.core;

import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.InPlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Where a loop sends work that blocks. Confined to the loop. */
final class DefaultExecutor {
  private static final Logger LOGGER = Loggers.get("io.asyncrunner");

  /** How long threads that have been interrupted get to end. */
  private static final long AFTER_INTERRUPT_MILLIS = 100;

  private final Loop loop;
  private @Nullable ExecutorService executor;
  /** Those that are ours to shut down: one that was made here, and those that were handed over. */
  private final List<ExecutorService> owned = new ArrayList<>(1);
  private boolean shutDown;

  DefaultExecutor(Loop loop) {
    this.loop = loop;
  }

  ExecutorService get() {
    if (shutDown) {
      throw new RejectedExecutionException("the default executor of " + loop + " has been shut down");
    }
    ExecutorService found = executor;
    if (found == null) {
      found = new Workers();
      set(found, true);
    }
    return found;
  }

  void set(ExecutorService executor, boolean handedOver) {
    if (handedOver && !owned.contains(executor)) {
      owned.add(executor);
    }
    this.executor = executor;
  }

  /**
   * Suspends the calling task until the threads of the executors that are ours have ended, or a time has passed in which they should
   * have. Gives what has not ended, to be shown to people.
   */
  List<String> shutdown(Duration timeout) {
    shutDown = true;
    executor = null;
    if (owned.isEmpty()) {
      return List.of();
    }
    List<ExecutorService> ending = List.copyOf(owned);
    owned.clear();
    CompletableAsyncFuture<List<String>> left = loop.createFuture();
    // The waiting blocks, so it has a thread of its own.
    Thread closer = new Thread(null, () -> {
      Runnable end;
      try {
        List<String> unended = shutDownAndWait(ending, timeout);
        end = (Runnable & InPlace) () -> {
          if (!left.isDone()) { // else cancelled meanwhile
            left.setResult(unended);
          }
        };
      } catch (Throwable thrown) {
        end = (Runnable & InPlace) () -> {
          if (!left.isDone()) {
            left.setException(thrown);
          }
        };
      }
      try {
        loop.execute(end);
      } catch (RejectedExecutionException closed) {
        // Nobody waits any more.
      }
    }, "asyncrunner-executor-shutdown", 0, false);
    closer.setDaemon(true);
    closer.start();
    return left.await();
  }

  private static List<String> shutDownAndWait(List<ExecutorService> executors, Duration timeout)
      throws InterruptedException {
    executors.forEach(ExecutorService::shutdown);
    long nanos = timeout.isZero() ? Long.MAX_VALUE : saturatedNanos(timeout);
    long began = System.nanoTime();
    long remaining = nanos;
    List<String> left = new ArrayList<>();
    for (ExecutorService executor : executors) {
      if (!executor.awaitTermination(remaining, TimeUnit.NANOSECONDS)) {
        executor.shutdownNow();
        if (executor.awaitTermination(AFTER_INTERRUPT_MILLIS, TimeUnit.MILLISECONDS)) {
          LOGGER.warn("the default executor did not end within {}: its threads were interrupted, and have ended",
              timeout);
        } else {
          left.addAll(giveUp(executor, timeout));
        }
      }
      remaining = nanos - (System.nanoTime() - began);
    }
    return left;
  }

  /** Logs what an executor has not ended, and names it. */
  private static List<String> giveUp(ExecutorService executor, Duration timeout) {
    String message = "the default executor did not end within {}: gave up on {}, which was interrupted and goes on";
    if (!(executor instanceof Workers workers)) {
      LOGGER.warn(message, timeout, executor);
      return List.of("the default executor " + executor);
    }
    List<String> names = new ArrayList<>();
    for (Thread thread : workers.busy()) {
      String name = "thread " + thread.getName() + " of the default executor";
      Throwable where = new Throwable("where the thread is");
      where.setStackTrace(thread.getStackTrace());
      LOGGER.warn(message, timeout, name, where);
      names.add(name);
    }
    return names;
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
    executor = null;
    owned.forEach(ExecutorService::shutdown);
    owned.clear();
  }
}
