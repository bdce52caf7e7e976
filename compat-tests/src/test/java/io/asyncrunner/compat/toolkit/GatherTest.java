package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Awaitable;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** {@link Async#gather} and {@link Async#gatherOutcomes}. */
class GatherTest extends ConstructTestCase {
  private final IOException checked = new IOException("checked");
  private final IllegalStateException unchecked = new IllegalStateException("unchecked");

  @Test
  void gather_endInAnotherOrder_givesResultsInTheirOrder() {
    run(() -> {
      List<String> results = Async.gather(() -> after(Duration.ofSeconds(3), "a"), () -> after(SECOND, "b"), () -> "c");
      assertThat(results).containsExactly("a", "b", "c");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
    });
  }

  @Test
  void gather_nullResults_areGiven() {
    run(() -> {
      List<String> results = Async.gather(Async.createTask(() -> (String) null), Async.createTask(() -> "b"));
      assertThat(results).containsExactly(null, "b");
      assertThatThrownBy(() -> results.set(0, "changed")).isInstanceOf(UnsupportedOperationException.class);
    });
  }

  @Test
  void gather_sameFutureTwice_waitsOnceAndListsItTwice() {
    run(() -> {
      Task<String> task = Async.createTask(() -> after(SECOND, "result"));
      assertThat(Async.gather(task, task)).containsExactly("result", "result");
      assertThat(Async.gather(task, task)).containsExactly("result", "result"); // done already
      assertThat(elapsed()).isEqualTo(SECOND);
    });
  }

  @Test
  void gather_listChangedWhileWaiting_keepsToWhatItWasGiven() {
    run(() -> {
      Task<String> one = Async.createTask(() -> after(SECOND, "one"));
      Task<String> two = Async.createTask(() -> "two");
      List<Task<String>> tasks = Arrays.asList(one, two);
      EventLoop.running().callSoon(() -> tasks.set(0, two));
      assertThat(Async.gather(tasks)).containsExactly("one", "two");
    });
  }

  @Test
  void gather_coroutineThrowsChecked_throwsTheSameObject() {
    run(() -> {
      assertThatThrownBy(() -> Async.gather(() -> "a", () -> failAfter(SECOND, checked))).isSameAs(checked);
    });
  }

  @Test
  void gather_taskFailedWithChecked_throwsItWrapped() {
    run(() -> {
      List<Task<String>> tasks = List.of(Async.createTask(() -> "a"),
          Async.createTask(() -> failAfter(SECOND, checked)));
      assertThatThrownBy(() -> Async.gather(tasks)).isExactlyInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked);
      assertThatThrownBy(() -> Async.gather(tasks)).isExactlyInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked);
    });
  }

  @Test
  void gather_taskFailedWithUnchecked_throwsTheSameObject() {
    run(() -> {
      assertThatThrownBy(() -> Async.gather(Async.createTask(() -> failAfter(SECOND, unchecked)))).isSameAs(unchecked);
      CompletionException own = new CompletionException("thrown by the coroutine", checked);
      assertThatThrownBy(() -> Async.gather(() -> failAfter(SECOND, own))).isSameAs(own);
      assertThatThrownBy(() -> Async.gather(Async.createTask(() -> failAfter(SECOND, own)))).isSameAs(own);
    });
  }

  @Test
  void gather_severalFail_throwsTheFirstThatHappenedAndReportsNone() {
    run(() -> {
      assertThatThrownBy(() -> Async.gather(
          () -> failAfter(Duration.ofSeconds(2), checked),
          () -> failAfter(SECOND, unchecked))).isSameAs(unchecked);
      Async.sleep(Duration.ofSeconds(2)); // the other fails when nobody waits any more: gather has looked at it
    });
  }

  @Test
  void gather_oneFails_leavesTheOthersAlone() {
    run(() -> {
      Task<String> other = Async.createTask(() -> after(Duration.ofSeconds(5), "other"));
      assertThatThrownBy(() -> Async.gather(other, Async.createTask(() -> failAfter(SECOND, unchecked))))
          .isSameAs(unchecked);
      assertThat(elapsed()).isEqualTo(SECOND);
      assertThat(other.cancelling()).isZero();
      assertThat(other.await()).isEqualTo("other");
    });
  }

  @Test
  void gather_oneIsCancelled_throwsItsCancellationAndLeavesTheOthersAlone() {
    run(() -> {
      Task<String> cancelled = sleeper("cancelled");
      Task<String> other = Async.createTask(() -> after(SECOND, "other"));
      cancelled.cancel("no longer needed");
      CancelledError error = (CancelledError) thrownBy(() -> Async.gather(other, cancelled));
      assertThat(error.reason()).isEqualTo("no longer needed");
      assertThat(Async.currentTask().cancelling()).isZero();
      assertThat(other.await()).isEqualTo("other");
    });
  }

  @Test
  void gather_waitingTaskCancelled_cancelsAllInTheirOrder() {
    run(() -> {
      Task<?> waiting = Async.createTask(() -> Async.gather(() -> sleepLogging("a"), () -> sleepLogging("b")));
      letOthersRun();
      waiting.cancel("enough");
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(log).containsExactly("a cancelled", "b cancelled");
    });
  }

  /** As in asyncio, whatever the children make of it; and it still says who asked. */
  @Test
  void gather_childrenSwallowTheCancellationOfTheWaitingTask_isCancelledNonetheless() {
    run(() -> {
      CancelledError[] seen = new CancelledError[1];
      Task<?> waiting = Async.createTask(() -> {
        try {
          return Async.gather(() -> {
            try {
              return sleepLogging("stubborn");
            } catch (CancelledError swallowed) {
              return after(SECOND, "went on");
            }
          });
        } catch (CancelledError cancelled) {
          seen[0] = cancelled;
          throw cancelled;
        }
      });
      letOthersRun();
      waiting.cancel();
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(elapsed()).as("it waited for the child").isEqualTo(SECOND);
      assertThat(seen[0].source().canceller()).isEqualTo(Async.currentTask().name());
    });
  }

  /** As in asyncio: the message that the last child was given itself, and so none where what it waited for got it. */
  @Test
  void gatherOutcomes_lastChildSwallowsTheCancellation_isCancelledWithTheMessageThatItWasGiven() {
    run(() -> {
      assertThat(messageOfCancelledGather(this::swallowingWhileItWaits, this::swallowingWhileReady))
          .isEqualTo("enough");
      assertThat(messageOfCancelledGather(this::swallowingWhileReady, this::swallowingWhileItWaits)).isNull();
      assertThat(messageOfCancelledGather(() -> {
        Async.currentTask().cancel("before");
        swallowingWhileReady();
        return swallowingWhileItWaits();
      })).isEqualTo("before");
      assertThat(messageOfCancelledGather(this::swallowingWhileReady, () -> "ends by itself")).isNull();
      assertThat(messageOfCancelledGather(this::swallowingWhileReady, () -> sleepLogging("cancelled")))
          .isEqualTo("enough");
    });
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  private String messageOfCancelledGather(Coroutine<String, RuntimeException>... coroutines) {
    String[] seen = new String[1];
    Task<?> waiting = Async.createTask(() -> {
      List<Task<String>> children = Arrays.stream(coroutines).map(Async::createTask).toList();
      try {
        return Async.gatherOutcomes(children);
      } catch (CancelledError cancelled) {
        seen[0] = cancelled.reason();
        throw cancelled;
      }
    });
    letOthersRun();
    waiting.cancel("enough");
    Async.awaitAll(List.of(waiting));
    assertThat(waiting.isCancelled()).isTrue();
    return seen[0];
  }

  private String swallowingWhileItWaits() {
    try {
      return sleepLogging("waits");
    } catch (CancelledError swallowed) {
      return "went on";
    }
  }

  private String swallowingWhileReady() {
    while (true) {
      try {
        EventLoop.running().yieldNow();
      } catch (CancelledError swallowed) {
        return "went on";
      }
    }
  }

  @Test
  void gather_allDoneAlready_doesNotGiveTheLoopATurn() {
    run(() -> {
      CompletableAsyncFuture<String> done = EventLoop.running().createFuture();
      done.setResult("done");
      EventLoop.running().callSoon(() -> log.add("a turn"));
      assertThat(Async.gather(done)).containsExactly("done");
      assertThat(Async.<String, RuntimeException>gather(List.of())).isEmpty();
      assertThat(Async.gatherOutcomes(done)).containsExactly(new Outcome.Success<>("done"));
      assertThat(log).isEmpty();
    });
  }

  @Test
  void gatherOutcomes_ofEachKind_saysHowEachEndedAndThrowsNothing() {
    run(() -> {
      Task<String> cancelled = sleeper("cancelled");
      cancelled.cancel("enough");
      List<Outcome<String>> outcomes = Async.gatherOutcomes(List.of(
          Async.createTask(() -> after(SECOND, "value")),
          Async.createTask(() -> failAfter(Duration.ofSeconds(2), checked)),
          cancelled));
      assertThat(outcomes.get(0)).isEqualTo(new Outcome.Success<>("value"));
      assertThat(outcomes.get(1)).isEqualTo(new Outcome.Failure<>(checked));
      assertThat(outcomes.get(2)).isInstanceOf(Outcome.Cancelled.class);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void gatherOutcomes_waitingTaskCancelled_cancelsAllAndAwaitsThem() {
    run(() -> {
      Task<?> waiting = Async.createTask(() -> Async.gatherOutcomes(
          Async.createTask(() -> sleepLogging("a")),
          Async.createTask(() -> {
            try {
              return sleepLogging("b");
            } finally {
              log.add(after(SECOND, "b has cleaned up"));
            }
          })));
      letOthersRun();
      waiting.cancel();
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(log).containsExactly("a cancelled", "b cancelled", "b has cleaned up");
    });
  }

  @Test
  void gather_inACallback_refusedAndNothingBegun() {
    run(() -> {
      Throwable refused = inCallback(() -> thrownBy(() -> Async.gather(() -> "a", () -> "b")));
      assertThat(refused).isInstanceOf(IllegalStateException.class).hasMessageContaining("Async.gather");
      assertLoopWorks();
    });
  }

  @Test
  void gather_ofFuturesAndCoroutinesOfAllKinds_givesAllInOrder() throws Exception {
    run(() -> {
      VoidCoroutine<IOException> none = () -> log.add("run");
      Coroutine<String, IOException> one = () -> "b";
      List<Awaitable<?, IOException>> coroutines = List.of(none, one, one);
      assertThat(Async.<Object, Exception>gather(coroutines)).containsExactly(null, "b", "b");
      assertThat(Async.<Object, Exception>gather(Async.createTask(() -> "a"), one, none)).containsExactly("a", "b",
          null);
      Async.gather(() -> log.add("c"), () -> log.add("d"));
      assertThat(log).containsExactly("run", "run", "c", "d");
      assertThat(Async.gatherOutcomes(none, none)).hasSize(2).allMatch(outcome -> outcome instanceof Outcome.Success);
    });
  }

  @Test
  void gather_aCoroutineFails_throwsThatItself_aFutureFails_wrapsIt() {
    IOException failure = new IOException("down");
    Coroutine<String, IOException> failing = () -> {
      throw failure;
    };
    run(() -> {
      assertThatThrownBy(() -> Async.gather(List.of(failing))).isSameAs(failure);
      assertThatThrownBy(() -> Async.gather(List.of(Async.createTask(failing))))
          .isInstanceOf(CompletionException.class)
          .hasCause(failure);
    });
  }

  @Test
  void gather_withAFutureOfAnotherLoop_beginsNothing() {
    LoopEngine other = loops.newEventLoop();
    AsyncFuture<String> foreign = other.createFuture();
    VoidCoroutine<RuntimeException> never = () -> log.add("begun");
    run(() -> {
      assertThatThrownBy(() -> Async.gather(never, foreign)).isInstanceOf(IllegalArgumentException.class);
      letOthersRun();
      assertThat(log).isEmpty();
    });
    other.close();
  }
}
