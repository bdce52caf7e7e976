package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** {@link Async#await(CompletionStage)} and {@link AsyncFuture#toCompletableFuture()}. */
class StagesTest extends ConstructTestCase {
  private final IOException checked = new IOException("checked");

  @Test
  void await_stageCompletedByAnotherThread_givesItsResultAndTheLoopGoesOn() {
    run(() -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      Task<String> waiting = Async.createTask(() -> Async.await(stage.thenApply(result -> result + "!")));
      letOthersRun();
      awaitOnAnotherThread(() -> stage.complete("result"));
      assertThat(waiting.await()).isEqualTo("result!");
    });
  }

  @Test
  void await_stageFails_unwrapsItsCompletionException() {
    run(() -> {
      IllegalStateException unchecked = new IllegalStateException("unchecked");
      for (boolean doneBefore : new boolean[] {true, false}) {
        assertThatThrownBy(() -> Async.await(dependent(unchecked, doneBefore))).isSameAs(unchecked);
        assertThatThrownBy(() -> Async.await(dependent(checked, doneBefore)))
            .isExactlyInstanceOf(CompletionException.class)
            .cause()
            .isSameAs(checked);
        assertThatThrownBy(() -> Async.await(dependent(checked, doneBefore), IOException.class)).isSameAs(checked);
        assertThatThrownBy(() -> Async.await(dependent(new Exception("another"), doneBefore), IOException.class))
            .isExactlyInstanceOf(CompletionException.class);
      }
    });
  }

  /** A stage that depends on one that fails, so that its exception is wrapped. */
  private static CompletionStage<String> dependent(Exception exception, boolean doneBefore) {
    CompletableFuture<String> source = new CompletableFuture<>();
    CompletionStage<String> dependent = source.thenApply(result -> result);
    if (doneBefore) {
      source.completeExceptionally(exception);
    } else {
      EventLoop.running().callLater(SECOND, () -> source.completeExceptionally(exception));
    }
    return dependent;
  }

  /** A stage of somebody else's, whose callbacks are its own affair. */
  private abstract static class OddStage extends CompletableFuture<String> {
    /** What its callback is called by. */
    abstract void call(Runnable callback);

    @Override
    public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
      CompletableFuture<String> _ = super.whenComplete((value, thrown) -> call(() -> action.accept(value, thrown)));
      return this;
    }
  }

  /** As those of clients that call back on threads of their own. */
  @Test
  void await_stageThatCallsBackOnAnotherThread_givesItsResultWhetherDoneOrNot() {
    run(() -> {
      for (boolean doneBefore : new boolean[] {true, false}) {
        OddStage stage = new OddStage() {
          @Override
          void call(Runnable callback) {
            Thread _ = Thread.ofPlatform().start(callback);
          }
        };
        if (doneBefore) {
          stage.complete("result");
        } else {
          Thread _ = Thread.ofPlatform().start(() -> stage.complete("result"));
        }
        assertThat(Async.await(stage)).isEqualTo("result");
        OddStage failing = new OddStage() {
          @Override
          void call(Runnable callback) {
            Thread _ = Thread.ofPlatform().start(callback);
          }
        };
        failing.completeExceptionally(new IllegalArgumentException("lost"));
        assertThatThrownBy(() -> Async.await(failing)).isInstanceOf(IllegalArgumentException.class);
      }
    });
  }

  @Test
  void await_stageThatCallsBackTwice_givesItsResult() {
    run(() -> {
      OddStage stage = new OddStage() {
        @Override
        void call(Runnable callback) {
          callback.run();
          callback.run();
        }
      };
      EventLoop.running().callLater(SECOND, () -> stage.complete("result"));
      assertThat(Async.await(stage)).isEqualTo("result");
      letOthersRun();
    });
  }

  @Test
  void await_stageThatNeverCallsBack_givesItsResultIfItIsDoneAndCanBeCancelledIfNot() {
    run(() -> {
      OddStage stage = new OddStage() {
        @Override
        void call(Runnable callback) {}
      };
      Task<?> waiting = Async.createTask(() -> Async.await(stage));
      letOthersRun();
      waiting.cancel();
      letOthersRun();
      assertThat(waiting.isCancelled()).isTrue();
      OddStage done = new OddStage() {
        @Override
        void call(Runnable callback) {}
      };
      done.complete("result");
      assertThat(Async.await(done)).isEqualTo("result");
    });
  }

  @Test
  void await_stageThatThrows_throwsThatAndKeepsTheCancellation() {
    run(() -> {
      CompletableFuture<String> refusing = new CompletableFuture<>() {
        @Override
        public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
          action.accept(null, new IllegalStateException("called all the same"));
          throw new IllegalArgumentException("refused");
        }
      };
      assertThatThrownBy(() -> Async.await(refusing)).hasMessage("refused");
      letOthersRun();
      CompletableFuture<String> uncancellable = new CompletableFuture<>() {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
          throw new IllegalStateException("not to be cancelled");
        }
      };
      Task<?> waiting = Async.createTask(() -> Async.await(uncancellable));
      letOthersRun();
      waiting.cancel();
      letOthersRun();
      assertThat(waiting.isCancelled()).isTrue();
    });
  }

  @Test
  void await_stageWithoutACompletableFuture_givesItsResultAndCanBeCancelled() {
    run(() -> {
      OddStage stage = new OddStage() {
        @Override
        void call(Runnable callback) {
          callback.run();
        }

        @Override
        public CompletableFuture<String> toCompletableFuture() {
          throw new UnsupportedOperationException();
        }
      };
      Task<?> cancelled = Async.createTask(() -> Async.await(stage));
      letOthersRun();
      cancelled.cancel();
      letOthersRun();
      assertThat(cancelled.isCancelled()).isTrue();
      EventLoop.running().callLater(SECOND, () -> stage.complete("result"));
      assertThat(Async.await(stage)).isEqualTo("result");
    });
  }

  /** It comes from foreign code: a failure as any other. */
  @Test
  void await_stageIsCancelledByOthers_throwsItsCancellationException() {
    run(() -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      EventLoop.running().callLater(SECOND, () -> stage.cancel(true));
      assertThat(thrownBy(() -> Async.await(stage))).isExactlyInstanceOf(CancellationException.class);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void await_taskCancelled_cancelsTheStageOnce() {
    run(() -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      CompletableFuture<String> _ = stage.whenComplete((value, thrown) -> log.add(thrown.getClass().getSimpleName()));
      Task<?> waiting = Async.createTask(() -> Async.await(stage));
      letOthersRun();
      end(waiting);
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(stage).isCancelled();
      assertThat(log).containsExactly("CancellationException");
    });
  }

  @Test
  void await_minimalStage_isWaitedForAndLeftAloneByACancellation() {
    run(() -> {
      CompletableFuture<String> source = new CompletableFuture<>();
      Task<?> cancelled = Async.createTask(() -> Async.await(source.minimalCompletionStage()));
      Task<String> waiting = Async.createTask(() -> Async.await(source.minimalCompletionStage()));
      letOthersRun();
      end(cancelled);
      assertThat(cancelled.isCancelled()).isTrue();
      assertThat(source).isNotDone();
      source.complete("result");
      assertThat(waiting.await()).isEqualTo("result");
    });
  }

  @Test
  void await_complete_doesNotGiveTheLoopATurn() {
    run(() -> {
      EventLoop.running().callSoon(() -> log.add("a turn"));
      assertThat(Async.await(CompletableFuture.completedFuture("done"))).isEqualTo("done");
      assertThat(log).isEmpty();
    });
  }

  @Test
  void await_taskCancelledWhenTheStageIsCompleteAlready_isCancelledAtItsNextWait() {
    run(() -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      Task<?> waiting = Async.createTask(() -> Async.await(stage));
      letOthersRun();
      stage.complete("result");
      letOthersRunOnce();
      end(waiting);
      assertThat(stage.join()).isEqualTo("result");
      assertLoopWorks();
    });
  }

  private static void letOthersRunOnce() {
    EventLoop.running().yieldNow();
  }

  @Test
  void await_stageCompletesWhenTheLoopIsClosed_harmsNobody() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletionStage<String> uncancellable = stage.minimalCompletionStage();
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Async.createTask(() -> Async.await(uncancellable));
        letOthersRun();
      });
    }
    assertThat(stage.complete("late")).isTrue();
  }

  // --- the other way ---

  @Test
  void toCompletableFuture_cancelled_cancelsTheTaskWhereItWaits() {
    run(() -> {
      AsyncFuture<String> never = EventLoop.running().createFuture(); // no timer: the clock would jump to it
      Task<String> task = Async.createTask(() -> never.await());
      CompletableFuture<String> mirror = task.toCompletableFuture();
      letOthersRun();
      boolean accepted = awaitOnAnotherThread(() -> mirror.cancel(true));
      assertThat(accepted).isTrue();
      Async.awaitAll(java.util.List.of(task));
      assertThat(task.isCancelled()).isTrue();
      assertThat(never.isCancelled()).isTrue();
      assertThat(mirror).isCancelled();
    });
  }

  @Test
  void toCompletableFuture_cancelledOnTheLoopsThread_cancelsAtOnce() {
    run(() -> {
      AsyncFuture<String> future = EventLoop.running().createFuture();
      future.toCompletableFuture().cancel(true);
      assertThat(future.isCancelled()).isTrue();
      Task<String> task = sleeper("task");
      task.toCompletableFuture().cancel(true);
      assertThat(task.cancelling()).isEqualTo(1);
      Async.awaitAll(java.util.List.of(task));
    });
  }

  @Test
  void toCompletableFuture_taskSwallowsTheCancellation_goesOnWithoutIt() {
    run(() -> {
      Task<String> task = Async.createTask(() -> {
        try {
          return sleepLogging("task");
        } catch (CancelledError swallowed) {
          return "a result after all";
        }
      });
      letOthersRun();
      CompletableFuture<String> mirror = task.toCompletableFuture();
      mirror.cancel(true);
      assertThat(task.await()).isEqualTo("a result after all");
      assertThat(mirror).isCancelled();
    });
  }

  @Test
  void toCompletableFuture_twice_areCancelledTogetherWithTheTask() {
    run(() -> {
      Task<String> task = sleeper("task");
      CompletableFuture<String> one = task.toCompletableFuture();
      CompletableFuture<String> two = task.toCompletableFuture();
      one.cancel(false);
      assertThat(thrownBy(() -> Async.await(two))).isInstanceOf(CancellationException.class)
          .hasCauseInstanceOf(CancelledError.class);
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @Test
  void toCompletableFuture_fails_withTheExceptionItself() {
    run(() -> {
      CompletableFuture<String> mirror = Async.createTask(() -> failAfter(SECOND, checked)).toCompletableFuture();
      assertThatThrownBy(() -> Async.await(mirror, IOException.class)).isSameAs(checked);
      assertThat(mirror.exceptionNow()).isSameAs(checked);
    });
  }

  @Test
  void toCompletableFuture_ofATaskOfAnotherLoop_isHowToAwaitThat() {
    run(() -> {
      CompletableFuture<String> answer = new CompletableFuture<>();
      CompletableFuture<CompletableFuture<String>> mirrored = new CompletableFuture<>();
      Task<?> other = Async.createTask(() -> onAnotherLoop(() -> {
        Task<String> theirs = Async.createTask(() -> Async.await(answer));
        mirrored.complete(theirs.toCompletableFuture());
        return theirs.await();
      }));
      CompletableFuture<String> mirror = Async.await(mirrored);
      answer.complete("answer");
      assertThat(Async.await(mirror)).isEqualTo("answer");
      other.await();
    });
  }
}
