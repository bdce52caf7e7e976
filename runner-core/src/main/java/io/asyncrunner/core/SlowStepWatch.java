package io.asyncrunner.core;

import io.asyncrunner.Task;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Fiber;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Debug mode's look at a running loop, from a thread of its own: reports a step or callback that holds the loop for too long,
 * while it does, with its stack.
 *
 * <p>The loop writes {@code busy} and then {@code steps} when a fiber begins to run and when it stops; the watching thread takes
 * {@code steps} before and after it looks, so that it never blames a fiber for the time of another.
 */
final class SlowStepWatch implements Runnable, AutoCloseable {
  static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LOOK_EVERY_NANOS = SLOW_NANOS / 4;
  private static final Logger LOGGER = Loggers.get("io.asyncrunner");

  private final Loop loop;
  private final Thread watcher;
  private volatile @Nullable Fiber busy;
  private volatile long steps; // written by the holder alone
  private volatile boolean closed;

  SlowStepWatch(Loop loop) {
    this.loop = loop;
    watcher = new Thread(null, this, "asyncrunner-debug", 0, false);
    watcher.setDaemon(true);
    watcher.start();
  }

  /** A fiber begins to run, or ({@code null}) the loop goes on. Holder only. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void on(@Nullable Fiber fiber) {
    busy = fiber;
    steps++;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watcher);
  }

  @Override
  public void run() {
    long seen = -1;
    long since = 0;
    boolean reported = false;
    while (!closed) {
      long now = System.nanoTime();
      long found = steps;
      if (found != seen) {
        seen = found;
        since = now;
        reported = false;
      } else if (!reported && now - since >= SLOW_NANOS) {
        Fiber culprit = busy;
        if (culprit != null) {
          StackTraceElement[] stack = culprit.stackTrace();
          if (steps == found) {
            report(culprit, stack, now - since);
          }
        }
        reported = true;
      }
      LockSupport.parkNanos(this, LOOK_EVERY_NANOS);
    }
  }

  private void report(Fiber culprit, StackTraceElement[] stack, long nanos) {
    Task<?> task = culprit.task();
    Throwable where = new Throwable("what holds the loop");
    List<StackTraceElement> frames = Stacks.ofUser(stack);
    where.setStackTrace(frames.toArray(new StackTraceElement[0]));
    LOGGER.warn("{} has held {} for {} ms: nothing else runs meanwhile; move what blocks to Async.toThread",
        task == null ? "a callback" : "task " + task.name(), loop, TimeUnit.NANOSECONDS.toMillis(nanos), where);
  }
}
