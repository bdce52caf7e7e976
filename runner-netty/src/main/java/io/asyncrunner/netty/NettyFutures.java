package io.asyncrunner.netty;

import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.InPlace;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Netty's futures, awaited. */
public final class NettyFutures {
  private NettyFutures() {}

  /**
   * Waits for a future of Netty's, of this or another event loop of Netty's. If it is done, returns at once without giving the
   * loop a turn.
   *
   * <p>Cancelling the task cancels the future, as far as that can be cancelled. That the future is cancelled otherwise is a
   * failure like any other, a {@link java.util.concurrent.CancellationException}.
   *
   * @param <T> the future's result
   * @param future what to wait for
   * @return its result
   * @throws CancelledError if the task is cancelled
   * @throws CompletionException wrapping the future's exception if that is a checked one; unchecked exceptions and errors are
   *     thrown as they are
   * @throws IllegalStateException outside a task
   */
  @SuppressWarnings("NullAway") // a future that succeeded has a T
  public static <T extends @Nullable Object> T await(Future<T> future) {
    Objects.requireNonNull(future, "future");
    EventLoop loop = EventLoop.running();
    CompletableAsyncFuture<T> result = loop.createFuture();
    if (future.isDone()) {
      complete(result, future);
      return result.await();
    }
    future.addListener((Future<T> done) -> {
      try {
        loop.execute((Runnable & InPlace) () -> complete(result, done));
      } catch (RejectedExecutionException closed) {
        // The task that waited has been ended by the closing loop: nobody is there to be told.
      }
    });
    try {
      return result.await();
    } catch (CancelledError cancelled) {
      future.cancel(false); // no effect if it is done
      throw cancelled;
    }
  }

  /**
   * Waits for a future of Netty's that may fail with a checked exception of a known type, and throws that as it is; else as
   * {@link #await(Future)}.
   *
   * <pre>{@code
   * NettyFutures.await(bootstrap.connect(), IOException.class);
   * }</pre>
   *
   * @param <T> the future's result
   * @param <X> the checked exception
   * @param future what to wait for
   * @param checked the type of the checked exception
   * @return its result
   * @throws X the future's exception, the same object, if it is one of that type
   * @throws CancelledError if the task is cancelled
   * @throws CompletionException wrapping the future's exception if that is another checked one
   */
  public static <T extends @Nullable Object, X extends Exception> T await(Future<T> future, Class<X> checked) throws X {
    Objects.requireNonNull(checked, "checked");
    try {
      return await(future);
    } catch (CompletionException wrapped) {
      if (checked.isInstance(wrapped.getCause())) {
        throw checked.cast(wrapped.getCause());
      }
      throw wrapped;
    }
  }

  @SuppressWarnings("NullAway") // a future that succeeded has a T
  private static <T extends @Nullable Object> void complete(CompletableAsyncFuture<T> result, Future<T> done) {
    if (result.isDone()) {
      return; // the task was cancelled
    }
    if (done.isSuccess()) {
      result.setResult(done.getNow());
    } else {
      result.setException(done.cause());
    }
  }
}
