package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Coroutine} that returns nothing.
 *
 * @param <X> the checked exception it may throw; inferred, {@link RuntimeException} where it throws none
 * @asyncio a coroutine object whose result is {@code None}
 */
@FunctionalInterface
public interface VoidCoroutine<X extends Throwable> {
  /**
   * Runs the body.
   *
   * @throws X as the body decides
   */
  void run() throws X;

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
