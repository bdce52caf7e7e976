package io.asyncrunner;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A result that is not there yet.
 *
 * <pre>
 * +---------+  result or exception       +----------+
 * | PENDING | -------------------------> | FINISHED |
 * +---------+                            +----------+
 *      |        cancel                   +-----------+
 *      +-------------------------------> | CANCELLED |
 *                                        +-----------+
 * </pre>
 *
 * <p>A future belongs to one loop and is used from that loop only; {@link #toCompletableFuture()} gives one that other
 * threads can use. Its callbacks are always scheduled, in the order in which they were added, never called in place.
 *
 * <p>Not for implementing by users. A {@link Task} is one that a coroutine ends, a {@link CompletableAsyncFuture} one that whoever made it
 * ends.
 *
 * @param <T> the result's type
 * @asyncio {@code Future}
 */
public non-sealed interface AsyncFuture<T extends @Nullable Object> extends Awaitable<T, RuntimeException> {
  /**
   * The loop that this future belongs to. May be called on any thread.
   *
   * @return its loop
   */
  EventLoop loop();

  /**
   * Waits until this future is done and gives its result. If it is done already, returns at once without giving the loop
   * a turn.
   *
   * <p>If the waiting task is cancelled, this future is cancelled with it; {@link Async#shield} prevents that.
   *
   * <p><b>Thread:</b> a task's.
   *
   * @return the result
   * @throws CancelledError if this future, or the waiting task, is cancelled
   * @throws java.util.concurrent.CompletionException wrapping the future's exception if that is a checked one; unchecked
   *     exceptions and errors are thrown as they are, the same object
   * @throws IllegalStateException outside a task, in a task of another loop, by a task that waits for itself, or in a frame
   *     that cannot be suspended (a class initialiser, native code); the future is not touched
   */
  T await();

  /**
   * The result of a future that is done.
   *
   * @return the result
   * @throws CancelledError if it was cancelled
   * @throws InvalidStateException if it is not done
   * @throws java.util.concurrent.CompletionException wrapping its exception if that is a checked one; unchecked exceptions
   *     and errors are thrown as they are, the same object
   */
  T result();

  /**
   * The exception of a future that is done; it counts as retrieved from then on.
   *
   * @return the exception itself, never wrapped, or {@code null} if there is a result
   * @throws CancelledError if it was cancelled
   * @throws InvalidStateException if it is not done
   */
  @Nullable Throwable exception();

  /**
   * How it was cancelled. Unlike {@link #result()}, which throws the error that a task's coroutine let pass to the first who
   * asks, this is always a new one.
   *
   * @return a new error, with the message that the future itself was cancelled with; a message that a task's coroutine was
   *     left with is that of its cause
   * @throws InvalidStateException if it was not cancelled
   */
  CancelledError cancellation();

  /**
   * Tells whether it is finished or cancelled.
   *
   * @return true once it is done
   */
  boolean isDone();

  /**
   * Tells whether it was cancelled.
   *
   * @return true once it is cancelled
   */
  boolean isCancelled();

  /**
   * Cancels it without a message; see {@link #cancel(String)}.
   *
   * @return false if it is done already
   */
  default boolean cancel() {
    return cancel(null);
  }

  /**
   * Cancels it and schedules its callbacks. A {@link Task} is asked to end instead, see there. If it has failed already, its
   * exception counts as retrieved: who cancels it does not want to know.
   *
   * @param message why, for the {@link CancelledError} that is thrown; {@code null} for none
   * @return false if it is done already
   */
  default boolean cancel(@Nullable String message) {
    return cancel(message, CancelledError.Source.current());
  }

  /**
   * Cancels it, saying who does; else as {@link #cancel(String)}.
   *
   * @param message why, for the {@link CancelledError} that is thrown; {@code null} for none
   * @param source who cancels
   * @return false if it is done already
   */
  boolean cancel(@Nullable String message, CancelledError.Source source);

  /**
   * Has a callback called soon after this future is done, in a later turn of the loop and in a copy of the current context; if it
   * is done already, as if by {@link EventLoop#callSoon(Runnable)}.
   *
   * @param callback gets this future
   */
  default void addDoneCallback(Consumer<? super AsyncFuture<T>> callback) {
    addDoneCallback(Context.copyCurrent(), callback);
  }

  /**
   * Has a callback called soon after this future is done, in a given context.
   *
   * @param context what the callback runs in
   * @param callback gets this future
   */
  void addDoneCallback(Context context, Consumer<? super AsyncFuture<T>> callback);

  /**
   * Removes a callback as often as it was added. One that is scheduled already still runs.
   *
   * @param callback the callback, compared with {@code equals}
   * @return how many were removed
   */
  int removeDoneCallback(Consumer<? super AsyncFuture<T>> callback);

  /**
   * A {@code CompletableFuture} that ends as this future ends: with a {@link java.util.concurrent.CancellationException}
   * if it is cancelled. Cancelling the returned future, on any thread, cancels this one: at once on the loop's own thread, else
   * soon.
   *
   * <pre>{@code
   * CompletableFuture<Integer> length = Async.createTask(() -> fetch("abc"))
   *     .toCompletableFuture()
   *     .thenApply(String::length);
   * }</pre>
   *
   * @return a new future, which any thread may use
   */
  CompletableFuture<T> toCompletableFuture();
}
