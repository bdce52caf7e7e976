package io.asyncrunner;

import io.asyncrunner.spi.Fiber;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task was cancelled: thrown at the point where it waits, once for each {@link AsyncFuture#cancel(String)}.
 *
 * <p>An {@code Error}, so that {@code catch (Exception)} does not swallow it. Clean up in {@code finally}, or catch it and
 * throw it again; a task that swallows it goes on. Where a cancellation leaves the loop it becomes a
 * {@link java.util.concurrent.CancellationException} caused by this error.
 *
 * @asyncio {@code CancelledError}; differs: says who cancelled, and the deadline if it was one
 */
public final class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  /** The message given to {@code cancel}. */
  private final @Nullable String reason;
  private final transient @Nullable Source source;

  /**
   * Who cancelled, and why.
   *
   * @param canceller the name of the task that called {@code cancel}, or {@code null} if none did
   * @param deadline the timeout that ran out, or {@code null} if it was none
   */
  public record Source(@Nullable String canceller, @Nullable Duration deadline) {
    private static final Source UNKNOWN = new Source(null, null);

    /**
     * The task that calls.
     *
     * @return its name; no name outside a task
     */
    public static Source current() {
      Fiber fiber = Fiber.current();
      Task<?> task = fiber == null ? null : fiber.task();
      return task == null ? UNKNOWN : new Source(task.name(), null);
    }
  }

  /** A cancellation without a message; for code that raises one by hand. */
  public CancelledError() {
    this(null, null, null, false);
  }

  /**
   * A cancellation with a message; for code that raises one by hand.
   *
   * @param reason the message, or {@code null} for none
   */
  public CancelledError(@Nullable String reason) {
    this(reason, null, null, false);
  }

  /**
   * A cancellation as the engine delivers it.
   *
   * @param reason the message of {@code cancel}, or {@code null}
   * @param source who cancelled, or {@code null} if unknown
   * @param cause the interruption that delivered it, or {@code null}
   * @param stackTrace whether to record a stack trace (in debug mode)
   */
  public CancelledError(
      @Nullable String reason, @Nullable Source source, @Nullable Throwable cause, boolean stackTrace) {
    super(reason, cause, true, stackTrace);
    this.reason = reason;
    this.source = source;
  }

  /**
   * The message given to {@code cancel}.
   *
   * @return the message or {@code null}
   */
  public @Nullable String reason() {
    return reason;
  }

  /**
   * Who cancelled.
   *
   * @return the canceller and the deadline, or {@code null} if unknown
   */
  public @Nullable Source source() {
    return source;
  }

  /**
   * The message, and who cancelled.
   *
   * @return text for a person, or {@code null} if nothing is known
   */
  @Override
  public @Nullable String getMessage() {
    String who = null;
    if (source != null && source.deadline() != null) {
      who = "(a timeout of " + source.deadline() + " ran out)";
    } else if (source != null && source.canceller() != null) {
      who = "(cancelled by " + source.canceller() + ")";
    }
    return who == null ? reason : reason == null ? who : reason + " " + who;
  }
}
