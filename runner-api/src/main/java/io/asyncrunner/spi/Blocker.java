package io.asyncrunner.spi;

import io.asyncrunner.AsyncFuture;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says what a task waits for, where that is more than the future in its hands: a lock, a queue, a group. Reports of what a loop
 * waits for show the subject's {@code toString}, which is the library's, and follow {@link #waitsFor}.
 *
 * @see java.util.concurrent.locks.LockSupport#getBlocker the same for threads
 */
public interface Blocker {
  /**
   * What is waited for; two tasks wait for the same if this is the same object.
   *
   * @return a lock, a queue, a group
   */
  Object subject();

  /**
   * Who has to end, or to go on, for the wait to end, as far as that is known.
   *
   * @return tasks and futures; empty if it can be anybody
   */
  Collection<? extends AsyncFuture<?>> waitsFor();

  /**
   * Awaits a future as {@link AsyncFuture#await()} does, and has the calling task show meanwhile what it waits for.
   *
   * @param <T> the future's result
   * @param future what ends the wait
   * @param blocker what is waited for
   * @return the future's result
   */
  static <T extends @Nullable Object> T await(AsyncFuture<T> future, Blocker blocker) {
    Objects.requireNonNull(future, "future");
    Objects.requireNonNull(blocker, "blocker");
    Fiber fiber = Fiber.current();
    if (fiber == null) {
      return future.await(); // which refuses
    }
    fiber.setBlocker(blocker);
    try {
      return future.await();
    } finally {
      fiber.setBlocker(null);
    }
  }
}
