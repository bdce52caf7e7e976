package io.asyncrunner;

import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a Runner closes its loop: tasks, generators, tasks that were made meanwhile, callbacks that wait, default executor, loop.
 *
 * <p>It comes to its end whatever user code does: it has one deadline; what it runs in tasks of its own is not propagated, and nobody
 * can get hold of these tasks; and what one part throws is kept until the others are done.
 *
 * <p>The first three runs are those of asyncio, turn by turn. What comes after them, for tasks that asyncio would leave behind, is ours.
 */
final class Closing {
  private static final CancelledError.Source SOURCE = new CancelledError.Source("Runner.close", null);

  /** How long what did not end by the deadline gets after it is cancelled a second time. */
  private static final Duration SECOND_CHANCE = Duration.ofMillis(100);

  /** How often is looked whether callbacks have ended. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(1);

  /** How much later than by its own limit the default executor is given up, in case that is never noticed. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final LoopEngine loop;
  private final Duration timeout;
  private final long deadline; // Long.MAX_VALUE: none
  private final Set<Task<?>> stubborn = new LinkedHashSet<>();
  private final List<String> stuck = new ArrayList<>(); // threads of the default executor
  private List<Fiber> blocked = List.of(); // callbacks that did not end
  private @Nullable Throwable ending; // the first error that ended a run
  private @Nullable Throwable failure; // the first other one

  /**
   * Begins to close a loop.
   *
   * @param timeout how long all may take; zero for as long as it takes
   */
  Closing(LoopEngine loop, Duration timeout) {
    this.loop = loop;
    this.timeout = timeout;
    this.deadline = timeout.isZero() ? Long.MAX_VALUE : loop.deadline(timeout);
  }

  /**
   * Closes the loop.
   *
   * @param known an error that ended a run and that the caller has got already, which is not thrown again
   */
  void run(@Nullable Throwable known) {
    try {
      cancelAndAwait(loop.allTasks());
      runOwn("the closing of generators", deadline, loop::shutdownGenerators);
      if (!left().isEmpty()) {
        runOwn("asyncio's turns for its executor", deadline, () -> {});
        cancelUntilNoneIsLeft();
      }
      endCallbacks();
      shutDownExecutor();
      cancelUntilNoneIsLeft();
      if (!stubborn.isEmpty()) {
        keep(stubbornTasks());
      }
      if (!blocked.isEmpty()) {
        keep(blockedCallbacks());
      }
      if (!stuck.isEmpty()) {
        keep(new IllegalStateException(
            "Runner closed, but gave up on threads of its default executor, which did not end when they"
                + " were interrupted: " + String.join(", ", stuck)
                + "; let code in Async.toThread end when its thread is interrupted, or"
                + " see Builder.closeTimeout (" + loop + ")"));
      }
    } finally {
      loop.close();
    }
    throwWhatIsLeft(known);
  }

  // --- tasks ---

  /** The tasks that have not ended, but for those that were given up. */
  private List<Task<?>> left() {
    List<Task<?>> left = new ArrayList<>(loop.allTasks());
    left.removeAll(stubborn);
    return left;
  }

  /** Tasks make tasks when they are cancelled, and callbacks do at any time; after the deadline it is once more. */
  private void cancelUntilNoneIsLeft() {
    boolean late = false;
    for (List<Task<?>> left = left(); !left.isEmpty(); left = left()) {
      if (late) {
        stubborn.addAll(left);
        return;
      }
      late = loop.time() >= deadline;
      cancelAndAwait(left);
    }
  }

  private void cancelAndAwait(List<Task<?>> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    tasks.forEach(task -> task.cancel(null, SOURCE));
    if (!runUntilDone(tasks, deadline)) {
      cancelAgain(tasks);
    }
    for (Task<?> task : tasks) {
      if (task.isDone() && !task.isCancelled()) {
        report(task, task.exception());
      }
    }
  }

  private void report(Task<?> task, @Nullable Throwable exception) {
    if (exception == null || Throwables.endsRun(exception)) { // which comes out of the closing
      return;
    }
    try {
      loop.callExceptionHandler(
          new ExceptionContext("unhandled exception during the shutdown of a Runner", exception, task, null));
    } catch (Throwable thrown) { // the handler is user code
      keep(thrown);
    }
  }

  /** Gives those that have not ended another, short chance, then gives them up. */
  private void cancelAgain(List<? extends Task<?>> tasks) {
    List<Task<?>> slow = new ArrayList<>(tasks);
    slow.removeIf(AsyncFuture::isDone);
    slow.forEach(task -> task.cancel(null, SOURCE));
    if (!slow.isEmpty()) {
      runUntilDone(slow, loop.deadline(SECOND_CHANCE));
    }
    slow.removeIf(AsyncFuture::isDone);
    stubborn.addAll(slow);
  }

  // --- what the library itself does ---

  private interface Part {
    void run();
  }

  /**
   * Runs a part of the closing in a task of its own. The code itself says that it ends: a callback of its task would be a turn later
   * than in asyncio, a turn more for tasks that were created while others were shut down.
   */
  private void runOwn(String name, long until, Part part) {
    CompletableAsyncFuture<Boolean> over = uncancellable();
    Task<@Nullable Void> task = loop.newOwnTask(name, () -> {
      try {
        part.run();
      } finally {
        end(over, true);
      }
      return null;
    });
    if (!runUntil(over, until)) {
      cancelAgain(List.of(task));
    }
    if (task.isDone() && !task.isCancelled()) {
      Throwable thrown = task.exception();
      if (thrown != null && thrown != ending) {
        keep(thrown);
      }
    }
  }

  /** A callback that waits in a call of the JDK while the loop goes on without it is interrupted as a task is, and has the same time. */
  private void endCallbacks() {
    if (loop.blockedCallbacks().isEmpty()) {
      return;
    }
    runOwn("the end of callbacks", deadline, () -> {
      try {
        loop.blockedCallbacks().forEach(Fiber::interrupt);
        while (!loop.blockedCallbacks().isEmpty()) {
          Async.sleep(LOOK_EVERY);
        }
      } catch (CancelledError late) {
        blocked = loop.blockedCallbacks();
      }
    });
  }

  /** The executor's threads live in real time; they get a moment to end, also if the tasks have taken all of it. */
  private void shutDownExecutor() {
    Duration limit = timeout;
    long until = Long.MAX_VALUE;
    if (deadline != Long.MAX_VALUE) {
      Duration moment = timeout.compareTo(SECOND_CHANCE) < 0 ? timeout : SECOND_CHANCE;
      Duration left = Duration.ofNanos(deadline - loop.time());
      limit = left.compareTo(moment) < 0 ? moment : left;
      if (!loop.hasVirtualTime()) {
        until = loop.deadline(limit.plus(GRACE)); // it has the same limit, and is to say that it is reached
      }
    }
    Duration given = limit;
    runOwn("the shutdown of the default executor", until, () -> stuck.addAll(loop.shutdownDefaultExecutor(given)));
  }

  // --- running ---

  /** Runs the loop until tasks, at least one, are done; false if a deadline passes first. */
  private boolean runUntilDone(List<Task<?>> tasks, long until) {
    CompletableAsyncFuture<Boolean> over = uncancellable();
    int[] unfinished = {tasks.size()};
    Context context = new Context();
    for (Task<?> task : tasks) {
      addDoneCallback(task, () -> {
        if (--unfinished[0] == 0) {
          end(over, true);
        }
      }, context);
    }
    return runUntil(over, until);
  }

  /** Runs the loop until a wait is over, which is false if a deadline passes first. */
  private boolean runUntil(CompletableAsyncFuture<Boolean> over, long until) {
    TimerHandle timer = until == Long.MAX_VALUE
        ? null
        : loop.callAt(until, new Context(), (Runnable & InPlace) () -> end(over, false));
    try {
      for (;;) {
        try {
          return loop.runUntilComplete(over);
        } catch (Throwable thrown) {
          if (!Throwables.endsRun(thrown)) {
            throw thrown;
          }
          keep(thrown); // the rest is closed all the same
        }
      }
    } finally {
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  /** A wait that an interrupt of the thread does not end. */
  private CompletableAsyncFuture<Boolean> uncancellable() {
    return loop.createFuture((message, source) -> false);
  }

  private static void end(CompletableAsyncFuture<Boolean> over, boolean inTime) {
    if (!over.isDone()) {
      over.setResult(inTime);
    }
  }

  private static <T extends @Nullable Object> void addDoneCallback(Task<T> task, Runnable callback, Context context) {
    task.addDoneCallback(context, (Consumer<AsyncFuture<T>> & InPlace) done -> callback.run());
  }

  // --- the end ---

  private void keep(Throwable thrown) {
    if (!Throwables.endsRun(thrown)) {
      failure = Throwables.firstOf(failure, thrown);
    } else {
      ending = Throwables.firstOf(ending, thrown);
    }
  }

  private void throwWhatIsLeft(@Nullable Throwable known) {
    Throwable thrown = ending == known ? null : ending;
    if (failure != null) {
      thrown = Throwables.firstOf(thrown, failure);
    }
    if (thrown != null) {
      throw Throwables.sneaky(thrown);
    }
  }

  private IllegalStateException blockedCallbacks() {
    for (Fiber callback : blocked) {
      Throwable where = new Throwable("where the callback is");
      where.setStackTrace(callback.stackTrace());
      Loggers.get(Runner.class.getName())
          .error("gave up on a callback, which did not end when it was interrupted", where);
    }
    return new IllegalStateException(
        "Runner closed, but gave up on " + blocked.size() + (blocked.size() == 1 ? " callback" : " callbacks")
            + ", which waited in a call of the JDK and did not end when it was interrupted; let an InterruptedException pass, or see Builder.closeTimeout ("
            + loop + ")");
  }

  private IllegalStateException stubbornTasks() {
    StringBuilder names = new StringBuilder();
    for (Task<?> task : stubborn) {
      Throwable where = new Throwable("where the task is");
      where.setStackTrace(task.stack().toArray(new StackTraceElement[0]));
      Loggers.get(Runner.class.getName())
          .error("gave up on task {}, which did not end when it was cancelled", task.name(), where);
      names.append(names.length() == 0 ? "" : ", ").append(task.name());
    }
    return new IllegalStateException(
        "Runner closed, but gave up on " + stubborn.size() + " of its tasks, which did not end when"
            + " they were cancelled twice: " + names + "; let a CancelledError pass, or see Builder.closeTimeout ("
            + loop + ")");
  }
}
