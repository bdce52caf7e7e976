package io.asyncrunner.test;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A Runner with one task that does one thing after another, as it is told from outside.
 *
 * <p>Between two things the loop does not run, so that its time stands still and its course does not depend on who tells it
 * when: the task waits for a future that is completed while the loop stands. The loop runs on a thread of its own, the worker;
 * who tells the task waits, with a limit, so that a test that spins can be given up.
 */
final class Session {
  /** A part of a test. */
  @FunctionalInterface
  interface Part<T extends @Nullable Object> {
    T run() throws Throwable;
  }

  /** How long threads may take to end, and a test that was interrupted. */
  private static final long GRACE_MILLIS = 1000;

  /** Shared: to start a thread takes longer than a short test. */
  private static final ExecutorService WORKERS = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS,
      new SynchronousQueue<>(), body -> {
        Thread thread = new Thread(null, body, "asyncrunner-test", 0, false);
        thread.setDaemon(true);
        return thread;
      });

  private final EventLoopFactory loops;
  private final Duration limit;
  private final boolean watchThreads;
  private final long began = System.nanoTime();
  private final Set<Thread> threadsBefore = Threads.alive();
  private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
  private final Object lock = new Object();
  private @Nullable Thread worker; // while it works for this session; guarded by the lock
  private volatile @Nullable Runner runner;
  private boolean givenUp; // the worker does not come back

  // The loop's.
  private @Nullable Task<?> driver;
  private @Nullable Part<?> part;
  private @Nullable Object result;
  private @Nullable Throwable failure;
  private @Nullable CompletableAsyncFuture<@Nullable Void> told;
  private @Nullable CompletableAsyncFuture<@Nullable Void> done;
  private final List<ExceptionContext> reports = new ArrayList<>();

  Session(EventLoopFactory loops, Duration limit, boolean watchThreads) {
    this.loops = loops;
    this.limit = limit;
    this.watchThreads = watchThreads;
  }

  /** Tells whether the test did not end, so that nothing more can be run in its task. */
  boolean isGivenUp() {
    return givenUp;
  }

  Runner runner() throws Throwable {
    Runner existing = runner;
    return existing != null ? existing : onWorker(this::begin);
  }

  /** Runs a part in the session's task, and gives or throws what it does. */
  @SuppressWarnings({"unchecked", "NullAway"}) // the result is that of the part
  <T extends @Nullable Object> T run(Part<T> body) throws Throwable {
    return (T) onWorker(() -> {
      begin();
      return inTask(body);
    });
  }

  // --- on the worker ---

  private Runner begin() {
    Runner existing = runner;
    if (existing != null) {
      return existing;
    }
    Runner made = Runner.builder().loopFactory(loops).build();
    EventLoop loop = made.loop();
    loop.setExceptionHandler((where, report) -> reports.add(report));
    Task<?> task = loop.createTask(TaskOptions.named("test"), this::drive);
    Simulation.of(loop).exempt(task);
    driver = task;
    runner = made;
    return made;
  }

  private @Nullable Object inTask(Part<?> body) throws Throwable {
    LoopEngine loop = LoopEngine.of(begin().loop());
    Task<?> task = Objects.requireNonNull(driver);
    part = body;
    result = null;
    failure = null;
    CompletableAsyncFuture<@Nullable Void> over = loop.createFuture((message, source) -> task.cancel(message, source));
    done = over;
    if (told != null) {
      told.setResult(null);
    }
    try {
      loop.runUntilComplete(over);
    } catch (Throwable thrown) { // a deadlock, or what ends a run
      Simulation.of(loop).endRecording(thrown);
      endPart(loop, task, over);
      throw thrown;
    }
    if (failure != null) {
      throw failure;
    }
    return result;
  }

  /** The run has ended, but not the part: cancels it, so that the next part can be run in the task. */
  private void endPart(LoopEngine loop, Task<?> task, AsyncFuture<?> over) {
    if (over.isDone()) {
      return;
    }
    task.cancel("the run has ended");
    try {
      loop.runUntilComplete(over);
    } catch (Throwable stuck) {
      givenUp = true;
    }
  }

  /** The task; gives how many parts it has run. */
  private int drive() {
    int parts = 0;
    while (part != null) {
      try {
        result = part.run();
      } catch (Throwable thrown) {
        failure = thrown;
        Simulation.of(EventLoop.running()).endRecording(thrown);
      }
      part = null;
      Task<?> task = Objects.requireNonNull(driver);
      while (task.cancelling() > 0) { // it was the part that was to be cancelled
        task.uncancel();
      }
      CompletableAsyncFuture<@Nullable Void> next = LoopEngine.of(task.loop()).createFuture((message, source) -> false);
      told = next;
      Objects.requireNonNull(done).setResult(null);
      next.await();
      told = null;
      parts++;
    }
    return parts;
  }

  /** Closes the Runner; gives what is wrong with what the test has left behind. */
  private List<Throwable> closeRunner() throws Throwable {
    List<Throwable> left = new ArrayList<>();
    Runner open = runner;
    if (open == null) {
      return left;
    }
    LoopEngine loop = LoopEngine.of(open.loop());
    if (!givenUp) {
      inTask(() -> {
        VirtualClock.of(loop).advance(Duration.ZERO); // what is about to end may end
        return null;
      });
    }
    for (Task<?> task : loop.allTasks()) {
      if (task != driver) {
        left.add(Reports.at("task " + task.name() + " was not done at the end of the test", frames(task)));
      }
    }
    if (!givenUp) { // ends the task
      Objects.requireNonNull(told).setResult(null);
      loop.runUntilComplete(Objects.requireNonNull(driver));
    }
    try {
      open.close();
    } catch (Throwable thrown) {
      left.add(thrown);
    }
    for (ExceptionContext report : reports) {
      Throwable reported = new Throwable(report.message(), report.exception());
      reported.setStackTrace(new StackTraceElement[0]);
      left.add(reported);
    }
    return left;
  }

  private static StackTraceElement[] frames(Task<?> task) {
    return Frames.of(task).toArray(new StackTraceElement[0]);
  }

  // --- on the thread of the test framework ---

  /** Closes all, and throws if the test has left something behind. */
  void close() throws Throwable {
    List<Throwable> left = new ArrayList<>();
    if (!givenUp) {
      left.addAll(onWorker(this::closeRunner));
    }
    if (watchThreads && !givenUp) {
      for (Thread thread : leakedThreads()) {
        left.add(Reports.at("thread " + thread.getName() + " was started by the test, and has not ended",
            thread.getStackTrace()));
      }
    }
    if (!left.isEmpty()) {
      StringBuilder text = new StringBuilder("the test has left something behind:");
      left.forEach(each -> text.append("\n  ").append(each.getMessage()));
      AssertionError error = new AssertionError(text.toString());
      error.setStackTrace(new StackTraceElement[0]);
      left.forEach(error::addSuppressed);
      throw error;
    }
  }

  private Set<Thread> leakedThreads() throws InterruptedException {
    Set<Thread> started = Threads.started(threadsBefore);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
    for (Thread thread : started) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
    }
    started.removeIf(thread -> !thread.isAlive());
    return started;
  }

  private <T extends @Nullable Object> T onWorker(Part<T> body) throws Throwable {
    Future<T> future = WORKERS.submit(() -> {
      Thread thread = Thread.currentThread();
      thread.setContextClassLoader(classLoader);
      synchronized (lock) {
        worker = thread;
      }
      try {
        return body.run();
      } catch (Exception | Error thrown) {
        throw thrown;
      } catch (Throwable thrown) {
        throw new ExecutionException(thrown);
      } finally {
        synchronized (lock) { // an interrupt that is still to come is not for who works here next
          worker = null;
          Thread.interrupted();
        }
      }
    });
    boolean interrupted = false;
    try {
      long left = limit.toNanos() - (System.nanoTime() - began);
      for (;;) {
        try {
          return future.get(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException wanted) { // by a timeout of the framework, say: cancels the task
          interrupted = true;
          interruptWorker();
          left = TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        }
      }
    } catch (TimeoutException late) {
      throw giveUp(future);
    } catch (ExecutionException failed) {
      Throwable cause = Objects.requireNonNull(failed.getCause());
      throw cause instanceof ExecutionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : cause;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Interrupts the worker; gives where it was. */
  private StackTraceElement[] interruptWorker() {
    synchronized (lock) {
      if (worker == null) {
        return new StackTraceElement[0]; // it has just ended
      }
      StackTraceElement[] where = worker.getStackTrace();
      worker.interrupt();
      return where;
    }
  }

  /** The test takes too long: says where it is, and interrupts it. */
  private AssertionError giveUp(Future<?> future) {
    StringBuilder text = new StringBuilder("the test did not end within ").append(limit.toSeconds())
        .append(" s of real time");
    Runner open = runner;
    AssertionError error;
    if (open == null) {
      error = new AssertionError(text.toString());
    } else {
      EventLoop loop = open.loop();
      text.append(", at ")
          .append(VirtualClock.of(loop))
          .append(", after ")
          .append(Simulation.of(loop).turns())
          .append(" steps. Its tasks:");
      for (Task<?> task : loop.allTasks()) {
        text.append("\n  task ").append(task.name());
        Frames.of(task).forEach(frame -> text.append("\n    at ").append(Frames.text(frame)));
      }
      error = new AssertionError(text.toString());
    }
    error.setStackTrace(interruptWorker());
    try {
      future.get(GRACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException ended) {
      // As it was meant to.
    } catch (TimeoutException spinning) {
      givenUp = true;
    } catch (InterruptedException wanted) {
      givenUp = true;
      Thread.currentThread().interrupt();
    }
    return error;
  }
}
