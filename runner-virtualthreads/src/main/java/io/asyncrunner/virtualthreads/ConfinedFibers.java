package io.asyncrunner.virtualthreads;

import io.asyncrunner.Context;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.Fibers;
import org.jspecify.annotations.Nullable;

/**
 * Fibers that are virtual threads mounted on the thread that runs the loop, and nowhere else while the loop is open.
 *
 * <p>That thread, the carrier, takes one fiber after another from the loop and mounts it; when the fiber suspends, blocks or
 * ends, the mounting returns. See {@link ConfinedFiber} for the protocol.
 */
final class ConfinedFibers implements Fibers {
  final FiberHost host;

  /**
   * The thread in {@link #run}, or {@code null}. Written by that thread alone, and read without order by others: none of them
   * can find itself here, because it would have written {@code null} over it itself.
   */
  private @Nullable Thread carrier;

  /**
   * The virtual thread that is mounted on the carrier, or {@code null}. Written by the carrier alone, around each mounting, and
   * read without order by others: a fiber that finds itself here is mounted, because it runs nowhere else before the loop is closed,
   * and what the carrier wrote before that comes before what a fiber does after it.
   */
  private @Nullable Thread mounted;

  /** How many fibers are blocked in calls that the library does not know. The carrier's. */
  private int blocked;

  /**
   * Whether the carrier's interrupt status was found up in this run, and is to be up after it. Whoever interrupts sets the status
   * first, and calls the loop's interrupt hook some microseconds later, when the run may be over. Of the thread in {@link #run}.
   */
  private boolean interrupted;

  static {
    Fiber.setLocator(ConfinedFiber::find);
    SchedulerDoor.startPollers();
  }

  ConfinedFibers(FiberHost host) {
    this.host = host;
  }

  @Override
  public String kind() {
    return "confined virtual threads";
  }

  @Override
  public Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
    return SchedulerDoor.newFiber(this, body, name, context, inherit);
  }

  /** A virtual thread cannot carry another one. */
  @Override
  public boolean needsCarrier() {
    return Thread.currentThread().isVirtual();
  }

  @Override
  public void run() {
    Thread own = Thread.currentThread();
    carrier = own;
    try {
      for (Fiber next = host.next(); next != null; next = host.next()) {
        interrupted |= own.isInterrupted(); // mounting clears it
        ConfinedFiber fiber = (ConfinedFiber) next;
        mounted = fiber.thread;
        fiber.mount();
        mounted = null;
        blocked += fiber.blockedMore();
      }
    } finally {
      carrier = null;
      mounted = null;
      if (interrupted) {
        interrupted = false;
        own.interrupt();
      }
    }
  }

  @Override
  public boolean hasBlocked() {
    return blocked > 0;
  }

  /** The fiber is about to be unmounted, which clears the carrier's interrupt status; that may be up because the fiber's is. */
  void beforeUnmount(Thread fiber) {
    Thread own = carrier;
    if (own != null && own.isInterrupted() && !fiber.isInterrupted()) {
      interrupted = true;
    }
  }

  @Override
  public void interruptedInPoll() {
    interrupted = true;
  }

  @Override
  public boolean isConfined() {
    return true;
  }

  @Override
  public boolean isHolder() {
    // Not the carrier as the JDK knows it: that takes a method handle, which costs more of what the JIT compiler inlines than it saves.
    Thread current = Thread.currentThread();
    return current == mounted || current == carrier;
  }

  /** Tells whether a fiber's thread is the one that is mounted, or has just been unmounted. On the carrier, or a fiber there. */
  boolean isMounted(@Nullable Thread fiber) {
    return fiber == mounted;
  }

  @Override
  public void release(Fiber fiber) {
    ((ConfinedFiber) fiber).release();
  }

  @Override
  public boolean hasThreads() {
    return true;
  }

  @Override
  public Thread thread(Fiber fiber, Runnable onStart, Runnable onInterrupt) {
    return ((ConfinedFiber) fiber).handOut(onStart, onInterrupt);
  }
}
