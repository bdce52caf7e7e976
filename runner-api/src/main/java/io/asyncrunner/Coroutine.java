package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * A piece of direct-style code that returns a value and may suspend where it waits.
 *
 * <p>A coroutine is called once, on a fiber of a loop. It uses {@link Async} and whatever else suspends, blocks in
 * ordinary Java calls, and throws what it likes: the exception reaches whoever runs it as the same object.
 *
 * @param <T> what it returns; may be a nullable type
 * @param <X> the checked exception it may throw; inferred, {@link RuntimeException} where it throws none
 * @asyncio a coroutine object, before its first step
 */
@FunctionalInterface
public interface Coroutine<T extends @Nullable Object, X extends Throwable> {
  /**
   * Runs the body.
   *
   * @return the result
   * @throws X as the body decides
   */
  T run() throws X;
}
