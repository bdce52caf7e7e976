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
  public static final ThreadOptions DEFAULT = new ThreadOptions(null, false, null);

  private final @Nullable AsyncSemaphore limiter;
  private final boolean interruptOnCancel;
  private final @Nullable Undelivered<Object> onUndelivered;

  private ThreadOptions(@Nullable AsyncSemaphore limiter, boolean interruptOnCancel,
      @Nullable Undelivered<Object> onUndelivered) {
    this.limiter = limiter;
    this.interruptOnCancel = interruptOnCancel;
    this.onUndelivered = onUndelivered;
  }

  /**
   * What is done with a result that nobody takes.
   *
   * @param <T> the results that it takes
   */
  @FunctionalInterface
  public interface Undelivered<T> {
    /**
     * Gives back what the result holds.
     *
     * <p><b>Thread:</b> one of the executor, in the surroundings of the code that made the result; may block.
     *
     * @param result of code whose task was cancelled
     * @throws Exception reported to the loop's exception handler
     */
    void accept(T result) throws Exception;
  }

  /**
   * These options with a limit to how many calls run at once. A call takes a permit before it is handed to the executor, and
   * gives it back when its code has ended, also if the task that called has been cancelled long before.
   *
   * @param limiter of the same loop
   * @return a changed copy
   */
  public ThreadOptions withLimiter(AsyncSemaphore limiter) {
    return new ThreadOptions(Objects.requireNonNull(limiter, "limiter"), interruptOnCancel, onUndelivered);
  }

  /**
   * These options with, or without, an interrupt of the thread when the task is cancelled. With it, the cancellation is thrown
   * once the code has ended; the interrupt never reaches other work of the same thread.
   *
   * @param interruptOnCancel whether to interrupt
   * @return a changed copy
   */
  public ThreadOptions withInterruptOnCancel(boolean interruptOnCancel) {
    return new ThreadOptions(limiter, interruptOnCancel, onUndelivered);
  }

  /**
   * These options with a hook for a result that nobody takes: code that goes on after its task was cancelled may make something that
   * has to be given back, such as a connection of a pool. For each call whose code returns, either the task gets the result or the hook
   * does, before the call gives its permit back. {@link Async#openOnThread} is this for results that are to be closed.
   *
   * <pre>{@code
   * ThreadOptions deleting = ThreadOptions.DEFAULT.withOnUndelivered(Path.class, Files::delete);
   * Path scratch = Async.toThread(deleting, () -> Files.createTempFile("scratch", null));
   * }</pre>
   *
   * @param <T> the results that it is for
   * @param type that of the results that it is for; others, and {@code null}, are dropped
   * @param hook what to do with one
   * @return a changed copy
   */
  public <T> ThreadOptions withOnUndelivered(Class<T> type, Undelivered<? super T> hook) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(hook, "hook");
    return new ThreadOptions(limiter, interruptOnCancel, result -> {
      if (type.isInstance(result)) {
        hook.accept(type.cast(result));
      }
    });
  }

  @Nullable Undelivered<Object> onUndelivered() {
    return onUndelivered;
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
    return "ThreadOptions[limiter=" + limiter + ", interruptOnCancel=" + interruptOnCancel
        + ", onUndelivered=" + (onUndelivered != null) + "]";
  }
}
