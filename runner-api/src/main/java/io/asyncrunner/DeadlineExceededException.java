package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * A deadline passed before the work under it was done; the work has been cancelled and has ended.
 *
 * @asyncio {@code TimeoutError}
 */
public final class DeadlineExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message what ran out of which time
   * @param cause the cancellation that ended the work, if it was one
   */
  public DeadlineExceededException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
