package io.asyncrunner.spi;

import org.jspecify.annotations.Nullable;

/**
 * The loop, as its fibers see it.
 *
 * <p>One thread at a time <em>holds</em> the loop: the thread that called {@code run}, or a fiber that it let go on. Only
 * the holder calls {@link #next} and {@link #ready}; when the loop passes from one thread to another, what the first did
 * happens-before what the second does.
 */
public interface FiberHost {
  /**
   * The loop.
   *
   * @return the loop
   */
  LoopEngine loop();

  /**
   * Runs the loop on the calling thread, which must be the holder, until a fiber has to go on. Waits if nothing is ready.
   * Calls no user code.
   *
   * @return the fiber to let go on, or {@code null} if the run is over
   */
  @Nullable Fiber next();

  /**
   * Has the loop let a fiber go on once more that was blocked outside the library. Holder only.
   *
   * @param fiber a fiber of this loop
   */
  void ready(Fiber fiber);

  /**
   * As {@link #ready}, from any thread; wakes the loop. Lock-free, and throws nothing.
   *
   * @param fiber a fiber of this loop
   */
  void readyThreadsafe(Fiber fiber);

  /**
   * Ends the run with an error that the loop itself cannot deal with; the thread in {@code run} throws it.
   *
   * @param failure what happened
   */
  void fail(Throwable failure);
}
