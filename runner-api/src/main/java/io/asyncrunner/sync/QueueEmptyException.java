package io.asyncrunner.sync;

/**
 * A queue has no item to give, and was told not to wait.
 *
 * @asyncio {@code QueueEmpty}
 */
public final class QueueEmptyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message which queue
   */
  public QueueEmptyException(String message) {
    super(message);
  }
}
