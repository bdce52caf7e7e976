package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** A {@link CancelledError} says who cancelled, why and when. */
class CancelledErrorTest extends ConstructTestCase {
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

  /** What a task that waits is told when it is cancelled. */
  private CancelledError[] seenBy(String name) {
    CancelledError[] seen = new CancelledError[1];
    Async.createTask(TaskOptions.named(name), () -> seeing(seen));
    letOthersRun();
    return seen;
  }

  private static void seeing(CancelledError[] seen) {
    try {
      Async.sleep(HOUR);
    } catch (CancelledError cancelled) {
      seen[0] = cancelled;
      throw cancelled;
    }
  }

  private static Task<?> named(String name) {
    return Async.allTasks().stream().filter(task -> task.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void cancel_byATask_saysWhoWhyAndWhen() {
    run(() -> {
      CancelledError[] seen = seenBy("victim");
      Task<?> victim = named("victim");
      Async.createTask(TaskOptions.named("canceller"), () -> {
        Async.sleep(TWO_SECONDS);
        victim.cancel("no longer needed");
      });
      Async.awaitAll(List.of(victim));
      assertThat(seen[0]).hasMessage("no longer needed (cancelled by canceller at 2 s)")
          .hasToString("io.asyncrunner.CancelledError: no longer needed (cancelled by canceller at 2 s)");
      assertThat(seen[0].reason()).isEqualTo("no longer needed");
      assertThat(seen[0].when()).hasValue(TWO_SECONDS.toNanos());
      assertThat(victim).hasToString("Task[victim, cancelled: no longer needed (cancelled by canceller at 2 s)]");
    });
  }

  /** The errors that later ones are given, and what leaves the loop, say the same. */
  @Test
  void cancel_askedAgainOrLeavingTheLoop_saysTheSame() {
    run(() -> {
      Task<String> task = sleeper("task");
      var mirror = task.toCompletableFuture();
      Async.sleep(TWO_SECONDS);
      task.cancel("why");
      Throwable first = thrownBy(task::await);
      Throwable second = thrownBy(task::await);
      String message = "why (cancelled by " + Async.currentTask().name() + " at 2 s)";
      assertThat(first).hasMessage(message);
      assertThat(second).isNotSameAs(first).hasMessage(message);
      assertThat(task.cancellation()).hasMessage(message);
      assertThat(task.cancellation().when()).hasValue(TWO_SECONDS.toNanos());
      assertThat(thrownBy(() -> Async.await(mirror))).isInstanceOf(CancellationException.class).hasMessage(message);
    });
  }

  /** When it was asked for, not when it was delivered. */
  @Test
  void cancel_taskThatIsBusyOrHasNotBegun_saysWhenItWasAskedFor() {
    run(() -> {
      CancelledError[] seen = new CancelledError[2];
      CompletableAsyncFuture<?> reached = EventLoop.running().createFuture();
      Task<?> busy = Async.createTask(() -> {
        try {
          Async.currentTask().cancel();
          seen[0] = (CancelledError) thrownBy(() -> Async.sleep(HOUR));
          Async.sleep(TWO_SECONDS);
          Async.currentTask().cancel();
          Async.toThread(() -> log.add("cancelled where it waits"));
        } catch (CancelledError second) {
          seen[1] = second;
        } finally {
          reached.setResult(null);
        }
      });
      reached.await();
      busy.await();
      assertThat(seen[0].when()).hasValue(0);
      assertThat(seen[1].when()).hasValue(TWO_SECONDS.toNanos());
      Task<?> notBegun = Async.createTask(() -> log.add("never"));
      notBegun.cancel();
      Async.awaitAll(List.of(notBegun));
      assertThat(notBegun.cancellation().when()).hasValue(TWO_SECONDS.toNanos());
    });
  }

  @Test
  void cancel_byACallback_saysWhen() {
    run(() -> {
      CancelledError[] seen = seenBy("victim");
      Task<?> victim = named("victim");
      EventLoop.running().callLater(SECOND, victim::cancel);
      Async.awaitAll(List.of(victim));
      assertThat(seen[0]).hasMessage("(cancelled at 1 s)");
    });
  }

  @Test
  void cancel_byATimeout_saysWhichDeadlineRanOut() {
    run(() -> {
      CancelledError[] seen = new CancelledError[1];
      Throwable late = thrownBy(() -> Async.timeout(TWO_SECONDS, () -> seeing(seen)));
      assertThat(seen[0]).hasMessage("(a timeout of PT2S ran out at 2 s)");
      assertThat(seen[0].source().deadline()).isEqualTo(TWO_SECONDS);
      assertThat(late).hasCause(seen[0]);
      thrownBy(() -> Timeout.callAt(Duration.ofSeconds(5).toNanos(), scope -> {
        seeing(seen);
        return null;
      }));
      assertThat(seen[0]).hasMessage("(cancelled by a timeout at 5 s)");
    });
  }

  @Test
  void cancel_byAGroup_saysWhichGroupAndWhen() {
    run(() -> {
      CancelledError[] seen = new CancelledError[2];
      thrownBy(() -> TaskGroup.run(group -> {
        group.createTask(() -> seeing(new CancelledError[1]));
        group.createTask(() -> {
          Async.sleep(SECOND);
          group.cancel();
          seeing(seen);
        });
      }));
      assertThat(seen[0]).hasMessage("(cancelled by the TaskGroup of " + Async.currentTask().name() + " at 1 s)");
    });
  }

  @Test
  void cancel_throughAGather_saysWhoCancelledTheWaitingTask() {
    run(() -> {
      CancelledError[] seen = new CancelledError[1];
      Task<?> waiting = Async.createTask(() -> Async.gather(() -> {
        seeing(seen);
        return null;
      }));
      Async.sleep(SECOND);
      waiting.cancel("why");
      Async.awaitAll(List.of(waiting));
      assertThat(seen[0]).hasMessage("why (cancelled by " + Async.currentTask().name() + " at 1 s)");
    });
  }

  @Test
  void cancel_byTheCloseOfTheRunner_saysSo() {
    CancelledError[] seen = new CancelledError[1];
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Async.createTask(() -> seeing(seen));
        Async.sleep(SECOND);
      });
    }
    assertThat(seen[0]).hasMessage("(cancelled by Runner.close at 1 s)");
  }

  @Test
  void cancel_whileIdle_saysWhen() {
    LoopEngine loop = newEventLoop();
    AsyncFuture<String> future = loop.createFuture();
    loop.runUntilComplete(loop.createTask(() -> Async.sleep(SECOND)));
    future.cancel("why");
    assertThat(future).hasToString("AsyncFuture[cancelled: why (cancelled at 1 s)]");
    loop.close();
  }

  @Test
  void raisedByHand_knowsOnlyWhy() {
    run(() -> {
      Task<?> task = Async.createTask(() -> {
        throw new CancelledError("by hand");
      });
      assertThat(thrownBy(task::await)).hasMessage("by hand");
      assertThat(task.cancellation().when()).isEmpty();
    });
  }
}
