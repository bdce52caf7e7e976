package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * A future that whoever made it ends, as {@link java.util.concurrent.CompletableFuture} is one; {@link EventLoop#createFuture()} makes it.
 * Give it away as an {@link AsyncFuture}, and nobody else can.
 *
 * <pre>{@code
 * CompletableAsyncFuture<String> later = EventLoop.running().createFuture();
 * EventLoop.running().callLater(Duration.ofMillis(1), () -> later.setResult("now"));
 * show(later.await());
 * }</pre>
 *
 * <p>Not for implementing by users.
 *
 * @param <T> the result's type
 * @asyncio {@code Future}, with what completes it
 */
public interface CompletableAsyncFuture<T extends @Nullable Object> extends AsyncFuture<T> {
  /**
   * Ends it with a result and schedules its callbacks.
   *
   * @param result the result
   * @throws InvalidStateException if it is done; nothing changes
   */
  void setResult(T result);

  /**
   * Ends it with an exception and schedules its callbacks. An exception that nobody retrieves is reported to the loop's
   * exception handler.
   *
   * @param exception the exception; a {@link CancelledError} is thrown to who awaits, without the future being cancelled
   * @throws InvalidStateException if it is done; nothing changes
   */
  void setException(Throwable exception);
}
