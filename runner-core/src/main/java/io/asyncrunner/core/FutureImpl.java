package io.asyncrunner.core;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Context;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.Outcome;
import io.asyncrunner.spi.Detached;
import io.asyncrunner.spi.Droppable;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.Surroundings;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link CompletableFutureImpl} and a {@link TaskImpl} have in common. Confined to its loop.
 *
 * <p>Who waits for it is kept in {@link #callbacks}: a {@link TaskImpl} (woken by being queued itself, without an object for
 * it), a {@link DoneCallback}, or the {@link Waiters} if they are several.
 */
abstract class FutureImpl<T extends @Nullable Object> implements AsyncFuture<T> {
  private static final byte PENDING = 0;
  private static final byte FINISHED = 1; // outcome: the result
  private static final byte FAILED = 2; // outcome: the exception
  private static final byte CANCELLED = 3; // outcome: the CancelledError that is thrown to who asks

  final Loop loop;
  private byte state = PENDING;
  /** CANCELLED: whether the error was thrown to somebody already, who may have kept it. */
  private boolean errorThrown;
  private @Nullable Object outcome;
  private @Nullable Object callbacks;
  /** Reports the exception if nobody asks for it. */
  private @Nullable Unretrieved unretrieved;

  FutureImpl(Loop loop) {
    this.loop = loop;
  }

  @Override
  public final Loop loop() {
    return loop;
  }

  /** As {@link #isDone}; any thread, which sees a moment's state. */
  final boolean isPending() {
    return state == PENDING;
  }

  @Override
  public final boolean isDone() {
    loop.ensureOwnerOrClosed("AsyncFuture.isDone");
    return state != PENDING;
  }

  @Override
  public final boolean isCancelled() {
    loop.ensureOwnerOrClosed("AsyncFuture.isCancelled");
    return state == CANCELLED;
  }

  @Override
  public final T await() {
    TaskImpl<?> task = loop.currentTask("AsyncFuture.await");
    if (state == PENDING) {
      task.awaitFuture(this);
    }
    if (state == FAILED && loop.isInDebugMode()) {
      AwaitedBy.addTo((Throwable) Objects.requireNonNull(outcome), task);
    }
    return result();
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // FINISHED: the outcome is a T, which may be nullable
  public final T result() {
    loop.ensureOwnerOrClosed("AsyncFuture.result");
    if (state == FINISHED) {
      return (T) outcome;
    }
    Throwable exception = exception();
    if (exception instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (exception instanceof Error error) {
      throw error;
    }
    throw new CompletionException(exception);
  }

  @Override
  public final @Nullable Throwable exception() {
    loop.ensureOwnerOrClosed("AsyncFuture.exception");
    switch (state) {
      case PENDING -> throw new InvalidStateException(describe() + " is not done: await it, or ask isDone() first");
      case CANCELLED -> throw takeCancelledError();
      case FAILED -> {
        retrieve();
        return (Throwable) outcome;
      }
      default -> {
        return null;
      }
    }
  }

  /** Its exception; looking does not count as retrieving it. */
  final @Nullable Throwable peekException() {
    return state == FAILED ? (Throwable) outcome : null;
  }

  /** The error that awaiting it throws if that is a cancellation; it counts as retrieved. */
  final @Nullable CancelledError takeCancellation() {
    if (state == CANCELLED) {
      return takeCancelledError();
    }
    retrieve();
    return state == FAILED && outcome instanceof CancelledError error ? error : null;
  }

  /** The first who asks gets the error itself; each other a new one, because an error belongs to who catches it. */
  private CancelledError takeCancelledError() {
    if (errorThrown) {
      return cancellation();
    }
    errorThrown = true;
    CancelledError error = (CancelledError) Objects.requireNonNull(outcome);
    if (loop.isInDebugMode()) { // its own stack trace is that of who cancelled
      error.addSuppressed(new Throwable("where " + describe() + " was found cancelled"));
    }
    return error;
  }

  @Override
  public final CancelledError cancellation() {
    loop.ensureOwnerOrClosed("AsyncFuture.cancellation");
    if (state != CANCELLED) {
      throw new InvalidStateException(describe() + " is " + stateName() + ": only a cancelled one has a cancellation");
    }
    CancelledError original = (CancelledError) Objects.requireNonNull(outcome);
    return new CancelledError(cancelMessage(original), original.source(), original.when().orElse(Long.MAX_VALUE),
        original,
        loop.isInDebugMode());
  }

  /** The message that the future itself was cancelled with. */
  @Nullable String cancelMessage(CancelledError original) {
    return original.reason();
  }

  final void retrieve() {
    if (unretrieved != null) {
      unretrieved.retrieved();
      unretrieved = null;
    }
  }

  /** One who waits is queued in one step. */
  final void ensureStackForSeveral() {
    if (callbacks instanceof Waiters) {
      loop.stackReserve.ensure();
    }
  }

  final void ensurePending(String what) {
    if (state != PENDING) {
      throw new InvalidStateException("cannot " + what + ": " + describe() + " is done already");
    }
  }

  final void completeNormally(T result) {
    complete(FINISHED, result);
  }

  final void completeExceptionally(Throwable exception) {
    if (exception instanceof CancelledError) {
      complete(FAILED, exception);
      return;
    }
    Unretrieved added = loop.newUnretrieved(exception, this);
    complete(FAILED, exception);
    loop.onUnretrieved(added);
    unretrieved = added;
  }

  final void completeCancelled(CancelledError error) {
    complete(CANCELLED, error);
  }

  /** Queues who waits and ends it, or throws and has done nothing. */
  private void complete(byte endState, @Nullable Object endOutcome) {
    Object waiting = callbacks;
    if (waiting instanceof TaskImpl<?> task) {
      loop.enqueue(task);
    } else if (waiting instanceof Waiters several) {
      loop.enqueueAll(several);
    } else if (waiting != null) {
      loop.enqueue(waiting);
    }
    state = endState;
    outcome = endOutcome;
    callbacks = null;
  }

  @Override
  public final boolean cancel(@Nullable String message, CancelledError.Source source) {
    Objects.requireNonNull(source, "source");
    if (loop.isOutside("AsyncFuture.cancel")) {
      return loop.fromOutside(() -> cancel(message, source));
    }
    if (state != PENDING) {
      retrieve();
      return false;
    }
    loop.stackReserve.ensure();
    return cancelPending(message, source, loop.turnTime());
  }

  /** Cancels it on a request that was made at the time {@code when}; only if it is pending. */
  boolean cancelPending(@Nullable String message, CancelledError.Source source, long when) {
    completeCancelled(loop.newCancelledError(message, source, when, null));
    return true;
  }

  @Override
  public final void addDoneCallback(Context context, Consumer<? super AsyncFuture<T>> callback) {
    Objects.requireNonNull(callback, "callback");
    Objects.requireNonNull(context, "context");
    if (loop.isOutside("AsyncFuture.addDoneCallback")) {
      DoneCallback<T> made = new DoneCallback<>(this, callback, context); // may call user code: not while the loop is held
      loop.fromOutside(() -> {
        loop.ensureOwner("AsyncFuture.addDoneCallback");
        add(made);
      });
      return;
    }
    add(new DoneCallback<>(this, callback, context));
  }

  private void add(DoneCallback<T> added) {
    if (state != PENDING) {
      loop.enqueue(added);
    } else {
      addWaiter(added);
    }
  }

  /** Has something queued when this is done. */
  final void addWaiter(Object waiter) {
    Object waiting = callbacks;
    if (waiting == null) {
      callbacks = waiter;
    } else if (waiting instanceof Waiters several) {
      several.add(waiter);
    } else {
      Waiters several = new Waiters();
      several.add(waiting);
      several.add(waiter);
      callbacks = several;
    }
  }

  /** Undoes {@link #addWaiter}; false if it has been undone already, or the waiter queued. */
  final boolean removeWaiter(Object waiter) {
    if (callbacks == waiter) {
      callbacks = null;
      return true;
    }
    return callbacks instanceof Waiters several && several.remove(waiter);
  }

  @Override
  public final int removeDoneCallback(Consumer<? super AsyncFuture<T>> callback) {
    Objects.requireNonNull(callback, "callback");
    loop.ensureOwnerOrClosed("AsyncFuture.removeDoneCallback");
    loop.stackReserve.ensure();
    Object waiting = callbacks;
    if (waiting == null) {
      return 0;
    }
    if (waiting instanceof Waiters several && isEqualToItselfAlone(callback)) {
      return several.removeCallbacks(callback);
    }
    // A user's equals may suspend, and callbacks come and go meanwhile: compare on a copy, then remove by identity.
    Object[] candidates = waiting instanceof Waiters several ? several.toArray() : new Object[] {waiting};
    int removed = 0;
    for (Object candidate : candidates) {
      if (isCallback(candidate, callback) && removeWaiter(candidate)) {
        removed++;
      }
    }
    return removed;
  }

  /** Whether its {@code equals} is known, without calling it, to be that of {@code Object}: the library's own, and lambdas. */
  private static boolean isEqualToItselfAlone(Consumer<?> callback) {
    Class<?> type = callback.getClass();
    return callback instanceof InPlace || (type.isHidden() && type.isSynthetic());
  }

  private static boolean isCallback(Object waiter, Consumer<?> callback) {
    return waiter instanceof DoneCallback && callback.equals(((DoneCallback<?>) waiter).callback);
  }

  @Override
  public final CompletableFuture<T> toCompletableFuture() {
    if (loop.isOutside("AsyncFuture.toCompletableFuture")) {
      return loop.fromOutside(() -> toCompletableFuture());
    }
    loop.stackReserve.ensure();
    Mirror<T> mirror = new Mirror<>(this);
    try {
      loop.mirrors.add(mirror);
      addDoneCallback(new Context(), mirror);
    } catch (Throwable unmade) { // no memory; a set may throw that and have added it all the same
      loop.mirrors.remove(mirror);
      throw unmade;
    }
    return mirror.target;
  }

  /** Ends a {@code CompletableFuture} as a future ends, on a fiber: what depends on it is user code. */
  private static final class Mirror<T extends @Nullable Object>
      implements Consumer<AsyncFuture<T>>, Detached, Droppable {
    private static final CancelledError.Source MIRROR = new CancelledError.Source("its CompletableFuture", null);

    private final FutureImpl<T> source;

    final CompletableFuture<T> target = new CompletableFuture<>() {
      @Override
      public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled && source.loop.isHeldByCurrentThread()) {
          source.cancel(null, MIRROR);
        } else if (cancelled) {
          try {
            source.loop.execute((Runnable & InPlace) () -> source.cancel(null, MIRROR));
          } catch (RejectedExecutionException closed) {
            // The loop has closed, and has ended the source.
          }
        }
        return cancelled;
      }
    };

    Mirror(FutureImpl<T> source) {
      this.source = source;
    }

    @Override
    public void accept(AsyncFuture<T> done) {
      source.loop.mirrors.remove(this);
      Outcome<T> outcome = Outcome.of(done);
      if (outcome instanceof Outcome.Success<T> success) {
        target.complete(success.value());
      } else if (outcome instanceof Outcome.Failure<T> failure) {
        target.completeExceptionally(failure.exception());
      } else if (outcome instanceof Outcome.Cancelled<T> cancelled) {
        CancellationException exception = new CancellationException(cancelled.error().getMessage());
        exception.initCause(cancelled.error());
        target.completeExceptionally(exception);
      }
    }

    @Override
    public void dropped() {
      if (target.isDone()) {
        return;
      }
      if (source.isDone()) {
        accept(source);
      } else {
        target.completeExceptionally(new CancellationException("the loop was closed before the future was done"));
      }
    }
  }

  String describe() {
    return "a future";
  }

  /** What the exception handler runs in that is told of it. */
  Surroundings reportSurroundings() {
    return new Surroundings(new Context(), null, Thread.currentThread().getContextClassLoader());
  }

  final String stateName() {
    return switch (state) {
      case PENDING -> "pending";
      case FINISHED -> "finished";
      case FAILED -> "failed with " + Objects.requireNonNull(outcome).getClass().getName();
      default -> "cancelled";
    };
  }

  /** The state, and who cancelled it, why and when. */
  final String stateForPeople() {
    String cancellation = state == CANCELLED ? ((CancelledError) Objects.requireNonNull(outcome)).getMessage() : null;
    return cancellation == null ? stateName() : "cancelled: " + cancellation;
  }

  /** State without the result, whose {@code toString} is not ours to call. */
  @Override
  public String toString() {
    return "AsyncFuture[" + stateForPeople() + "]";
  }
}
