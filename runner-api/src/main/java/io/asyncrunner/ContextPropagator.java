package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * Carries a scoped context that is not a {@link ContextVar} (a {@code ScopedValue}, a logging context, an observation
 * registry) from where a task is created to where it runs.
 *
 * <p>Given to {@link Runner.Builder#propagate}. It is asked at the creation of a task and by {@link Async#toThread} and
 * {@link Async#callThreadsafe}; not for plain callbacks.
 */
@FunctionalInterface
public interface ContextPropagator {
  /**
   * Takes what is in force on the calling thread.
   *
   * <p><b>Thread:</b> that of whoever creates the task; its code may block, no invariant of the library depends on it.
   *
   * @return what was in force; used at most once
   */
  Snapshot capture();

  /** What was in force when a propagator was asked. */
  @FunctionalInterface
  interface Snapshot {
    /**
     * Runs a body with the captured context in force, and puts back what was before.
     *
     * @param <T> the body's result
     * @param <X> what the body may throw
     * @param body to be run exactly once, on the calling thread
     * @return what the body returned
     * @throws X what the body threw
     */
    <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body) throws X;
  }
}
