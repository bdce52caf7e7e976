package io.asyncrunner.spi;

import io.asyncrunner.Context;
import io.asyncrunner.Task;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The stack that a coroutine, or a loop's callbacks, run on: suspended from inside, let go on by the loop.
 *
 * <pre>{@code
 * +-----+ handed out  +---------+  suspend   +-----------+
 * | NEW | ----------> |         | ---------> | SUSPENDED |
 * +-----+             | RUNNING | <--------- |           |
 *                     |         | handed out +-----------+
 *                     |         |
 *                     |         | blocks     +---------+   (kinds that unmount in blocking
 *                     |         | ---------> | BLOCKED |    calls of the JDK; otherwise the
 *                     |         | <--------- |         |    thread, and the loop, wait)
 *                     +---------+ unblocked  +---------+
 *                          | body returns    +------+
 *                          +---------------> | DONE |
 *                                            +------+
 * }</pre>
 *
 * <p>The fields here are the engine's; they are used by the holder of the loop alone.
 */
public abstract class Fiber {
  /** Finds the current fiber of kinds that do not bind a thread-local. Written once, before the first such fiber exists. */
  private static volatile @Nullable Locator locator;

  private static final Context DETACHED = new Context();
  private static final ThreadLocal<@Nullable Fiber> BOUND = new ThreadLocal<>();
  /** Whether any thread was ever bound: else there is nothing to look for. Who is bound has written it itself. */
  private static boolean anyBound;

  private @Nullable FiberHost host; // null once done
  private Context context;
  private @Nullable Task<?> task;
  private @Nullable Blocker blocker;

  /**
   * Makes a fiber.
   *
   * @param host its loop
   * @param context what it runs in
   */
  protected Fiber(FiberHost host, Context context) {
    this.host = host;
    this.context = context;
  }

  /** Finds the fiber that a thread is, for kinds that know it without a thread-local. */
  @FunctionalInterface
  public interface Locator {
    /**
     * The fiber that the calling thread is.
     *
     * @return the fiber, or {@code null} if it is none of this kind
     */
    @Nullable Fiber current();
  }

  /**
   * Sets how the current fiber is found where no thread-local is bound.
   *
   * @param locator asked first, on any thread
   */
  public static void setLocator(Locator locator) {
    Fiber.locator = locator;
  }

  /**
   * The fiber that the calling thread is. Threads that a fiber started are none.
   *
   * @return the fiber, or {@code null}
   */
  public static @Nullable Fiber current() {
    Locator found = locator;
    if (found != null) {
      Fiber fiber = found.current();
      if (fiber != null) {
        return fiber;
      }
    }
    return anyBound ? BOUND.get() : null;
  }

  /** Makes the calling thread this fiber, for kinds that have no {@link Locator}. Called first thing on its thread. */
  protected final void bind() {
    anyBound = true;
    BOUND.set(this);
  }

  /**
   * Lets go of the loop and the task, for kinds whose fibers may be held by others after they are done. Called last thing on the
   * fiber.
   */
  protected final void detach() {
    host = null;
    task = null;
    blocker = null;
    context = DETACHED;
  }

  /**
   * The fiber's loop. Not once it is done.
   *
   * @return the loop
   */
  public final LoopEngine loop() {
    return host().loop();
  }

  /**
   * The fiber's loop, as the fiber sees it. Not once it is done.
   *
   * @return the host
   */
  public final FiberHost host() {
    return Objects.requireNonNull(host, "the fiber is done");
  }

  /**
   * What the code on this fiber runs in at this moment.
   *
   * @return the context
   */
  public final Context context() {
    return context;
  }

  /**
   * Changes what the code on this fiber runs in.
   *
   * @param context the context
   */
  public final void setContext(Context context) {
    this.context = context;
  }

  /**
   * The task that this fiber runs.
   *
   * @return the task, or {@code null} for callbacks
   */
  public final @Nullable Task<?> task() {
    return task;
  }

  /**
   * Sets the task that this fiber runs.
   *
   * @param task the task, or {@code null} for callbacks
   */
  public final void setTask(@Nullable Task<?> task) {
    this.task = task;
  }

  /**
   * What the code on this fiber waits for, if that has been said.
   *
   * @return the blocker, or {@code null}
   */
  public final @Nullable Blocker blocker() {
    return blocker;
  }

  /**
   * Says what the code on this fiber is about to wait for, or ({@code null}) that the wait is over.
   *
   * @param blocker what is waited for, to be shown in reports
   */
  public final void setBlocker(@Nullable Blocker blocker) {
    this.blocker = blocker;
  }

  /**
   * Gives the loop to whoever comes next, and returns when this fiber has been {@linkplain #wake() woken} and handed out.
   * Called on the fiber itself.
   *
   * @throws IllegalStateException if a frame on the stack cannot be suspended; nothing has changed
   */
  public abstract void suspend();

  /** Allows a suspended or new fiber to go on: called by the loop just before it hands the fiber out. Holder only. */
  public abstract void wake();

  /**
   * Tells whether the fiber is in {@link #suspend} and was not woken. Holder only.
   *
   * @return true while suspended
   */
  public abstract boolean isSuspended();

  /**
   * Tells whether the fiber has begun, is not suspended, is not the one that asks, and is not done: that it waits in a
   * call that the library does not know. Holder only.
   *
   * @return true while blocked
   */
  public abstract boolean isBlocked();

  /**
   * Changes the name of the fiber's thread, for kinds that name it. Holder only.
   *
   * @param name the name
   */
  public void setName(String name) {}

  /**
   * Interrupts the fiber's thread, which {@linkplain #isBlocked() is blocked}; if it waits where an interrupt would not end the
   * wait, as soon as it waits where it does. Holder only.
   */
  public abstract void interrupt();

  /**
   * Takes back an {@link #interrupt} that has not been sent yet, and, on the fiber itself, one that has. Holder only.
   */
  public abstract void clearInterrupt();

  /**
   * The fiber's frames, innermost first; any thread.
   *
   * @return the stack trace of its thread
   */
  public abstract StackTraceElement[] stackTrace();
}
