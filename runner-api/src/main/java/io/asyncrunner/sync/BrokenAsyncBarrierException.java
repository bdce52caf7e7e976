package io.asyncrunner.sync;

/**
 * A barrier was aborted or reset while tasks waited at it, or was aborted before.
 *
 * @asyncio {@code BrokenBarrierError}
 */
public final class BrokenAsyncBarrierException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message what happened to the barrier
   */
  public BrokenAsyncBarrierException(String message) {
    super(message);
  }
}
