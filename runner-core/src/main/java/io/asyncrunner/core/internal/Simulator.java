package io.asyncrunner.core.internal;

import io.asyncrunner.Task;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * What decides in place of chance on a simulated loop: which entry comes next, what the time is, what happens when there is
 * nothing to do ({@link #waitNanos}). Serves one loop.
 *
 * <p><b>Thread:</b> the holder of the loop, except where said otherwise. Must not block, nor call user code.
 */
public interface Simulator extends Ticker {
  /**
   * Gives it its loop, once, before all else.
   *
   * @param loop the loop
   */
  void attach(SimulatedLoop loop);

  /**
   * Picks the next entry of the ready queue.
   *
   * @param count how many there are, at least one
   * @return the entry's place, 0 for the oldest
   */
  int choose(int count);

  /**
   * An entry has been taken and is about to run.
   *
   * @param task the task whose step it is, or {@code null} for a callback
   * @param callback what the callback is, or {@code null} for a task's step
   */
  void onTurn(@Nullable Task<?> task, @Nullable Class<?> callback);

  /**
   * A task is about to be suspended. May cancel it; what this throws, the task's wait throws.
   *
   * @param task the calling task
   */
  void beforeSuspension(Task<?> task);

  /**
   * A fiber that was blocked outside the library has been woken by another thread, and goes on.
   *
   * @param fiber the fiber
   */
  void onWokenFromOutside(Fiber fiber);
}
