package io.asyncrunner.sync;

/**
 * A queue has no room for an item, and was told not to wait.
 *
 * @asyncio {@code QueueFull}
 */
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message which queue
   */
  public QueueFullException(String message) {
    super(message);
  }
}
