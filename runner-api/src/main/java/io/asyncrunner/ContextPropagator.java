package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * Carries a scoped context that is not a {@link ContextVar} (a {@code ScopedValue}, a logging context, an observation
 * registry) from where code is given away to where it runs. Given to {@link Runner.Builder#propagate}.
 *
 * <p><b>The rule:</b> propagated values belong wherever the value of a {@code ContextVar} belongs. So a propagator is asked
 *
 * <ul>
 * <li>where a task is created, directly or by way of a group, {@code gather} and the like, and by {@link Async#callThreadsafe};
 * <li>by {@link Async#toThread};
 * <li>where a callback is given to the loop: {@code callSoon}, {@code callSoonThreadsafe}, {@code execute}, {@code callLater},
 * {@code callAt}, and {@link AsyncFuture#addDoneCallback}, also if that is given a context of its own;
 * <li>where the first value is asked of a generator: its code has the values of who asked then, to its end, although its
 * {@code ContextVar}s are those of who asks at the moment;
 * <li>where the {@linkplain EventLoop#threadFactory() loop's thread factory} makes a thread;
 * <li>where a server of streams begins: its connections have what was in force there.
 * </ul>
 *
 * <p>An exception handler is called in the values, and in the context, of the task or the callback that it is told of. What the
 * library does for itself (timers of timeouts, the closing of a Runner) is not propagated.
 */
@FunctionalInterface
public interface ContextPropagator {
  /**
   * Takes what is in force on the calling thread.
   *
   * <p><b>Thread:</b> that of whoever gives the code away; this may block, no invariant of the library depends on it.
   *
   * @return what was in force
   */
  Snapshot capture();

  /** What was in force when a propagator was asked. Used any number of times, on any threads, one at a time or at once. */
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
     * @throws InterruptedException if the body threw it
     */
    <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException;
  }
}
