package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of what runs several coroutines at once and has no counterpart in asyncio, and of the stages of other libraries. */
public abstract class CombinatorRules extends PortedTests {
  private final List<String> log = new ArrayList<>();
  private final IOException checked = new IOException("checked");
  private final IllegalStateException unchecked = new IllegalStateException("unchecked");

  protected CombinatorRules(LoopSource source) {
    super(source);
  }

  private static <T> T after(long millis, T value) {
    sleep(millis);
    return value;
  }

  private static <X extends Throwable> String failAfter(long millis, X exception) throws X {
    sleep(millis);
    throw exception;
  }

  /** Waits for ever, and logs if it is cancelled. */
  private String waitLogging(String name) {
    try {
      waitForever();
      return name;
    } catch (CancelledError cancelled) {
      log.add(name + " cancelled");
      throw cancelled;
    }
  }

  /** Cancels a task, and waits until it has ended. */
  private static void end(Task<?> task) {
    task.cancel();
    Async.awaitAll(List.of(task));
  }

  private static void letOthersRun() {
    for (int i = 0; i < 8; i++) {
      giveATurn();
    }
  }

  // --- mapConcurrently ---

  @Test
  void maps_giveTheirResultsInTheOrderOfTheInputs() {
    run(() -> {
      List<String> results = Async.mapConcurrently(List.of(30, 10, 20), millis -> after(millis, millis + " ms"));
      assertThat(results).containsExactly("30 ms", "10 ms", "20 ms");
      assertThat(Async.<String, String, RuntimeException>mapConcurrently(Arrays.asList("a", null), input -> input))
          .containsExactly("a", null);
    });
  }

  @Test
  void maps_withALimit_runNoMoreAtOnceAndFillPlacesAsTheyBecomeFree() {
    run(() -> {
      int[] running = new int[2];
      Async.forEachConcurrently(List.of(10, 50, 10, 10, 10), 2, millis -> {
        running[1] = Math.max(running[1], ++running[0]);
        sleep(millis);
        running[0]--;
        log.add(millis + " ms");
      });
      assertThat(running[1]).isEqualTo(2);
      assertThat(log).hasSize(5);
      Async.forEachConcurrently(List.of(1), 1, input -> log.clear());
      assertThat(log).isEmpty();
      assertThatIllegalArgumentException().isThrownBy(() -> Async.forEachConcurrently(List.of(1), 0, input -> {}))
          .withMessageContaining("limit");
    });
  }

  @Test
  void maps_ofWhichOneFails_cancelTheRestAndThrowTheSameWithWhatTheyThrewSuppressed() {
    run(() -> {
      Throwable thrown = catchThrowable(() -> Async.mapConcurrently(List.of(0, 1, 2, 3), 3, input -> {
        log.add("begins " + input);
        return switch (input) {
          case 0 -> failAfter(1, checked);
          case 1 -> {
            try {
              waitForever();
            } catch (CancelledError cancelled) {
              throw unchecked;
            }
            yield "never";
          }
          default -> waitLogging("input " + input);
        };
      }));
      assertThat(thrown).isSameAs(checked);
      assertThat(checked.getSuppressed()).containsExactly(unchecked);
      assertThat(log).containsExactly("begins 0", "begins 1", "begins 2", "input 2 cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
      assertThat(catchThrowable(() -> Async.mapConcurrently(List.of(1, 2), input -> failAfter(1, unchecked))))
          .as("of two that fail with the same object")
          .isSameAs(unchecked)
          .hasNoSuppressedExceptions();
    });
  }

  // --- asCompleted ---

  @Test
  void completions_thatComeTooLate_areMissedOneByOne() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> late = loop.createFuture();
      List<AsyncFuture<String>> futures = List.of(late, loop.createFuture(), Async.createTask(() -> "in time"));
      Iterator<AsyncFuture<String>> completed = Async.asCompleted(Duration.ofSeconds(1), futures).iterator();
      assertThat(completed.next().result()).isEqualTo("in time");
      for (int left : List.of(2, 1)) {
        assertThat(completed.hasNext()).isTrue();
        assertThat(catchThrowable(completed::next)).isInstanceOf(DeadlineExceededException.class)
            .hasMessageStartingWith(left + " of the futures")
            .hasMessageEndingWith(loop.hasVirtualTime() ? "within PT1S of virtual time" : "within PT1S");
        if (!late.isDone()) {
          late.setResult("late");
          giveATurn();
        }
      }
      assertThat(completed.hasNext()).isFalse();
      assertThatThrownBy(completed::next).isInstanceOf(NoSuchElementException.class);
    });
  }

  // --- race ---

  @Test
  void races_giveWhatSucceedsFirstAndEndTheOthers() {
    run(() -> {
      String winner = Async.race(() -> {
        try {
          return waitLogging("loser");
        } finally {
          log.add(after(10, "cleaned up"));
        }
      }, () -> failAfter(1, checked), () -> after(10, "winner"), () -> after(10, "second"));
      assertThat(winner).isEqualTo("winner");
      assertThat(log).containsExactly("loser cancelled", "cleaned up");
      assertThat(Async.currentTask().cancelling()).isZero();
      assertThat(Async.<String>race(() -> waitLogging("loser"), () -> null)).isNull();
      assertThat(Async.race(() -> {
        try {
          return waitLogging("loser");
        } catch (CancelledError cancelled) {
          throw unchecked; // no matter: there is a winner
        }
      }, () -> after(1, "winner"))).isEqualTo("winner");
    });
  }

  @Test
  void races_thatAllLose_throwTheirExceptionsInOrder() {
    run(() -> {
      CancelledError byHand = new CancelledError("by hand"); // nobody has cancelled: a failure as any other
      Throwable failed = catchThrowable(() -> Async.race(
          () -> failAfter(30, unchecked), () -> failAfter(20, byHand), () -> failAfter(10, checked)));
      assertThat(failed).isInstanceOfSatisfying(ExceptionGroup.class,
          group -> assertThat(group.exceptions()).containsExactly(checked, byHand, unchecked));
      assertThatIllegalArgumentException().isThrownBy(() -> Async.race(List.<Coroutine<String, ?>>of()));
    });
  }

  @Test
  void races_thatAreCancelled_endAllAndAreCancellations() {
    run(() -> {
      Task<?> racing = Async.createTask(() -> Async.race(() -> waitLogging("a"), () -> waitLogging("b")));
      letOthersRun();
      end(racing);
      assertThat(racing.isCancelled()).isTrue();
      assertThat(log).containsExactly("a cancelled", "b cancelled");
    });
  }

  @Test
  void races_thatAreStaggered_areWonByTheFirstAlsoIfAnotherGivesAResultWhenItIsCancelled() {
    run(() -> {
      Async.Staggered<String> result = Async
          .raceStaggered(Duration.ofSeconds(1), List.<Coroutine<String, ?>>of(() -> after(5000, "first"), () -> {
            try {
              return waitLogging("second");
            } catch (CancelledError swallowed) {
              return "second";
            }
          }));
      assertThat(result.winner()).isEqualTo("first");
      assertThat(result.winnerIndex()).isZero();
      assertThat(result.exceptions()).containsExactly(null, null);
      assertThat(log).containsExactly("second cancelled");
    });
  }

  @Test
  void races_whoseContestantsCannotBeTaken_throwThatWhenTheOthersHaveEnded() {
    run(() -> {
      Iterable<Coroutine<String, ?>> contestants = () -> Stream.of("first", "second")
          .<Coroutine<String, ?>>map(name -> {
            if (name.equals("second")) {
              throw unchecked;
            }
            return () -> {
              log.add(after(5000, name));
              return name;
            };
          })
          .iterator();
      assertThat(catchThrowable(() -> Async.raceStaggered(Duration.ofSeconds(1), contestants))).isSameAs(unchecked);
      assertThat(log).containsExactly("first");
    });
  }

  // --- startUntilReady ---

  @Test
  void starts_giveWhatIsReportedAndLeaveTheTaskToTheGroup() {
    run(() -> {
      TaskGroup.run(group -> {
        String port = group.startUntilReady((Consumer<String> ready) -> {
          ready.accept(after(10, "8080"));
          waitLogging("server");
        });
        assertThat(port).isEqualTo("8080");
        assertThat(log).isEmpty();
        group.cancel();
      });
      assertThat(log).containsExactly("server cancelled");
    });
  }

  @Test
  void starts_thatFailBefore_throwTheSameAndTheGroupGoesOn() {
    run(() -> {
      String result = TaskGroup.call(group -> {
        Task<String> other = group.createTask(() -> after(50, "other"));
        assertThatThrownBy(() -> group.startUntilReady(ready -> failAfter(1, checked))).isSameAs(checked);
        assertThatIllegalStateException().isThrownBy(() -> group.startUntilReady(ready -> sleep(1)))
            .withMessageContaining("ended without reporting");
        return other.await();
      });
      assertThat(result).isEqualTo("other");
    });
  }

  @Test
  void starts_thatFailAfterwards_failTheGroup() {
    run(() -> {
      Throwable failed = catchThrowable(() -> TaskGroup.call(group -> {
        log.add(group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("ready");
          failAfter(10, checked);
        }));
        return waitLogging("body");
      }));
      assertThat(failed).isInstanceOfSatisfying(ExceptionGroup.class,
          group -> assertThat(group.exceptions()).containsExactly(checked));
      assertThat(log).containsExactly("ready", "body cancelled");
    });
  }

  @Test
  void starts_whoseWaitIsCancelled_endTheTaskBeforeTheyThrow() {
    run(() -> {
      TaskGroup.run(group -> {
        Throwable late = catchThrowable(() -> Async.timeout(Duration.ofMillis(10),
            () -> group.<String, RuntimeException>startUntilReady(ready -> {
              try {
                waitLogging("server");
              } finally {
                log.add(after(10, "cleaned up"));
              }
            })));
        assertThat(late).isInstanceOf(DeadlineExceededException.class);
        assertThat(log).containsExactly("server cancelled", "cleaned up");
      });
    });
  }

  /** It is the group's by then, and so goes on. */
  @Test
  void starts_whoseWaitIsCancelledInTheTurnOfTheReport_leaveTheTaskToTheGroup() {
    run(() -> {
      TaskGroup.run(group -> {
        List<Task<String>> starter = new ArrayList<>();
        starter.add(group.createTask(() -> group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("ready");
          starter.get(0).cancel();
          log.add(after(10, "goes on"));
        })));
        Async.awaitAll(starter);
        assertThat(starter.get(0).isCancelled()).isTrue();
        assertThat(log).isEmpty();
      });
      assertThat(log).containsExactly("goes on");
    });
  }

  @Test
  void groups_thatHaveEndedOrAreEnding_takeNoTasks() {
    run(() -> {
      List<TaskGroup> ended = new ArrayList<>();
      TaskGroup.run(group -> {
        ended.add(group);
        group.createTask(() -> waitForever());
        giveATurn();
        assertThat(group.toString()).contains("running", "tasks=1");
        group.cancel();
        assertThat(group.toString()).contains("cancelling");
        assertThatIllegalStateException().isThrownBy(() -> group.createTask(() -> log.add("never")))
            .withMessageContaining("shutting down");
        assertThatIllegalStateException().isThrownBy(() -> group.startUntilReady(ready -> log.add("never")))
            .withMessageContaining("shutting down");
      });
      assertThat(ended.get(0).toString()).contains("ended", "tasks=0");
      assertThatIllegalStateException().isThrownBy(() -> ended.get(0).createTask(() -> log.add("never")))
          .withMessageContaining("has ended");
      letOthersRun();
      assertThat(log).isEmpty();
    });
  }

  // --- stages ---

  @Test
  void stages_areAwaitedWithTheExceptionsThatTheyWrap() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      for (boolean doneBefore : List.of(true, false)) {
        for (Exception exception : List.of(unchecked, checked)) {
          CompletableFuture<String> source = new CompletableFuture<>();
          CompletableFuture<String> dependent = source.thenApply(result -> result); // which wraps
          if (doneBefore) {
            source.completeExceptionally(exception);
          } else {
            loop.callLater(Duration.ofMillis(1), () -> source.completeExceptionally(exception));
          }
          assertThat(catchThrowable(() -> Async.await(dependent, IOException.class))).isSameAs(exception);
          assertThat(catchThrowable(() -> Async.await(source, IOException.class))).isSameAs(exception);
        }
        CompletableFuture<String> good = new CompletableFuture<>();
        if (doneBefore) {
          good.complete("good");
        } else {
          loop.callLater(Duration.ofMillis(1), () -> good.complete("good"));
        }
        assertThat(Async.await(good)).isEqualTo("good");
      }
      CompletableFuture<String> bare = new CompletableFuture<>();
      bare.completeExceptionally(new CompletionException("without a cause", null));
      assertThat(catchThrowable(() -> Async.await(bare))).isInstanceOf(CompletionException.class)
          .hasMessage("without a cause");
      assertThat(catchThrowable(() -> Async.await(CompletableFuture.failedFuture(checked))))
          .isInstanceOf(CompletionException.class)
          .hasCause(checked);
    });
  }

  @Test
  void stages_whoseWaitIsCancelled_areCancelled() {
    run(() -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      Task<?> waiting = Async.createTask(() -> Async.await(stage));
      letOthersRun();
      end(waiting);
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(stage).isCancelled();
      CompletableFuture<String> byOthers = new CompletableFuture<>();
      EventLoop.running().callLater(Duration.ofMillis(1), () -> byOthers.cancel(true));
      assertThat(catchThrowable(() -> Async.await(byOthers))).isExactlyInstanceOf(CancellationException.class);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  // --- futures for others ---

  @Test
  void completableFutures_ofTasks_endAsTheTasksDo() {
    run(() -> {
      CompletableFuture<String> good = Async.createTask(() -> after(1, "good")).toCompletableFuture();
      CompletableFuture<String> bad = Async.createTask(() -> failAfter(1, checked)).toCompletableFuture();
      Task<String> cancelled = Async.createTask(() -> waitLogging("task"));
      CompletableFuture<String> ofCancelled = cancelled.toCompletableFuture();
      assertThat(Async.await(good)).isEqualTo("good");
      assertThat(catchThrowable(() -> Async.await(bad, IOException.class))).isSameAs(checked);
      cancelled.cancel("why");
      assertThat(catchThrowable(() -> Async.await(ofCancelled))).isInstanceOf(CancellationException.class)
          .hasMessageStartingWith("why")
          .hasCauseInstanceOf(CancelledError.class);
      assertThat(good.cancel(true)).as("of one that is done").isFalse();
    });
  }

  @Test
  void completableFutures_thatAreCancelled_cancelTheTaskWhereItWaits() {
    run(() -> {
      Task<String> task = Async.createTask(() -> waitLogging("task"));
      CompletableFuture<String> mirror = task.toCompletableFuture();
      letOthersRun();
      boolean accepted = Async.<Boolean, RuntimeException>toThread(() -> mirror.cancel(true));
      assertThat(accepted).isTrue();
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
      assertThat(task.cancellation().source().canceller()).contains("CompletableFuture");
      assertThat(mirror).isCancelled();
      assertThat(log).containsExactly("task cancelled");
    });
  }
}
