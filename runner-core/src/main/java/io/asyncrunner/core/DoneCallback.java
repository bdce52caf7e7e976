package io.asyncrunner.core;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Context;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A callback of a future: kept by the future until that is done, then queued as it is. */
final class DoneCallback<T extends @Nullable Object> extends HandleImpl {
  private final FutureImpl<T> future;
  /** Where it is in the future's {@link Waiters}. */
  int place;

  DoneCallback(FutureImpl<T> future, Consumer<? super AsyncFuture<T>> callback, Context context) {
    super(future.loop, callback, context);
    this.future = future;
  }

  @Override
  @SuppressWarnings("unchecked") // the constructor's parameter
  void run() {
    Object uncancelled = callback;
    if (uncancelled != null) {
      ((Consumer<? super AsyncFuture<T>>) uncancelled).accept(future);
    }
  }
}
