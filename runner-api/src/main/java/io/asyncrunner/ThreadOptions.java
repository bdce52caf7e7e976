package io.asyncrunner;

import io.asyncrunner.sync.AsyncSemaphore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How {@link Async#toThread(ThreadOptions, Coroutine)} runs code on a thread. Immutable.
 *
 * <pre>{@code
 * AsyncSemaphore connections = new AsyncSemaphore(10);
 * ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(connections).withInterruptOnCancel(true);
 * String row = Async.toThread(options, () -> Sample.fetchBlocking("row"));
 * }</pre>
 */
public final class ThreadOptions {
  /** No limit but that of the executor; a cancellation gives the code up without interrupting it. */
  public static final ThreadOptions DEFAULT = new ThreadOptions(null, false);

  private final @Nullable AsyncSemaphore limiter;
  private final boolean interruptOnCancel;

  private ThreadOptions(@Nullable AsyncSemaphore limiter, boolean interruptOnCancel) {
    this.limiter = limiter;
    this.interruptOnCancel = interruptOnCancel;
  }

  /**
   * These options with a limit to how many calls run at once. A call takes a permit before it is handed to the executor, and
   * gives it back when its code has ended, also if the task that called has been cancelled long before.
   *
   * @param limiter of the same loop
   * @return a changed copy
   */
  public ThreadOptions withLimiter(AsyncSemaphore limiter) {
    return new ThreadOptions(Objects.requireNonNull(limiter, "limiter"), interruptOnCancel);
  }

  /**
   * These options with, or without, an interrupt of the thread when the task is cancelled. With it, the cancellation is thrown
   * once the code has ended; the interrupt never reaches other work of the same thread.
   *
   * @param interruptOnCancel whether to interrupt
   * @return a changed copy
   */
  public ThreadOptions withInterruptOnCancel(boolean interruptOnCancel) {
    return new ThreadOptions(limiter, interruptOnCancel);
  }

  /**
   * The limiter, if one was given.
   *
   * @return the limiter or {@code null}
   */
  public @Nullable AsyncSemaphore limiter() {
    return limiter;
  }

  /**
   * Whether a cancellation interrupts the thread.
   *
   * @return true if it does
   */
  public boolean interruptOnCancel() {
    return interruptOnCancel;
  }

  @Override
  public String toString() {
    return "ThreadOptions[limiter=" + limiter + ", interruptOnCancel=" + interruptOnCancel + "]";
  }
}
