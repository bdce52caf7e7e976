package io.asyncrunner;

import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A deadline on a piece of code: when it passes, the task in that code is cancelled, and the cancellation comes out of the
 * code as a {@link DeadlineExceededException}. {@link Async#timeout} makes one, and {@link #call} for code that gives a value and moves
 * its deadline.
 *
 * <pre>
 * +---------+ deadline passes  +----------+ body left by the cancellation, or otherwise +---------+
 * | ENTERED | ---------------> | EXPIRING | ------------------------------------------> | EXPIRED |
 * +---------+                  +----------+                                             +---------+
 *      |        body left                                                               +--------+
 *      +------------------------------------------------------------------------------> | EXITED |
 *                                                                                       +--------+
 * </pre>
 *
 * <p><b>Thread:</b> the loop's. {@link #reschedule} is possible in ENTERED only.
 *
 * <pre>{@code
 * String page = Timeout.call(Duration.ofSeconds(10), deadline -> {
 *   String head = fetch("head ");
 *   deadline.reschedule(Duration.ofSeconds(60)); // somebody is there: the rest may take longer
 *   return head + fetch("body");
 * });
 * }</pre>
 *
 * @asyncio {@code Timeout}
 */
public final class Timeout {
  private enum State {
    ENTERED("active"),
    EXPIRING("expiring"),
    EXPIRED("expired"),
    EXITED("finished");

    /** As asyncio calls it. */
    final String text;

    State(String text) {
      this.text = text;
    }
  }

  private final LoopEngine loop;
  private final Task<?> task;
  private final int cancelling;
  private State state = State.ENTERED;
  private long when;
  private @Nullable Duration limit; // what the deadline was set from, if it was set from a duration
  private @Nullable Handle timer;
  private final @Nullable Fiber fiber = Fiber.current();
  private @Nullable String waitedFor; // when the deadline passed

  private Timeout(LoopEngine loop, Task<?> task, long when, @Nullable Duration limit) {
    this.loop = loop;
    this.task = task;
    this.cancelling = task.cancelling();
    scheduleAt(when, limit);
  }

  /**
   * Code that runs under a deadline and may move it.
   *
   * @param <T> what it returns
   * @param <X> the checked exception it may throw
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object, X extends Throwable> {
    /**
     * Runs the code.
     *
     * @param timeout the deadline
     * @return the result
     * @throws X as the code decides
     * @throws InterruptedException if the thread was interrupted: the code is cancelled
     */
    T run(Timeout timeout) throws X, InterruptedException;
  }

  /**
   * Code without a result that runs under a deadline and may move it.
   *
   * @param <X> the checked exception it may throw
   */
  @FunctionalInterface
  public interface VoidBody<X extends Throwable> {
    /**
     * Runs the code.
     *
     * @param timeout the deadline
     * @throws X as the code decides
     * @throws InterruptedException if the thread was interrupted: the code is cancelled
     */
    void run(Timeout timeout) throws X, InterruptedException;
  }

  /**
   * Runs code with a result under a deadline that the code may move; {@link Async#timeout(Duration, VoidBody)} is for code without one.
   *
   * <pre>{@code
   * String page = Timeout.call(Duration.ofSeconds(10), deadline -> {
   *   String head = fetch("head ");
   *   deadline.reschedule(Duration.ofSeconds(60)); // somebody is there: the rest may take longer
   *   return head + fetch("body");
   * });
   * }</pre>
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param duration how long it may take, counted from now
   * @param body the code, called at once in the calling task
   * @return what it returned
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <T extends @Nullable Object, X extends Throwable> T call(Duration duration, Body<T, X> body) throws X {
    Objects.requireNonNull(duration, "duration");
    Objects.requireNonNull(body, "body");
    LoopEngine loop = LoopEngine.running();
    return run(loop, loop.deadline(duration), duration, body);
  }

  /**
   * Runs code with a result under a deadline at a time of the loop's clock, which the code may move; else as {@link #call}.
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param when nanoseconds of {@link EventLoop#time()}; {@link Long#MAX_VALUE} is never
   * @param body the code, called at once in the calling task
   * @return what it returned
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <T extends @Nullable Object, X extends Throwable> T callAt(long when, Body<T, X> body) throws X {
    return run(LoopEngine.running(), when, null, Objects.requireNonNull(body, "body"));
  }

  static <X extends Throwable> Body<@Nullable Void, X> returningNull(VoidBody<X> body) {
    Objects.requireNonNull(body, "body");
    return timeout -> {
      body.run(timeout);
      return null;
    };
  }

  static <T extends @Nullable Object, X extends Throwable> T run(
      LoopEngine loop, long when, @Nullable Duration limit, Body<T, X> body) throws X {
    Task<?> task = Async.currentTaskOf(loop, "Async.timeout");
    loop.ensureStack(1);
    Timeout timeout = new Timeout(loop, task, when, limit);
    T result;
    try {
      result = body.run(timeout);
    } catch (Throwable thrown) {
      throw Throwables.sneaky(Objects.requireNonNull(timeout.exit(loop.asCancellation(thrown))));
    }
    timeout.exit(null);
    return result;
  }

  /** Leaves the block: what left it, or what is to be thrown in its place. */
  private @Nullable Throwable exit(@Nullable Throwable thrown) {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (state != State.EXPIRING) {
      state = State.EXITED;
      return thrown;
    }
    state = State.EXPIRED;
    boolean oursAlone = task.uncancel() <= cancelling;
    // By way of a generator, a block can be left in another task: that has been cancelled by others.
    boolean leftByItsTask = Async.currentTaskOf(loop, "Async.timeout") == task;
    if (!oursAlone || !leftByItsTask || !(thrown instanceof CancelledError)) {
      return thrown;
    }
    return new DeadlineExceededException(
        "task " + task.name() + " was not done " + (limit == null ? "by its deadline" : "within " + limit)
            + (loop.hasVirtualTime() ? " of virtual time" : "")
            + (waitedFor == null ? "" : ", when it waited for " + waitedFor),
        thrown);
  }

  private void scheduleAt(long deadline, @Nullable Duration setFrom) {
    Handle before = timer;
    Runnable expire = (Runnable & InPlace) this::expire;
    timer = deadline <= loop.time()
        ? loop.callSoon(expire)
        : deadline == Long.MAX_VALUE ? null : loop.callAt(deadline, expire);
    when = deadline;
    limit = setFrom;
    if (before != null) {
      before.cancel();
    }
  }

  private void expire() {
    Blocker blocker = fiber == null ? null : fiber.blocker();
    waitedFor = blocker == null ? null : blocker.subject().toString(); // which is the library's
    task.cancel(null, new CancelledError.Source("a timeout", limit));
    state = State.EXPIRING;
    timer = null;
  }

  /**
   * Moves the deadline.
   *
   * @param fromNow the new deadline, counted from now; not positive expires in the loop's next turn, and one too long for a
   *     {@code long} of nanoseconds never
   * @throws IllegalStateException if the deadline has passed or the block has been left; nothing changes
   */
  public void reschedule(Duration fromNow) {
    ensureEntered();
    scheduleAt(loop.deadline(Objects.requireNonNull(fromNow, "fromNow")), fromNow);
  }

  /**
   * Moves the deadline.
   *
   * @param when nanoseconds of {@link EventLoop#time()}; {@link Long#MAX_VALUE} is never
   * @throws IllegalStateException if the deadline has passed or the block has been left; nothing changes
   */
  public void rescheduleAt(long when) {
    ensureEntered();
    scheduleAt(when, null);
  }

  private void ensureEntered() {
    Async.ensureOwner(loop, "Timeout.reschedule");
    loop.ensureStack(1);
    if (state != State.ENTERED) {
      throw new IllegalStateException("cannot move the deadline of a timeout that is " + state.text
          + ": its deadline has passed or its block has been left");
    }
  }

  /**
   * The deadline.
   *
   * @return nanoseconds of {@link EventLoop#time()}, or empty if there is none
   */
  public OptionalLong when() {
    Async.ensureOwner(loop, "Timeout.when");
    return when == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(when);
  }

  /**
   * Tells whether the deadline has passed while the block ran.
   *
   * @return true from then on
   */
  public boolean expired() {
    Async.ensureOwner(loop, "Timeout.expired");
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  /** State and deadline. */
  @Override
  public String toString() {
    return "Timeout[" + state.text + (when == Long.MAX_VALUE ? "" : ", when=" + when) + "]";
  }
}
