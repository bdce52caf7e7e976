package io.asyncrunner.sync;

/**
 * A queue has been shut down: it takes no more items, and has none to give.
 *
 * @asyncio {@code QueueShutDown}
 */
public final class QueueShutDownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message which queue
   */
  public QueueShutDownException(String message) {
    super(message);
  }
}
