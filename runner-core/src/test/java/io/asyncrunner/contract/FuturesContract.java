package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.Outcome;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Futures: a test for each arrow of the diagram in the javadoc of {@link AsyncFuture}, for each refusal, and for callbacks. */
public abstract class FuturesContract extends Contract {
  private final List<String> trace = new ArrayList<>();

  /** Runs a test in a task. */
  private void onALoop(Consumer<EventLoop> test) {
    try (Runner runner = newRunner()) {
      runner.run(() -> test.accept(EventLoop.running()));
    }
  }

  private static void assertIsDoneForGood(CompletableAsyncFuture<String> future) {
    assertThatThrownBy(() -> future.setResult("again")).isExactlyInstanceOf(InvalidStateException.class);
    assertThatThrownBy(() -> future.setException(new IOException("again")))
        .isExactlyInstanceOf(InvalidStateException.class);
    assertThat(future.cancel()).isFalse();
    assertThat(future.cancel("again")).isFalse();
  }

  // --- states ---

  @Test
  void pending_always_hasNoResult() {
    onALoop(loop -> {
      AsyncFuture<String> future = loop.createFuture();
      assertThat(future.isDone()).isFalse();
      assertThat(future.isCancelled()).isFalse();
      assertThat(future.loop()).isSameAs(loop);
      assertThatThrownBy(future::result).isExactlyInstanceOf(InvalidStateException.class);
      assertThatThrownBy(future::exception).isExactlyInstanceOf(InvalidStateException.class);
    });
  }

  @Test
  void setResult_pending_finishes() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      future.setResult("result");
      assertThat(future.isDone()).isTrue();
      assertThat(future.isCancelled()).isFalse();
      assertThat(future.result()).isEqualTo("result");
      assertThat(future.exception()).isNull();
      assertThat(future.await()).isEqualTo("result");
      assertIsDoneForGood(future);
      assertThat(future.result()).isEqualTo("result");
    });
  }

  @Test
  void setException_pending_finishes() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      IllegalArgumentException failure = new IllegalArgumentException("failure");
      future.setException(failure);
      assertThat(future.isDone()).isTrue();
      assertThat(future.isCancelled()).isFalse();
      assertThat(future.exception()).isSameAs(failure);
      assertThatThrownBy(future::result).isSameAs(failure);
      assertThatThrownBy(future::await).isSameAs(failure);
      assertIsDoneForGood(future);
      assertThat(future.exception()).isSameAs(failure);
    });
  }

  @Test
  void cancel_pending_cancels() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      assertThat(future.cancel("message")).isTrue();
      assertThat(future.isDone()).isTrue();
      assertThat(future.isCancelled()).isTrue();
      assertThatThrownBy(future::result).isInstanceOf(CancelledError.class).hasMessageContaining("message");
      assertThatThrownBy(future::exception).isInstanceOf(CancelledError.class);
      assertThatThrownBy(future::await).isInstanceOf(CancelledError.class);
      assertIsDoneForGood(future);
    });
  }

  @Test
  void result_checkedException_isWrapped() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      IOException failure = new IOException("failure");
      future.setException(failure);
      assertThatThrownBy(future::result).isExactlyInstanceOf(CompletionException.class).hasCause(failure);
      assertThatThrownBy(future::await).isExactlyInstanceOf(CompletionException.class).hasCause(failure);
      assertThat(future.exception()).isSameAs(failure);
    });
  }

  @Test
  void setException_cancelledError_isThrownButTheFutureIsNotCancelled() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      CancelledError error = new CancelledError("by hand");
      future.setException(error);
      assertThat(future.isCancelled()).isFalse();
      assertThat(future.exception()).isSameAs(error);
      assertThatThrownBy(future::await).isInstanceOf(CancelledError.class);
    });
  }

  // --- awaiting ---

  @Test
  void await_done_returnsWithoutATurn() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      future.setResult("result");
      loop.callSoon(() -> trace.add("a turn"));
      future.await();
      assertThat(trace).isEmpty();
    });
  }

  @Test
  void await_severalWaitersAndCallbacks_goOnInTheOrderInWhichTheyCame() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      for (int i = 0; i < 3; i++) {
        int number = i;
        loop.createTask(() -> trace.add("waiter " + number + " " + future.await()));
        loop.yieldNow();
        future.addDoneCallback(done -> trace.add("callback " + number));
      }
      future.setResult("result");
      assertThat(trace).as("nothing happens in place").isEmpty();
      letOthersRun();
    });
    assertThat(trace).containsExactly("waiter 0 result", "callback 0", "waiter 1 result", "callback 1",
        "waiter 2 result", "callback 2");
  }

  @Test
  void await_ofAnotherLoop_refusedAndNotTouched() {
    LoopEngine other = loops().newEventLoop();
    AsyncFuture<String> foreign = other.createFuture();
    onALoop(loop -> {
      assertThatIllegalStateException().isThrownBy(foreign::await).withMessageContaining("Async.await");
      loop.yieldNow();
    });
    assertThat(foreign.isDone()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other.runUntilComplete(loops().newEventLoop().createFuture()));
    other.close();
  }

  @Test
  void await_waitingTaskCancelled_cancelsTheFuture() {
    onALoop(loop -> {
      AsyncFuture<String> future = loop.createFuture();
      Task<?> waiter = loop.createTask(future::await);
      loop.yieldNow();
      waiter.cancel("enough");
      assertThat(future.isCancelled()).isTrue();
      letOthersRun();
      assertThat(waiter.isCancelled()).isTrue();
    });
  }

  @Test
  void createFuture_withOnCancel_decidesAboutCancellation() {
    onALoop(loop -> {
      List<Object> asked = new ArrayList<>();
      boolean[] accepts = {true};
      CompletableAsyncFuture<String> future = LoopEngine.of(loop).createFuture((message, source) -> {
        asked.add(message);
        return accepts[0];
      });
      assertThat(future.cancel("one")).isTrue();
      assertThat(future.isDone()).isFalse();
      accepts[0] = false;
      assertThat(future.cancel("two")).isFalse();
      future.setResult("result");
      assertThat(future.cancel("three")).isFalse();
      assertThat(asked).containsExactly("one", "two");
    });
  }

  // --- done-callbacks ---

  @Test
  void addDoneCallback_done_isCalledInALaterTurn() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      future.setResult("result");
      loop.callSoon(() -> trace.add("before it"));
      future.addDoneCallback(done -> trace.add(done.result()));
      assertThat(trace).isEmpty();
      letOthersRun();
    });
    assertThat(trace).containsExactly("before it", "result");
  }

  @Test
  void addDoneCallback_byACallback_isCalledToo() {
    onALoop(loop -> {
      AsyncFuture<String> future = loop.createFuture();
      future.addDoneCallback(done -> {
        trace.add("first");
        done.addDoneCallback(again -> trace.add("added by the first"));
      });
      future.cancel();
      letOthersRun();
    });
    assertThat(trace).containsExactly("first", "added by the first");
  }

  @Test
  void removeDoneCallback_addedSeveralTimes_removesAll() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      Consumer<AsyncFuture<String>> callback = done -> trace.add("never");
      assertThat(future.removeDoneCallback(callback)).isZero();
      future.addDoneCallback(callback);
      assertThat(future.removeDoneCallback(callback)).isEqualTo(1);
      future.addDoneCallback(callback);
      future.addDoneCallback(done -> trace.add("other"));
      future.addDoneCallback(callback);
      assertThat(future.removeDoneCallback(callback)).isEqualTo(2);
      assertThat(future.removeDoneCallback(callback)).isZero();
      future.setResult("result");
      letOthersRun();
    });
    assertThat(trace).containsExactly("other");
  }

  @Test
  void removeDoneCallback_scheduledAlready_stillRuns() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      Consumer<AsyncFuture<String>> callback = done -> trace.add("called");
      future.addDoneCallback(callback);
      future.setResult("result");
      assertThat(future.removeDoneCallback(callback)).isZero();
      letOthersRun();
    });
    assertThat(trace).containsExactly("called");
  }

  // --- exceptions that nobody asks for ---

  @Test
  void exception_neverRetrieved_isReportedOnceAtClose() {
    IllegalArgumentException ofFuture = new IllegalArgumentException("of a future");
    IOException ofTask = new IOException("of a task");
    Runner runner = newRunner();
    List<Object> kept = new ArrayList<>();
    runner.run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      future.setException(ofFuture);
      kept.add(future);
      kept.add(Async.createTask(() -> {
        throw ofTask;
      }));
      letOthersRun();
    });
    assertThat(reports.take()).as("before close").isEmpty();
    runner.close();
    assertThat(reports.take()).extracting(report -> report.exception()).containsExactly(ofFuture, ofTask);
    assertThat(kept).hasSize(2);
  }

  @Test
  void exception_retrievedInAnyWay_isNotReported() {
    onALoop(loop -> {
      List<Consumer<AsyncFuture<String>>> ways = List.of(AsyncFuture::exception,
          future -> assertThat(catchThrowable(future::result)).isNotNull(),
          future -> assertThat(catchThrowable(future::await)).isNotNull(), Outcome::of,
          future -> Async.gatherOutcomes(List.of(future)),
          future -> {
            assertThat(catchThrowable(() -> Async.gather(future))).isNotNull();
          },
          future -> {
            CompletableFuture<String> mirror = future.toCompletableFuture();
            letOthersRun();
            assertThat(mirror).isCompletedExceptionally();
          });
      for (Consumer<AsyncFuture<String>> way : ways) {
        CompletableAsyncFuture<String> future = loop.createFuture();
        future.setException(new IllegalArgumentException("retrieved"));
        way.accept(future);
      }
    });
    assertThat(reports.take()).isEmpty();
  }

  @Test
  void cancellation_neverRetrieved_isNotReported() {
    onALoop(loop -> {
      loop.createFuture().cancel();
      loop.createFuture().setException(new CancelledError());
      Async.createTask(() -> Async.sleep(HOUR)).cancel();
      letOthersRun();
    });
    assertThat(reports.take()).isEmpty();
  }

  // --- as a CompletableFuture ---

  @Test
  void toCompletableFuture_always_endsAsTheFutureEnds() {
    IOException failure = new IOException("failure");
    onALoop(loop -> {
      CompletableAsyncFuture<String> good = loop.createFuture();
      CompletableAsyncFuture<String> bad = loop.createFuture();
      AsyncFuture<String> cancelled = loop.createFuture();
      List<CompletableFuture<String>> mirrors = List.of(good.toCompletableFuture(), bad.toCompletableFuture(),
          cancelled.toCompletableFuture());
      good.setResult("result");
      bad.setException(failure);
      cancelled.cancel("message");
      assertThat(mirrors).allMatch(mirror -> !mirror.isDone(), "not in place");
      letOthersRun();
      assertThat(mirrors.get(0)).isCompletedWithValue("result");
      assertThat(mirrors.get(1).handle((value, thrown) -> thrown).join()).isSameAs(failure);
      assertThat(mirrors.get(2).handle((value, thrown) -> thrown).join())
          .isExactlyInstanceOf(CancellationException.class)
          .hasMessageContaining("message")
          .hasCauseExactlyInstanceOf(CancelledError.class);
    });
  }

  @Test
  void toCompletableFuture_cancelledOnAnotherThread_cancelsTheFuture() {
    onALoop(loop -> {
      AsyncFuture<String> future = loop.createFuture();
      CompletableFuture<String> mirror = future.toCompletableFuture();
      awaitOnAnotherThread(() -> mirror.cancel(true));
      letOthersRun();
      assertThat(future.isCancelled()).isTrue();
    });
  }

  @Test
  void toCompletableFuture_dependents_mayUseTheLoop() {
    onALoop(loop -> {
      CompletableAsyncFuture<String> future = loop.createFuture();
      CompletableFuture<Void> dependent = future.toCompletableFuture()
          .thenAccept(value -> EventLoop.running().callSoon(() -> trace.add(value)));
      future.setResult("result");
      letOthersRun();
      assertThat(dependent).isDone();
    });
    assertThat(trace).containsExactly("result");
  }
}
