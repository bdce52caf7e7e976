package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * How a future ended: with a value, with an exception, or cancelled.
 *
 * @param <T> the value's type
 * @asyncio the elements of {@code gather(..., return_exceptions=True)}, told apart by type
 */
public sealed interface Outcome<T extends @Nullable Object> {
  /**
   * It ended with a value.
   *
   * @param <T> the value's type
   * @param value the value
   */
  record Success<T extends @Nullable Object>(T value) implements Outcome<T> {}

  /**
   * It ended with an exception.
   *
   * @param <T> the value's type
   * @param exception what it threw, the same object
   */
  record Failure<T extends @Nullable Object>(Throwable exception) implements Outcome<T> {}

  /**
   * It was cancelled.
   *
   * @param <T> the value's type
   * @param error the cancellation
   */
  record Cancelled<T extends @Nullable Object>(CancelledError error) implements Outcome<T> {}

  /**
   * The outcome of a future that is done.
   *
   * @param <T> the value's type
   * @param future a future that is done; its exception counts as retrieved
   * @return how it ended
   * @throws InvalidStateException if it is not done
   */
  static <T extends @Nullable Object> Outcome<T> of(AsyncFuture<? extends T> future) {
    if (future.isCancelled()) {
      return new Cancelled<>(future.cancellation());
    }
    Throwable exception = future.exception();
    return exception == null ? new Success<>(future.result()) : new Failure<>(exception);
  }
}
