package io.asyncrunner;

import io.asyncrunner.spi.Fiber;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A task was cancelled: thrown at the point where it waits, once for each {@link AsyncFuture#cancel(String)}.
 *
 * <p>An {@code Error}, so that {@code catch (Exception)} does not swallow it. Clean up in {@code finally}, or catch it and
 * throw it again; a task that swallows it goes on. Where a cancellation leaves the loop it becomes a
 * {@link java.util.concurrent.CancellationException} caused by this error.
 *
 * @asyncio {@code CancelledError}; differs: says who cancelled and when, and the deadline if it was one
 */
public final class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  /** The message given to {@code cancel}. */
  private final @Nullable String reason;
  private final transient @Nullable Source source;
  /** When it was asked for; {@link Long#MAX_VALUE} if that is not known. */
  private final long when;

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
    this(null, null, Long.MAX_VALUE, null, false);
  }

  /**
   * A cancellation with a message; for code that raises one by hand.
   *
   * @param reason the message, or {@code null} for none
   */
  public CancelledError(@Nullable String reason) {
    this(reason, null, Long.MAX_VALUE, null, false);
  }

  /**
   * A cancellation as the engine delivers it.
   *
   * @param reason the message of {@code cancel}, or {@code null}
   * @param source who cancelled, or {@code null} if unknown
   * @param when nanoseconds of {@link EventLoop#time()}, or {@link Long#MAX_VALUE} if unknown
   * @param cause the interruption that delivered it, or {@code null}
   * @param stackTrace whether to record a stack trace (in debug mode)
   */
  public CancelledError(
      @Nullable String reason, @Nullable Source source, long when, @Nullable Throwable cause, boolean stackTrace) {
    super(reason, cause, true, stackTrace);
    this.reason = reason;
    this.source = source;
    this.when = when;
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
   * When it was asked for, as of the beginning of the loop's turn. It is delivered in that turn or later.
   *
   * @return nanoseconds of {@link EventLoop#time()}; empty if it was raised by hand
   */
  public OptionalLong when() {
    return when == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(when);
  }

  /**
   * Why, who cancelled and when, as far as it is known: {@code no longer needed (cancelled by Task-1 at 12.5 s)}. The time is
   * that of the loop's clock. Where a task has been cancelled, the reason is the one that its coroutine was given.
   *
   * @return text for a person, or {@code null} if nothing is known
   */
  @Override
  public @Nullable String getMessage() {
    String why = reason == null && getCause() instanceof CancelledError original ? original.reason : reason;
    String who = null;
    if (source != null && source.deadline() != null) {
      who = "a timeout of " + source.deadline() + " ran out";
    } else if (source != null && source.canceller() != null) {
      who = "cancelled by " + source.canceller();
    } else if (when != Long.MAX_VALUE) {
      who = "cancelled";
    }
    if (who == null) {
      return why;
    }
    String time = when == Long.MAX_VALUE
        ? ""
        : " at " + BigDecimal.valueOf(when, 9).stripTrailingZeros().toPlainString() + " s";
    return (why == null ? "" : why + " ") + "(" + who + time + ")";
  }
}
