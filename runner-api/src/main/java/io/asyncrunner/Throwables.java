package io.asyncrunner;

import io.asyncrunner.spi.Blocker;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Throwing what was thrown, as it was. */
final class Throwables {
  private Throwables() {}

  /** Throws any throwable from code that declares none. Written {@code throw sneaky(t)}, so that the compiler knows. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // X is inferred as RuntimeException
  static <X extends Throwable> RuntimeException sneaky(Throwable throwable) throws X {
    throw (X) throwable;
  }

  /** Awaits a future whose checked exception the caller declares: throws it unwrapped. */
  static <T extends @Nullable Object> T awaitUnwrapped(AsyncFuture<T> future) {
    return awaitUnwrapped(future, null);
  }

  /** As {@link #awaitUnwrapped(AsyncFuture)}, showing what is waited for. */
  static <T extends @Nullable Object> T awaitUnwrapped(AsyncFuture<T> future, @Nullable Blocker blocker) {
    try {
      return blocker == null ? future.await() : Blocker.await(future, blocker);
    } catch (CompletionException wrapped) {
      throw sneaky(unwrapped(future, wrapped));
    }
  }

  /** The exception of {@code future} if {@code thrown} is its wrapper, else {@code thrown}. */
  static Throwable unwrapped(AsyncFuture<?> future, Throwable thrown) {
    if (thrown instanceof CompletionException && future.isDone() && !future.isCancelled()) {
      Throwable exception = future.exception();
      if (exception != null && exception == thrown.getCause()) {
        return exception;
      }
    }
    return thrown;
  }

  /**
   * The first of two throwables, which shows the second as suppressed. The same object may come twice: an error that ends a run comes
   * out of all that waits for it.
   */
  static Throwable firstOf(@Nullable Throwable first, Throwable second) {
    if (first == null) {
      return second;
    }
    if (first != second) {
      first.addSuppressed(second);
    }
    return first;
  }

  /** Tells whether a throwable ends the loop's run instead of being stored alone. */
  static boolean endsRun(Throwable throwable) {
    return throwable instanceof KeyboardInterrupt || throwable instanceof VirtualMachineError;
  }
}
