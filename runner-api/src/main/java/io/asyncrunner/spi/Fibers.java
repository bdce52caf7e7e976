package io.asyncrunner.spi;

import io.asyncrunner.Context;
import org.jspecify.annotations.Nullable;

/**
 * The fibers of one loop.
 */
public interface Fibers {
  /**
   * Says what kind they are, for {@code toString} and messages.
   *
   * @return for example {@code "platform threads"}
   */
  String kind();

  /**
   * Makes a fiber. It runs nothing until {@link FiberHost#next} has handed it out for the first time.
   *
   * @param body what it runs; throws nothing
   * @param name the name of its thread, or {@code null} for what is usual
   * @param context what it runs in
   * @param inherit whether it takes over inheritable thread-locals and the class loader of the calling thread
   * @return the fiber
   */
  Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit);

  /**
   * Refuses a thread that cannot run the loop.
   *
   * @throws IllegalStateException that says which thread was expected, and what to use instead
   */
  default void ensureCanRun() {}

  /**
   * Tells whether the calling thread cannot carry the fibers: then a platform thread is made that does, and calls {@link #run}, while
   * the calling thread waits.
   *
   * @return true for a virtual thread, where fibers are mounted on the thread that runs the loop
   */
  default boolean needsCarrier() {
    return false;
  }

  /**
   * Refuses a thread that cannot close the loop.
   *
   * @throws IllegalStateException that says which thread was expected; the loop stays open
   */
  default void ensureCanClose() {}

  /**
   * Runs the loop on the calling thread: lets those fibers go on that {@link FiberHost#next} hands out, until it hands out
   * none. On return no fiber of the loop runs on this thread, and the calling thread is the holder again.
   */
  void run();

  /**
   * The calling thread was interrupted while it waited in {@link Poller#poll}, and its interrupt status has been cleared. The
   * loop knows of interrupts of the thread in {@link #run}; a kind whose fibers wait there too puts their status back.
   */
  default void interruptedInPoll() {}

  /**
   * Tells whether all fibers run on the thread in {@link #run}, which then is also the one that waits in {@link Poller#poll}.
   * Pollers that hold the thread up in native code need that: elsewhere they may hold up a thread that others share.
   *
   * @return true if there is one thread for all
   */
  default boolean isConfined() {
    return false;
  }

  /**
   * Tells whether the calling thread is the holder of the loop.
   *
   * @return true on the thread that runs the loop at this moment, or on a fiber that does
   */
  boolean isHolder();

  /**
   * Tells whether fibers of the loop are {@linkplain Fiber#isBlocked() blocked}. While nothing runs, the loop has another thread call
   * {@link #run} when they are unblocked, so that they go on to their next suspension point. Called by the thread that was in
   * {@code run}, after that.
   *
   * @return true if there are such fibers; never, for kinds whose blocked fibers keep the loop
   */
  default boolean hasBlocked() {
    return false;
  }

  /**
   * Lets a suspended fiber end outside the loop, which is closing: it goes on beside the loop, and nobody waits for it.
   *
   * @param fiber a fiber that {@link Fiber#isSuspended()}
   */
  void release(Fiber fiber);

  /**
   * Tells whether a fiber can be handed out as a thread that its user starts.
   *
   * @return true if {@link #thread} works
   */
  boolean hasThreads();

  /**
   * The thread of a fiber that has not begun, for its user to start.
   *
   * @param fiber a new fiber
   * @param onStart called by {@link Thread#start()}, on any thread, instead of running the fiber: queues it
   * @param onInterrupt called by the holder when the thread has been interrupted while the fiber is suspended; the interrupt is
   *     then over and done with
   * @return the thread
   * @throws UnsupportedOperationException if not {@link #hasThreads()}
   */
  Thread thread(Fiber fiber, Runnable onStart, Runnable onInterrupt);
}
