package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Coroutine} that returns nothing.
 *
 * @param <X> the checked exception it may throw besides {@code InterruptedException}; inferred, {@link RuntimeException} where it
 *     throws none
 * @asyncio a coroutine object whose result is {@code None}
 */
@FunctionalInterface
public non-sealed interface VoidCoroutine<X extends Throwable> extends Awaitable<@Nullable Void, X> {
  /**
   * Runs the body.
   *
   * @throws X as the body decides
   * @throws InterruptedException if the thread was interrupted: the coroutine is cancelled
   */
  void run() throws X, InterruptedException;

  /**
   * This coroutine as one that returns {@code null}.
   *
   * @return a coroutine that runs this one, then returns {@code null}
   */
  default Coroutine<@Nullable Void, X> returningNull() {
    return () -> {
      run();
      return null;
    };
  }
}
