package io.asyncrunner;

/**
 * A future was asked for what its state does not allow: for a result that is not there yet, or to be completed twice.
 *
 * @asyncio {@code InvalidStateError}
 */
public final class InvalidStateException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message which future, in which state, and what was asked of it
   */
  public InvalidStateException(String message) {
    super(message);
  }
}
