package io.asyncrunner.core;

import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A future that is ended from outside. */
class CompletableFutureImpl<T extends @Nullable Object> extends FutureImpl<T> implements CompletableAsyncFuture<T> {
  CompletableFutureImpl(Loop loop) {
    super(loop);
  }

  @Override
  public final void setResult(T result) {
    if (loop.isOutside("CompletableAsyncFuture.setResult")) {
      loop.fromOutside(() -> setResult(result));
      return;
    }
    ensurePending("set a result");
    ensureStackForSeveral();
    completeNormally(result);
  }

  @Override
  public final void setException(Throwable exception) {
    Objects.requireNonNull(exception, "exception");
    if (loop.isOutside("CompletableAsyncFuture.setException")) {
      loop.fromOutside(() -> setException(exception));
      return;
    }
    ensurePending("set an exception");
    ensureStackForSeveral();
    completeExceptionally(exception);
  }

  /** One whose cancellation others decide. */
  static final class Guarded<T extends @Nullable Object> extends CompletableFutureImpl<T> {
    private final BiPredicate<@Nullable String, CancelledError.Source> onCancel;

    Guarded(Loop loop, BiPredicate<@Nullable String, CancelledError.Source> onCancel) {
      super(loop);
      this.onCancel = onCancel;
    }

    @Override
    boolean cancelPending(@Nullable String message, CancelledError.Source source, long when) {
      return onCancel.test(message, source);
    }
  }
}
