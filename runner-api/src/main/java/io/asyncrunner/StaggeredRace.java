package io.asyncrunner;

import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A race whose contestants start one after another: the next when the one before it has failed, or has not won within a delay.
 * Each contestant's task makes the task of the next one, which then waits for its start.
 */
final class StaggeredRace<T extends @Nullable Object> {
  private final LoopEngine loop = LoopEngine.running();
  private final Iterator<? extends Coroutine<? extends T, ?>> contestants;
  private final Duration delay;
  private final Set<Task<?>> running = new LinkedHashSet<>(); // in the order of creation
  private final List<@Nullable Throwable> exceptions = new ArrayList<>();
  private @Nullable T winner;
  private int winnerIndex = -1;
  private @Nullable Throwable unhandled;
  private @Nullable CompletableAsyncFuture<@Nullable Void> allDone;

  StaggeredRace(Duration delay, Iterable<? extends Coroutine<? extends T, ?>> contestants) {
    this.contestants = contestants.iterator();
    this.delay = delay;
  }

  Async.Staggered<T> run() {
    loop.ensureStack(2);
    startNext(null);
    CancelledError cancellation = null;
    while (!running.isEmpty()) { // the wait itself may be cancelled, more than once
      allDone = loop.createFuture();
      try {
        allDone.await();
      } catch (CancelledError cancelled) {
        cancellation = cancelled;
        cancelAll(null, cancelled.reason());
      }
      allDone = null;
    }
    if (unhandled != null) {
      throw Throwables.sneaky(unhandled);
    }
    if (cancellation != null) {
      throw cancellation;
    }
    return new Async.Staggered<>(winner, winnerIndex, Collections.unmodifiableList(exceptions));
  }

  private void startNext(@Nullable AsyncEvent previousFailed) {
    AsyncEvent enlisted = new AsyncEvent(); // a task that starts eagerly must not get ahead of its own enlisting
    Task<@Nullable Void> task = loop.createTask(((VoidCoroutine<Throwable>) () -> {
      enlisted.await();
      awaitStart(previousFailed);
      runOne();
    }).returningNull());
    try {
      running.add(task);
      task.addDoneCallback((Consumer<AsyncFuture<@Nullable Void>> & InPlace) done -> onTaskDone(task));
    } catch (Throwable unenlisted) { // no memory: nobody would wait for it
      running.remove(task);
      task.cancel();
      throw unenlisted;
    }
    enlisted.set();
  }

  private void awaitStart(@Nullable AsyncEvent previousFailed) {
    if (previousFailed == null) {
      return;
    }
    try {
      Async.waitFor(delay, () -> previousFailed.await());
    } catch (DeadlineExceededException late) {
      // The one before is slow: this one starts beside it.
    }
  }

  private void runOne() throws Throwable {
    if (!contestants.hasNext()) {
      return;
    }
    Coroutine<? extends T, ?> contestant = contestants.next();
    int index = exceptions.size();
    exceptions.add(null);
    AsyncEvent failed = new AsyncEvent();
    startNext(failed);
    T result;
    try {
      result = contestant.run();
    } catch (Throwable thrown) {
      Throwable failure = loop.asCancellation(thrown);
      if (Throwables.endsRun(failure)) {
        throw failure;
      }
      exceptions.set(index, failure);
      failed.set();
      return;
    }
    if (winnerIndex < 0) { // else two succeeded in the same turn, and the first has won
      winner = result;
      winnerIndex = index;
    }
    cancelAll(Async.currentTask(), null);
  }

  private void cancelAll(@Nullable Task<?> except, @Nullable String message) {
    for (Task<?> task : running) {
      if (task != except) {
        task.cancel(message);
      }
    }
  }

  private void onTaskDone(Task<?> task) {
    running.remove(task);
    if (!task.isCancelled() && task.exception() != null && unhandled == null) {
      unhandled = task.exception();
    }
    if (running.isEmpty() && allDone != null && !allDone.isDone()) {
      allDone.setResult(null);
    }
  }
}
