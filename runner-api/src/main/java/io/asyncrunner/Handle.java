package io.asyncrunner;

/**
 * A callback that a loop was asked to call, and the way to call that off.
 *
 * @asyncio {@code Handle}
 */
public interface Handle {
  /**
   * Calls the callback off. No effect if it has run, is running, or was cancelled before.
   *
   * <p><b>Thread:</b> the loop's; for a handle of {@link EventLoop#callSoonThreadsafe} any thread, which then competes
   * with the loop: the callback runs completely or not at all.
   *
   * @throws IllegalStateException on a thread that is not the running loop's; nothing is cancelled
   */
  void cancel();

  /**
   * Tells whether {@link #cancel} came in time or at all.
   *
   * @return true after {@code cancel()}, also when the callback had run before; a handle of
   *     {@link EventLoop#callSoonThreadsafe} says true only if the callback has not run and will not
   */
  boolean isCancelled();
}
