package io.asyncrunner;

import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Surroundings;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Code that has a cancellation of its own, and the wait for it: see {@link Async#cancellable}. The code runs in a task that is not
 * cancelled when the caller is, so that nothing interrupts it; it ends because it was asked to. Confined to the loop.
 */
final class CancellableCall<T extends @Nullable Object, X extends Throwable> {
  private final LoopEngine loop;
  private final VoidCoroutine<?> onCancel;
  private final Task<T> inner;
  private @Nullable CompletableAsyncFuture<@Nullable Void> waiter;
  private boolean asked; // onCancel has ended
  private @Nullable Throwable askingFailed;

  /** Begins; in a task. */
  CancellableCall(LoopEngine loop, Coroutine<T, X> body, VoidCoroutine<?> onCancel) {
    this.loop = loop;
    this.onCancel = onCancel;
    this.inner = loop.createTask(TaskOptions.named(Async.currentTask().name()).withContext(Context.current()),
        body);
    inner.addDoneCallback(new Context(), (Consumer<AsyncFuture<T>> & InPlace) done -> wake());
  }

  private void wake() {
    if (waiter != null && !waiter.isDone()) {
      waiter.setResult(null);
    }
  }

  private void awaitWake() {
    waiter = loop.createFuture();
    Blocker.await(waiter, new Async.Several("Async.cancellable", List.of(inner)));
  }

  T call() {
    try {
      while (!inner.isDone()) {
        awaitWake();
      }
    } catch (CancelledError cancelled) {
      if (!inner.isDone()) {
        ask(Surroundings.capture(loop));
        awaitEnd();
      }
      addAsSuppressed(cancelled, askingFailed);
      addAsSuppressed(cancelled, inner.isDone() && !inner.isCancelled() ? inner.exception() : null);
      throw cancelled;
    } catch (Throwable cannotWait) { // here, in a frame that pins the thread
      inner.cancel();
      throw cannotWait;
    }
    return Throwables.awaitUnwrapped(inner);
  }

  private static void addAsSuppressed(CancelledError cancelled, @Nullable Throwable failure) {
    if (failure != null) {
      cancelled.addSuppressed(failure);
    }
  }

  /** Calls {@link #onCancel} on a thread, because it may block. */
  private void ask(Surroundings surroundings) {
    try {
      loop.defaultExecutor().execute(() -> {
        Throwable failure = null;
        try {
          surroundings.run(onCancel.returningNull());
        } catch (Throwable failed) {
          failure = failed;
        }
        Throwable outcome = failure;
        Async.postQuietly(loop, (Runnable & InPlace) () -> onAsked(outcome));
      });
    } catch (Throwable refused) { // by the executor
      onAsked(refused);
    }
  }

  private void onAsked(@Nullable Throwable failure) {
    asked = true;
    if (failure != null && askingFailed == null) {
      askingFailed = failure;
      inner.cancel(); // else it might never end
    }
    wake();
  }

  /** Waits until the code has ended, and nothing that asks it to is on its way to what comes after it. */
  private void awaitEnd() {
    while (!(asked && inner.isDone()) && !loop.isClosed()) {
      try {
        awaitWake();
      } catch (CancelledError again) { // whoever insists has it cancelled as any task
        inner.cancel();
      }
    }
  }
}
