package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** {@link Async#shield}. */
class ShieldTest extends ConstructTestCase {
  @Test
  void shield_waitingTaskCancelled_leavesTheInnerAlone() {
    run(() -> {
      Task<String> inner = Async.createTask(() -> after(SECOND, "result"));
      Task<?> waiting = Async.createTask(() -> Async.shield(inner).await());
      letOthersRun();
      end(waiting);
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(inner.cancelling()).isZero();
      assertThat(inner.await()).isEqualTo("result");
    });
  }

  @Test
  void shield_innerEnds_endsTheSameWay() {
    run(() -> {
      IOException checked = new IOException("checked");
      assertThat(Async.shield(Async.createTask(() -> after(SECOND, "result"))).await()).isEqualTo("result");
      assertThatThrownBy(() -> Async.shield(Async.createTask(() -> failAfter(SECOND, checked))).await())
          .isExactlyInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked);
    });
  }

  @Test
  void shield_innerCancelled_isCancelledAndSaysWho() {
    run(() -> {
      Task<String> inner = sleeper("inner");
      Async.createTask(io.asyncrunner.TaskOptions.named("canceller"), () -> inner.cancel("no longer needed"));
      AsyncFuture<String> outer = Async.shield(inner);
      CancelledError error = (CancelledError) thrownBy(outer::await);
      assertThat(outer.isCancelled()).isTrue();
      assertThat(error.source().canceller()).isEqualTo("canceller");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void shield_done_isTheInnerItself() {
    run(() -> {
      CompletableAsyncFuture<String> inner = EventLoop.running().createFuture();
      inner.setResult("done");
      assertThat(Async.shield(inner)).isSameAs(inner);
    });
  }

  @Test
  void shield_twoOfOneFuture_areCancelledApart() {
    run(() -> {
      Task<String> inner = Async.createTask(() -> after(SECOND, "result"));
      AsyncFuture<String> one = Async.shield(inner);
      AsyncFuture<String> two = Async.shield(inner);
      one.cancel();
      assertThat(two.await()).isEqualTo("result");
      assertThat(inner.await()).isEqualTo("result");
    });
  }

  @Test
  void shield_innerFailsWhenNobodyWaitsAnyMore_isReported() {
    run(() -> {
      IllegalStateException failure = new IllegalStateException("failed");
      Task<String> inner = Async.createTask(() -> failAfter(SECOND, failure));
      assertThatThrownBy(() -> Async.timeout(SECOND.dividedBy(2), () -> Async.shield(inner).await()))
          .isInstanceOf(DeadlineExceededException.class);
      Async.awaitAll(List.of(inner));
      letOthersRun();
      assertThat(takeReports()).singleElement().satisfies(report -> {
        assertThat(report.exception()).isSameAs(failure);
        assertThat(report.future()).isSameAs(inner);
      });
    });
  }

  @Test
  void shield_innerCancelledWhenNobodyWaitsAnyMore_isNotReported() {
    run(() -> {
      Task<String> inner = sleeper("inner");
      AsyncFuture<String> outer = Async.shield(inner);
      outer.cancel();
      letOthersRun();
      assertThat(inner.isDone()).isFalse();
      end(inner);
    });
  }
}
