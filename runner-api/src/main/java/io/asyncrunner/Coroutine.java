package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * A piece of direct-style code that returns a value and may suspend where it waits.
 *
 * <p>A coroutine is called once, on a fiber of a loop. It uses {@link Async} and whatever else suspends, blocks in
 * ordinary Java calls, and throws what it likes: the exception reaches whoever runs it as the same object.
 *
 * <p>An {@code InterruptedException} is not one of those: one that leaves a coroutine is its cancellation, whoever sent the interrupt,
 * and comes out as a {@link CancelledError} that it is the cause of. So calls that can be interrupted need no {@code catch} (on fibers that are
 * not confined they hold up the loop, and belong into {@link Async#toThread}):
 *
 * <pre>{@code
 * String order = Async.timeout(Duration.ofSeconds(5), () -> orders.take());
 * }</pre>
 *
 * @param <T> what it returns; may be a nullable type
 * @param <X> the checked exception it may throw besides {@code InterruptedException}; inferred, {@link RuntimeException} where it
 *     throws none
 * @asyncio a coroutine object, before its first step
 */
@FunctionalInterface
public non-sealed interface Coroutine<T extends @Nullable Object, X extends Throwable> extends Awaitable<T, X> {
  /**
   * Runs the body.
   *
   * @return the result
   * @throws X as the body decides
   * @throws InterruptedException if the thread was interrupted: the coroutine is cancelled
   */
  T run() throws X, InterruptedException;
}
