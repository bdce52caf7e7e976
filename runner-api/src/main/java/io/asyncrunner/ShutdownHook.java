package io.asyncrunner;

import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Closes a Runner when the JVM shuts down; on a thread that the JVM starts for it, beside those of other hooks. The JVM ends when all
 * have ended, with the exit status that the signal, or {@code System.exit}, has given.
 *
 * <p>The Runner may be in any state, and changes it meanwhile: the thread in {@code run} may close it as soon as the run has been
 * cancelled, or begin another. So this looks at it again and again, a hundred times a second. A run that begins sees that the
 * shutdown has begun, or its task is found here: {@link #begun} is written before the state is read here, and read after the state is
 * written there.
 */
final class ShutdownHook implements Runnable {
  private static final CancelledError.Source SHUTDOWN = new CancelledError.Source("the JVM's shutdown", null);
  private static final long LOOK_EVERY_MILLIS = 10;
  /** So long a loop may take to hear of the shutdown while one of its tasks is in {@code System.exit}, which may hold it. */
  private static final long HEARS_WITHIN_NANOS = Duration.ofSeconds(1).toNanos();
  /** How long the main thread may wait for others in its clean-up; one that waits longer is not cleaning up. */
  private static final long MAY_WAIT_NANOS = Duration.ofSeconds(1).toNanos();

  private final Runner runner;
  private final LoopEngine loop;
  private final Duration timeout; // zero: none
  private final Thread hook = new Thread(null, this, "asyncrunner-shutdown", 0, false);
  private volatile boolean begun;
  private volatile boolean heard; // by the loop
  private boolean cutShort; // a run
  private volatile @Nullable Task<?> main;
  private volatile @Nullable Thread runThread;

  private ShutdownHook(Runner runner, LoopEngine loop, Duration timeout) {
    this.runner = runner;
    this.loop = loop;
    this.timeout = timeout;
  }

  static ShutdownHook install(Runner runner, LoopEngine loop, Duration timeout) {
    ShutdownHook made = new ShutdownHook(runner, loop, timeout);
    try {
      Runtime.getRuntime().addShutdownHook(made.hook);
    } catch (IllegalStateException shuttingDown) {
      made.begun = true; // nobody will close it, so nothing is run
    }
    return made;
  }

  /** The Runner is closed. */
  void remove() {
    if (begun) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // It runs by now, and finds nothing to do.
    }
  }

  void ensureNotBegun() {
    if (begun) {
      throw new IllegalStateException("run() was called while the JVM shuts down, and its Runner closes with it");
    }
  }

  /** A run begins with a task, on the calling thread. */
  void onRun(Task<?> task) {
    runThread = Thread.currentThread();
    main = task;
  }

  @Override
  public void run() {
    begun = true;
    Signals.endJvmAtOnce();
    try {
      if (awaitEndOfRun()) {
        long began = System.nanoTime();
        if (awaitClose(began)) {
          awaitMainThread(began);
        }
      }
    } catch (InterruptedException stopped) {
      // Whoever interrupts a shutdown hook does not want to wait for it.
    }
  }

  /** Cancels what runs and waits until it has ended; false if it does not. */
  private boolean awaitEndOfRun() throws InterruptedException {
    long began = System.nanoTime();
    Task<?> told = null;
    while (runner.isRunning()) {
      Task<?> running = main;
      if (running != null && running != told) {
        told = running;
        cutShort = true;
        cancel(running);
      }
      if (isAllThatIsLeftInExit()) {
        return false;
      }
      List<Task<?>> exiting = heard ? List.of() : exiting();
      if (!exiting.isEmpty() && System.nanoTime() - began > HEARS_WITHIN_NANOS) {
        logger().error(
            "the JVM ends without the clean-ups of {}, which is held by {} in System.exit: call that behind the run",
            loop, exiting.get(0));
        return false;
      }
      if (isOver(began)) {
        logger()
            .error("the JVM ends without the clean-ups of {}, whose run did not end within {} after it was cancelled:"
                + " {}; let a CancelledError pass, or see Builder.closeTimeout", loop, timeout, loop.allTasks());
        return false;
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
    return true;
  }

  /** Cancels the main task, or if that is in System.exit and so never ends, all others. */
  private void cancel(Task<?> running) {
    boolean isExiting = isExiting(running.stack());
    try {
      loop.execute((Runnable & InPlace) () -> {
        heard = true;
        List<Task<?>> cancelled = isExiting ? loop.allTasks() : List.of(running);
        for (Task<?> task : cancelled) {
          if (!isExiting || task != running) {
            task.cancel(null, SHUTDOWN);
          }
        }
      });
    } catch (RejectedExecutionException closed) {
      // The run is over.
    }
  }

  /** Has it closed, here unless the thread that ran does it, and waits for that; false if it takes too long. */
  private boolean awaitClose(long began) throws InterruptedException {
    Thread closer = new Thread(null, this::close, "asyncrunner-shutdown-close", 0, false); // which may wait for a task in exit
    closer.setDaemon(true);
    closer.start();
    while (closer.isAlive() || !runner.isClosed()) {
      if (isOver(began) || isAllThatIsLeftInExit()) {
        return false;
      }
      closer.join(LOOK_EVERY_MILLIS);
    }
    return true;
  }

  private void close() {
    try {
      runner.close();
    } catch (Throwable thrown) {
      logger().error("a Runner could not be closed before the JVM ends", thrown);
    }
  }

  /** Gives the JVM's main thread, if a run there has been cut short, time to clean up behind the run. */
  private void awaitMainThread(long began) throws InterruptedException {
    Thread thread = runThread;
    if (!cutShort || thread == null || !Signals.isMainThread(thread)) {
      return;
    }
    long progress = System.nanoTime();
    while (thread.isAlive() && !isExiting(List.of(thread.getStackTrace())) && !isOver(began)) {
      thread.join(LOOK_EVERY_MILLIS);
      if (thread.getState() != Thread.State.WAITING) {
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > MAY_WAIT_NANOS) {
        return;
      }
    }
  }

  /** Whether there are tasks, and none but such as will never end. */
  private boolean isAllThatIsLeftInExit() {
    List<Task<?>> unfinished = loop.allTasks();
    return !unfinished.isEmpty() && unfinished.stream().allMatch(task -> isExiting(task.stack()));
  }

  private List<Task<?>> exiting() {
    return loop.allTasks().stream().filter(task -> isExiting(task.stack())).toList();
  }

  private boolean isOver(long began) {
    return !timeout.isZero() && Duration.ofNanos(System.nanoTime() - began).compareTo(timeout) > 0;
  }

  /** Whether the shutdown, which never returns, has been called there. */
  private static boolean isExiting(List<StackTraceElement> stack) {
    return stack.stream().anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
  }

  private static Logger logger() {
    return Loggers.get(Runner.class.getName());
  }
}
