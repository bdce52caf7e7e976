package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** {@link Async#awaitAll}, {@link Async#awaitAny}, {@link Async#awaitFirstFailure} and {@link Async#waitFor}. */
class WaitingTest extends ConstructTestCase {
  private final IOException checked = new IOException("checked");

  // --- for several ---

  @Test
  void awaitAll_failedAndCancelled_throwsNothingAndGivesAllInTheOrderGiven() {
    run(() -> {
      Task<String> failed = Async.createTask(() -> failAfter(Duration.ofSeconds(2), checked));
      Task<String> cancelled = sleeper("cancelled");
      Task<String> done = Async.createTask(() -> after(SECOND, "done"));
      cancelled.cancel();
      Async.Waited<Task<String>> waited = Async.awaitAll(List.of(failed, cancelled, done));
      assertThat(waited.done()).containsExactly(failed, cancelled, done);
      assertThat(waited.pending()).isEmpty();
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
      assertThat(failed.exception()).isSameAs(checked);
    });
  }

  @Test
  void awaitAny_severalDoneInOneTurn_givesAllOfThem() {
    run(() -> {
      Task<String> slow = Async.createTask(() -> after(HOUR, "slow"));
      Task<String> one = Async.createTask(() -> after(SECOND, "one"));
      Task<String> two = Async.createTask(() -> after(SECOND, "two"));
      Async.Waited<Task<String>> waited = Async.awaitAny(List.of(slow, two, one));
      assertThat(waited.done()).containsExactly(two, one);
      assertThat(waited.pending()).containsExactly(slow);
      end(slow);
    });
  }

  @Test
  void awaitAny_oneDoneAlready_givesTheOthersATurn() {
    run(() -> {
      CompletableAsyncFuture<String> done = EventLoop.running().createFuture();
      done.setResult("done");
      Task<String> quick = Async.createTask(() -> "quick");
      assertThat(Async.awaitAny(List.of(done, quick)).done()).containsExactly(done, quick);
    });
  }

  @Test
  void awaitAny_sameFutureTwice_listsItOnce() {
    run(() -> {
      Task<String> task = Async.createTask(() -> after(SECOND, "result"));
      assertThat(Async.awaitAny(List.of(task, task)).done()).containsExactly(task);
      assertThat(Async.awaitAll(List.of(task, task)).done()).containsExactly(task);
    });
  }

  @Test
  void awaitFirstFailure_oneIsCancelled_waitsOn() {
    run(() -> {
      Task<String> cancelled = sleeper("cancelled");
      cancelled.cancel();
      Task<String> failed = Async.createTask(() -> failAfter(Duration.ofSeconds(2), checked));
      Task<String> slow = Async.createTask(() -> after(HOUR, "slow"));
      Async.Waited<Task<String>> waited = Async.awaitFirstFailure(List.of(slow, failed, cancelled));
      assertThat(waited.done()).containsExactly(failed, cancelled);
      assertThat(waited.pending()).containsExactly(slow);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
      end(slow);
    });
  }

  @Test
  void awaitFirstFailure_noneFails_waitsForAll() {
    run(() -> {
      List<Task<String>> tasks = List.of(Async.createTask(() -> after(SECOND, "one")), Async.createTask(() -> "two"));
      assertThat(Async.awaitFirstFailure(tasks).done()).isEqualTo(tasks);
      assertThat(elapsed()).isEqualTo(SECOND);
    });
  }

  @Test
  void awaitAll_timeoutPasses_givesWhatIsDoneAndLeavesTheRestAlone() {
    run(() -> {
      Task<String> quick = Async.createTask(() -> after(SECOND, "quick"));
      Task<String> slow = Async.createTask(() -> after(Duration.ofSeconds(3), "slow"));
      Async.Waited<Task<String>> waited = Async.awaitAll(Duration.ofSeconds(2), List.of(slow, quick));
      assertThat(waited).isEqualTo(new Async.Waited<>(List.of(quick), List.of(slow)));
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
      assertThat(slow.cancelling()).isZero();
      assertThat(slow.await()).isEqualTo("slow");
    });
  }

  @Test
  void awaitAll_waitingTaskCancelled_leavesTheFuturesAlone() {
    run(() -> {
      for (Function<List<Task<String>>, Object> wait : List.<Function<List<Task<String>>, Object>>of(
          Async::awaitAll, Async::awaitAny, Async::awaitFirstFailure)) {
        Task<String> task = Async.createTask(() -> after(SECOND, "result"));
        Task<?> waiting = Async.createTask(() -> wait.apply(List.of(task)));
        letOthersRun();
        end(waiting);
        assertThat(waiting.isCancelled()).isTrue();
        assertThat(task.cancelling()).isZero();
        assertThat(task.await()).isEqualTo("result");
      }
    });
  }

  // --- for one, and not too long ---

  @Test
  void waitFor_taskInTime_givesItsResultOrThrowsAsAwaitDoes() {
    run(() -> {
      Task<String> task = Async.createTask(() -> after(SECOND, "result"));
      assertThat(Async.waitFor(HOUR, task)).isEqualTo("result");
      Task<String> failed = Async.createTask(() -> failAfter(SECOND, checked));
      assertThatThrownBy(() -> Async.waitFor(HOUR, failed)).isExactlyInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked);
      assertThatThrownBy(() -> Async.waitFor(HOUR, () -> failAfter(SECOND, checked))).isSameAs(checked);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
    });
  }

  @Test
  void waitFor_timePasses_awaitsTheCleanUpAndSaysWhatTookTooLong() {
    run(() -> {
      Task<String> task = Async.createTask(() -> {
        try {
          return sleepLogging("task");
        } finally {
          log.add(after(Duration.ofSeconds(5), "cleaned up"));
        }
      });
      assertThatThrownBy(() -> Async.waitFor(SECOND, task)).isExactlyInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("PT1S")
          .hasCauseExactlyInstanceOf(CancelledError.class);
      assertThat(task.isCancelled()).isTrue();
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(6));
      assertThat(log).containsExactly("task cancelled", "cleaned up");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void waitFor_taskEndsOtherwiseWhenCancelled_isHowItEnded() {
    run(() -> {
      Task<String> stubborn = Async.createTask(() -> {
        try {
          return sleepLogging("stubborn");
        } catch (CancelledError swallowed) {
          return "a result after all";
        }
      });
      assertThat(Async.waitFor(SECOND, stubborn)).isEqualTo("a result after all");
      Task<String> failing = Async.createTask(() -> failWhenCancelled(new IllegalStateException("clean-up failed")));
      assertThatThrownBy(() -> Async.waitFor(SECOND, failing)).hasMessage("clean-up failed");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void waitFor_noTime_cancelsUnlessItIsDone() {
    run(() -> {
      Task<String> done = Async.createTask(() -> "done");
      letOthersRun();
      assertThat(Async.waitFor(Duration.ZERO, done)).isEqualTo("done");
      Task<String> slow = sleeper("slow");
      assertThatThrownBy(() -> Async.waitFor(Duration.ZERO, slow)).isExactlyInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("PT0S")
          .hasCauseExactlyInstanceOf(CancelledError.class);
      assertThat(log).containsExactly("slow cancelled");
      assertThatThrownBy(() -> Async.waitFor(Duration.ZERO, () -> log.add("never")))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(log).hasSize(1);
    });
  }

  @Test
  void waitFor_waitingTaskCancelled_cancelsWhatItWaitsFor() {
    run(() -> {
      Task<String> task = sleeper("task");
      Task<?> waiting = Async.createTask(() -> Async.waitFor(HOUR, task));
      letOthersRun();
      end(waiting);
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @Test
  void waitFor_theTaskIsCancelledByAnother_isACancellationAndNoTimeout() {
    run(() -> {
      Task<String> task = sleeper("task");
      EventLoop.running().callSoon(() -> task.cancel("no longer needed"));
      CancelledError error = (CancelledError) thrownBy(() -> Async.waitFor(HOUR, task));
      assertThat(error.reason()).isEqualTo("no longer needed");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void sleep_zeroWhileCancelled_isWhereALongComputationCanBeCancelled() {
    run(() -> {
      Task<?> computing = Async.createTask(() -> {
        for (;;) {
          Async.sleep(Duration.ZERO);
        }
      });
      letOthersRun();
      end(computing);
      assertThat(computing.isCancelled()).isTrue();
      assertThat(elapsed()).isZero();
    });
  }
}
