package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Task;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.VoidCoroutine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Ways to end a task that blocks in a library's call. */
final class Cancelled {
  private static final ThreadOptions INTERRUPTED = ThreadOptions.DEFAULT.withInterruptOnCancel(true);

  private Cancelled() {}

  /** Cancels a task that is in a call, once something outside the loop has seen the call, and checks that it ends as cancelled. */
  static void whenSeen(CountDownLatch seen, VoidCoroutine<?> call) {
    Task<Void> caller = Async.createTask(call);
    Task<Void> onLookout = Async.createTask(() -> Async.toThread(INTERRUPTED, () -> seen.await()));
    Async.awaitAny(List.of(caller, onLookout)); // the caller, if it fails
    onLookout.cancel();
    caller.cancel();
    assertThatThrownBy(caller::await).isInstanceOf(CancelledError.class);
    assertThat(caller.isCancelled()).isTrue();
  }

  /** Lets the time of a call run out that never ends by itself, and checks that this is what comes out. */
  static void byTimeout(VoidCoroutine<?> call) {
    AsyncFuture<Void> caller = Async.createTask(() -> Async.timeout(Duration.ofMillis(50), call));
    assertThatThrownBy(caller::await).isInstanceOf(DeadlineExceededException.class);
  }
}
