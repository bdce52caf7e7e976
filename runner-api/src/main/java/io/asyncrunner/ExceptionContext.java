package io.asyncrunner;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong where nobody could be told by an exception.
 *
 * @param message what happened, for a person
 * @param exception the exception, if there is one
 * @param future the future or task concerned, if there is one
 * @param handle the callback concerned, if there is one
 * @asyncio the dictionary given to an exception handler
 */
public record ExceptionContext(
    String message, @Nullable Throwable exception, @Nullable AsyncFuture<?> future, @Nullable Handle handle) {
  /**
   * Makes one.
   *
   * @param message what happened, for a person
   * @param exception the exception, if there is one
   * @param future the future or task concerned, if there is one
   * @param handle the callback concerned, if there is one
   */
  public ExceptionContext {
    Objects.requireNonNull(message, "message");
  }

  /**
   * A context without a future or a handle.
   *
   * @param message what happened, for a person
   * @param exception the exception, if there is one
   */
  public ExceptionContext(String message, @Nullable Throwable exception) {
    this(message, exception, null, null);
  }
}
