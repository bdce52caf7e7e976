package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Async#gather(java.util.Collection)} waits for: a coroutine, which it runs in a task, or a future that is on its way already.
 *
 * @param <T> the result
 * @param <X> the checked exception that comes out as it is; {@link RuntimeException} for a future
 * @asyncio an awaitable object
 */
public sealed interface Awaitable<T extends @Nullable Object, X extends Throwable>
    permits AsyncFuture, Coroutine, VoidCoroutine {}
