package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.VoidCoroutine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/** A task of an exchange, and what has become of it. */
abstract class Participant {
  final String name;
  final boolean isVictim;
  private final boolean timed;
  private final VoidCoroutine<?> body;
  private Task<?> own; // the task that runs the body, once it has begun
  private Timeout timeout; // once the body has begun, if it runs under one
  private boolean returned;
  private boolean cancelAccepted;
  private boolean cancelledItself;

  private Participant(String name, boolean isVictim, boolean timed, VoidCoroutine<?> body) {
    this.name = name;
    this.isVictim = isVictim;
    this.timed = timed;
    this.body = body;
  }

  final void run() throws Throwable {
    assertThat(own).as("what ran %s before", name).isNull();
    own = Async.currentTask();
    if (!timed) {
      runBody();
      return;
    }
    Timeout.callAt(Long.MAX_VALUE, (Timeout entered) -> {
      timeout = entered;
      runBody();
      return null;
    });
  }

  private void runBody() throws Throwable {
    body.run();
    returned = true;
  }

  final void cancel() {
    cancelledItself |= own != null && own == currentTaskOrNull();
    cancelAccepted |= requestCancel();
  }

  private static Task<?> currentTaskOrNull() {
    try {
      return Async.currentTask();
    } catch (IllegalStateException inACallback) {
      return null;
    }
  }

  /** Has the timeout expire in the next turn, unless it has been left or has expired. */
  final void expire() {
    if (timeout != null && !timeout.expired()) {
      try {
        timeout.reschedule(Duration.ZERO);
      } catch (IllegalStateException left) {
        assertThat(left).hasMessageContaining("finished");
      }
    }
  }

  /** Whether an attack has had an effect on it. */
  final boolean wasHit() {
    return cancelAccepted || hasExpired();
  }

  private boolean hasExpired() {
    return timeout != null && timeout.expired();
  }

  final boolean hasReturned() {
    return returned;
  }

  /** Where it is, for messages. */
  final String where() {
    return own == null ? name + ", which has not begun" : name + " at " + own.stack().stream().limit(6).toList();
  }

  /**
   * A request to cancel that was accepted ends it, and nothing else does; what its body was told is what it ends with, and
   * never something else as well.
   */
  final void assertEndedAsAttacked() {
    assertThat(isCancelled()).as("%s has ended as cancelled", name).isEqualTo(cancelAccepted);
    if (cancelAccepted) {
      assertThat(returned && !cancelledItself && isAlwaysTold())
          .as("%s was cancelled, and never told so", name)
          .isFalse();
      return;
    }
    Throwable thrown = failure();
    if (hasExpired() && !returned) {
      assertThat(thrown).as("what %s, which ran out of time, threw", name)
          .isInstanceOf(DeadlineExceededException.class)
          .hasCauseInstanceOf(CancelledError.class);
    } else if (thrown != null) {
      throw new AssertionError(name + " failed", thrown);
    } else {
      assertThat(returned).as("%s has a result, and came to its end", name).isTrue();
    }
  }

  /** Tells whether the request was accepted. */
  abstract boolean requestCancel();

  abstract boolean isDone();

  abstract boolean isCancelled();

  /** What it threw, or {@code null}; not asked of a cancelled one. */
  abstract Throwable failure();

  /** Whether a request that is accepted always reaches a body that has not ended. */
  abstract boolean isAlwaysTold();

  /** A task of the loop. */
  static Participant task(EventLoop loop, String name, boolean isVictim, boolean timed, VoidCoroutine<?> body) {
    return new OfTask(loop, name, isVictim, timed, body);
  }

  private static final class OfTask extends Participant {
    private final Task<Void> task;

    OfTask(EventLoop loop, String name, boolean isVictim, boolean timed, VoidCoroutine<?> body) {
      super(name, isVictim, timed, body);
      VoidCoroutine<Throwable> whole = this::run;
      this.task = loop.createTask(TaskOptions.named(name), whole.returningNull());
    }

    @Override
    boolean requestCancel() {
      return task.cancel("attacked");
    }

    @Override
    boolean isDone() {
      return task.isDone();
    }

    @Override
    boolean isCancelled() {
      return task.isCancelled();
    }

    @Override
    Throwable failure() {
      return task.exception();
    }

    @Override
    boolean isAlwaysTold() {
      return true;
    }
  }

  /**
   * A task that another thread has sent to the loop.
   *
   * @param canceller runs what cancels it, and returns when it has run
   */
  static Participant sent(EventLoop loop, String name, boolean timed, Executor canceller, VoidCoroutine<?> body) {
    return new Sent(loop, name, timed, canceller, body);
  }

  private static final class Sent extends Participant {
    private final Executor canceller;
    private final CompletableFuture<Void> future;

    Sent(EventLoop loop, String name, boolean timed, Executor canceller, VoidCoroutine<?> body) {
      super(name, true, timed, body);
      this.canceller = canceller;
      VoidCoroutine<Throwable> whole = this::run;
      this.future = Async.callThreadsafe(loop, whole);
    }

    @Override
    boolean requestCancel() {
      boolean[] accepted = new boolean[1];
      canceller.execute(() -> accepted[0] = future.cancel(true));
      return accepted[0];
    }

    @Override
    boolean isDone() {
      return future.isDone();
    }

    @Override
    boolean isCancelled() {
      return future.isCancelled();
    }

    @Override
    Throwable failure() {
      try {
        future.join();
        return null;
      } catch (CompletionException failed) {
        return failed.getCause();
      }
    }

    /** The request may come when the body has ended and its result is on the way. */
    @Override
    boolean isAlwaysTold() {
      return false;
    }
  }
}
