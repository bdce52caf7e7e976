package io.asyncrunner;

import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Detached;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Surroundings;
import io.asyncrunner.sync.AsyncSemaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Code that a task runs on another thread: on its way there, and its result on the way back.
 *
 * <pre>{@code
 * +-----+ the thread begins  +---------+   the code ends            +-------+ the task does not take  +-----------+
 * | NEW | -----------------> | RUNNING | -------------------------> | ENDED | ----------------------> | DISCARDED |
 * +-----+                    +---------+                            +-------+ the result              +-----------+
 *    | the task gives up,      |      | the task interrupts  +--------------+ the interrupt is out  +-------------+
 *    V never begins            |      +--------------------> | INTERRUPTING | --------------------> | INTERRUPTED |
 * +----------+                 | the task gives up           +--------------+                       +-------------+
 * | GIVEN_UP |                 |      +-----------+
 * +----------+                 +----> | ABANDONED |
 *                                     +-----------+
 * }</pre>
 *
 * Each arrow is a compare-and-set. The one that leaves RUNNING decides whose the result is: the task's if the code ended first, else
 * the thread's, which then discards it. What the code left is written before ENDED and read after it.
 *
 * <p>A thread whose code ends while it is INTERRUPTING waits for the interrupt and takes it back, so that it does not reach what the
 * thread does next.
 */
final class ThreadCall<T extends @Nullable Object, X extends Throwable> implements Runnable {
  private enum State {
    GIVEN_UP,
    ABANDONED,
    INTERRUPTING,
    INTERRUPTED,
    ENDED,
    DISCARDED
  }

  private final LoopEngine loop;
  private final Coroutine<T, X> body;
  private final ThreadOptions options;
  private final Surroundings surroundings;
  private final Runnable completion; // made beforehand, because who waits must be told

  /** NEW: {@code null}; RUNNING: the thread. */
  private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

  // The thread's until it has ended.
  private @Nullable T value;
  private @Nullable Throwable thrown;

  // The loop's.
  private final CompletableAsyncFuture<T> result;
  private @Nullable CompletableAsyncFuture<@Nullable Void> waiter;
  private boolean ended;

  ThreadCall(LoopEngine loop, Coroutine<T, X> body, ThreadOptions options) {
    this.loop = loop;
    this.body = body;
    this.options = options;
    this.surroundings = Surroundings.capture(loop);
    this.result = loop.createFuture();
    this.completion = (Runnable & InPlace) this::complete;
  }

  /** Has the code run and gives its result. In a task. */
  T call() {
    AsyncSemaphore limiter = options.limiter();
    if (limiter != null) {
      limiter.acquire();
    }
    try {
      loop.defaultExecutor().execute(this);
    } catch (Throwable refused) {
      giveUp(false); // it may have been accepted all the same
      throw refused;
    }
    try {
      return Throwables.awaitUnwrapped(result);
    } catch (Throwable untaken) { // a cancellation, or there is no waiting here; or what the code threw, which changes nothing
      giveUp(options.interruptOnCancel() && untaken instanceof CancelledError);
      throw untaken;
    }
  }

  private void giveUp(boolean interrupt) {
    if (state.compareAndSet(null, State.GIVEN_UP)) {
      onEnd();
      return;
    }
    Object found = state.get();
    if (found instanceof Thread thread) {
      if (!interrupt) {
        state.compareAndSet(thread, State.ABANDONED);
      } else if (state.compareAndSet(thread, State.INTERRUPTING)) {
        thread.interrupt();
        state.set(State.INTERRUPTED);
      }
    }
    if (interrupt && !ended) {
      waiter = loop.createFuture((message, source) -> false);
      awaitUncancelled(waiter);
    }
    if (state.get() == State.ENDED && thrown == null && options.onUndelivered() != null) {
      discardElsewhere();
    }
  }

  /** Waits also if the task is cancelled again; the caller throws the first cancellation. */
  private void awaitUncancelled(AsyncFuture<@Nullable Void> uncancellable) {
    if (loop.isClosed()) {
      return; // the task has been given up itself, and cleans up outside the loop
    }
    try {
      uncancellable.await();
    } catch (CancelledError again) {
      // Once is enough.
    }
  }

  /** Discards a result that came before the task gave up, and that the task has not taken. On the task; the hook may block. */
  private void discardElsewhere() {
    CompletableAsyncFuture<@Nullable Void> discarded = loop.createFuture((message, source) -> false);
    try {
      loop.defaultExecutor().execute(() -> {
        discardOnce();
        Async.postQuietly(loop, (Runnable & InPlace) () -> discarded.setResult(null));
      });
    } catch (Throwable refused) { // or the loop is closed
      discardOnce();
      return;
    }
    awaitUncancelled(discarded);
  }

  private void discardOnce() {
    if (state.compareAndSet(State.ENDED, State.DISCARDED)) {
      discard();
    }
  }

  /** Calls the hook for a result that nobody takes. On a thread of the executor, or on the task. */
  @SuppressWarnings("NullAway") // the code returned a T
  private void discard() {
    ThreadOptions.Undelivered<Object> hook = options.onUndelivered();
    if (hook == null || value == null) {
      return;
    }
    try {
      surroundings.run(() -> {
        hook.accept(value);
        return null;
      });
    } catch (Throwable failed) {
      ExceptionContext report = new ExceptionContext("the hook for a result of Async.toThread that nobody takes failed",
          failed);
      try {
        loop.callSoonThreadsafe((Runnable & Detached) () -> loop.callExceptionHandler(report));
      } catch (IllegalStateException closed) {
        Loggers.get("io.asyncrunner").error(report.message(), failed);
      }
    }
  }

  /** The code has ended, or never will begin. On the loop. */
  private void onEnd() {
    ended = true;
    AsyncSemaphore limiter = options.limiter();
    if (limiter != null) {
      limiter.release();
    }
    if (waiter != null) {
      waiter.setResult(null);
    }
  }

  /** The code; on its thread. */
  @Override
  public void run() {
    Thread thread = Thread.currentThread();
    if (!state.compareAndSet(null, thread)) {
      return; // given up
    }
    try {
      value = surroundings.run(body);
    } catch (Throwable failed) {
      thrown = failed;
    }
    if (!state.compareAndSet(thread, State.ENDED)) {
      if (state.get() != State.ABANDONED) {
        while (state.get() != State.INTERRUPTED) {
          Thread.onSpinWait(); // for the moment between the two writes of giveUp
        }
        Thread.interrupted();
      }
      if (thrown == null) {
        discard();
      }
    }
    Async.postQuietly(loop, completion);
  }

  /** On the loop. */
  @SuppressWarnings("NullAway") // the code returned a T
  private void complete() {
    if (!result.isDone()) {
      if (thrown != null) {
        result.setException(thrown);
      } else {
        result.setResult(value);
      }
    }
    onEnd();
  }
}
