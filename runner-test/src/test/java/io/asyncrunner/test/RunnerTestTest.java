package io.asyncrunner.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;

class RunnerTestTest {
  private static final ContextVar<String> WHO = ContextVar.withDefault("who", "nobody");

  // --- one task ---

  /** What works: run by the build itself. */
  @Nested
  class OneTask {
    private Task<?> task;
    private Task<?> background;
    private int beats;

    @BeforeEach
    void begin(EventLoop loop) {
      task = Async.currentTask();
      WHO.set("set before");
      background = loop.createTask(TaskOptions.named("background"), () -> {
        for (;;) {
          Async.sleep(Duration.ofSeconds(1));
          beats++;
        }
      });
    }

    @AfterEach
    void end() {
      assertThat(Async.currentTask()).isSameAs(task);
      assertThat(WHO.get()).isEqualTo("set in the test");
      background.cancel();
    }

    @RunnerTest
    void allParts_runInOneTask_withOneContext(Runner runner, EventLoop loop, VirtualClock clock) {
      assertThat(Async.currentTask()).isSameAs(task);
      assertThat(WHO.get()).isEqualTo("set before");
      WHO.set("set in the test");
      assertThat(EventLoop.running()).isSameAs(loop).isSameAs(runner.loop());
      assertThat(VirtualClock.of(loop)).isSameAs(clock);
      assertThat(clock.elapsed()).isZero();
      clock.advance(Duration.ofSeconds(10));
      assertThat(beats).isEqualTo(10);
    }

    @RunnerTest
    @Seeds(50)
    void seeds_eachBeginsAnew() {
      WHO.set("set in the test");
      assertThat(beats).isZero();
      Async.sleep(Duration.ofMillis(3500));
      assertThat(beats).isEqualTo(3);
    }
  }

  // --- what fails ---

  static class Failing {
    @RunnerTest
    void leavesATask() {
      Async.createTask(TaskOptions.named("forgotten"), () -> new AsyncEvent().await());
    }

    @RunnerTest
    void leavesAnException() {
      Async.createTask(() -> {
        throw new IllegalStateException("nobody asks");
      });
    }

    @RunnerTest
    void leavesAThread() {
      CountDownLatch never = new CountDownLatch(1);
      Thread thread = new Thread(() -> {
        try {
          never.await();
        } catch (InterruptedException ended) {
          // By the test that has found it.
        }
      }, "leaked");
      thread.setDaemon(true);
      thread.start();
    }

    /** Until its failure has been looked at: a test that spins is given up, but its thread cannot be ended. */
    static volatile boolean spinning;

    @RunnerTest(limitSeconds = 1)
    void spins() {
      Async.createTask(TaskOptions.named("bystander"), () -> new AsyncEvent().await());
      Async.sleep(Duration.ZERO);
      while (spinning) {
        Thread.onSpinWait();
      }
    }

    @RunnerTest(limitSeconds = 1)
    void neverEnds() {
      for (;;) {
        Async.sleep(Duration.ofNanos(1));
      }
    }

    @RunnerTest
    void deadlocks() {
      AsyncLock lock = new AsyncLock();
      lock.acquire();
      lock.acquire();
    }

    @RunnerTest
    void timesOut() {
      Async.timeout(Duration.ofMinutes(1), () -> new AsyncEvent().await());
    }

    @RunnerTest
    void throwsItsOwn() throws Exception {
      throw new java.io.IOException("its own");
    }

    @RunnerTest
    @Seeds(10)
    void failsInTheUsualOrder() {
      throw new IllegalStateException("in every order");
    }

    @RunnerTest
    @Seed(3)
    void failsUnderASeed() {
      throw new IllegalStateException("in every order");
    }

    @RunnerTest
    @Seed(3)
    void failsInEachOrderInItsOwnWay() {
      List<String> order = new ArrayList<>();
      Async.gather(Async.createTask(() -> order.add("1")), Async.createTask(() -> order.add("2")),
          Async.createTask(() -> order.add("3")), Async.createTask(() -> order.add("4")));
      assertThat(String.join("", order)).isEqualTo("1234");
    }

    @RunnerTest
    @Replay("2:1")
    void failsInAReplay() {
      List<String> order = new ArrayList<>();
      Async.gather(Async.createTask(() -> order.add("first")), Async.createTask(() -> order.add("second")));
      assertThat(order).containsExactly("first", "second");
    }

    @RunnerTest
    void doesNotApply() {
      assumeTrue(false);
    }

    @RunnerTest
    @CancelEverywhere
    void losesALockWhereCancelled() {
      AsyncLock lock = new AsyncLock();
      Task<?> worker = Async.createTask(TaskOptions.named("worker"), () -> {
        Async.sleep(Duration.ofMillis(1));
        lock.acquire();
        Async.sleep(Duration.ofMillis(1));
        lock.release();
      });
      Async.gatherOutcomes(worker);
      assertThat(lock.isLocked()).isFalse();
    }

    @RunnerTest
    @FailEverywhere
    void losesALockWhereAWaitFails() {
      AsyncLock lock = new AsyncLock();
      Task<?> worker = Async.createTask(TaskOptions.named("worker"), () -> {
        lock.acquire();
        Async.sleep(Duration.ofMillis(1));
        lock.release();
      });
      Async.gatherOutcomes(worker);
      assertThat(lock.isLocked()).isFalse();
    }
  }

  private static Throwable failure(String method) {
    List<Launched.Result> runs = Launched.method(Failing.class, method);
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).status()).isEqualTo(TestExecutionResult.Status.FAILED);
    return runs.get(0).thrown().orElseThrow();
  }

  @Test
  void leftTask_failsTheTest_withItsStack() {
    Throwable failure = failure("leavesATask");
    assertThat(failure).hasMessage("the test has left something behind:\n"
        + "  task forgotten was not done at the end of the test");
    assertThat(failure.getSuppressed()[0].getStackTrace()[0].getMethodName()).isEqualTo("await");
  }

  @Test
  void unretrievedException_failsTheTest() {
    Throwable failure = failure("leavesAnException");
    assertThat(failure).hasMessageContaining("exception of task Task-2 was never retrieved");
    assertThat(failure.getSuppressed()[0]).hasRootCauseMessage("nobody asks");
  }

  @Test
  void leakedThread_failsTheTest() {
    Throwable failure = failure("leavesAThread");
    Threads.alive().stream().filter(thread -> thread.getName().equals("leaked")).forEach(Thread::interrupt);
    assertThat(failure).hasMessage("the test has left something behind:\n"
        + "  thread leaked was started by the test, and has not ended");
  }

  @Test
  void threadOfJUnit_thatWatchesForTimeouts_isNoLeak() {
    assertThat(Launched.all(Timed.class)).singleElement().satisfies(run -> assertThat(run.thrown()).isEmpty());
  }

  static class Timed {
    @RunnerTest
    @Timeout(60)
    void passes() {
      Async.sleep(Duration.ofDays(1));
    }
  }

  @Test
  void spinningTest_isEnded_withItsTasks() {
    Failing.spinning = true;
    Throwable failure = failure("spins");
    Failing.spinning = false;
    assertThat(failure)
        .hasMessageStartingWith("the test did not end within 1 s of real time, at VirtualClock[0 ms], after ")
        .hasMessageContaining("\n  task test\n")
        .hasMessageContaining("RunnerTestTest$Failing.spins(")
        .hasMessageContaining("\n  task bystander\n");
  }

  @Test
  void testWhoseTimeRunsOnForEver_isEnded() {
    assertThat(failure("neverEnds")).hasMessageStartingWith("the test did not end within 1 s of real time, at")
        .hasMessageContaining("neverEnds(");
  }

  @Test
  void deadlock_failsTheTest() {
    assertThat(failure("deadlocks")).isInstanceOf(DeadlockError.class)
        .hasMessageContaining("cycle: task test waits for AsyncLock #1, held by task test\n");
  }

  @Test
  void timeout_failsTheTest_sayingThatItsTimeWasVirtual() {
    assertThat(failure("timesOut")).isInstanceOf(DeadlineExceededException.class)
        .hasMessageStartingWith("task test was not done within PT1M of virtual time");
  }

  @Test
  void exception_comesOutAsItIs() {
    assertThat(failure("throwsItsOwn")).isInstanceOf(java.io.IOException.class).hasMessage("its own");
  }

  @Test
  void seeds_testThatFailsInTheUsualOrder_isReportedAsSuch() {
    assertThat(failure("failsInTheUsualOrder")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void seed_testThatFailsInEveryOrder_isReportedAsSuch() {
    assertThat(failure("failsUnderASeed")).isInstanceOf(InterleavingError.class)
        .hasMessageContaining("@Seed(3) runs it again; it fails in the usual order, too");
  }

  @Test
  void seed_shrunkFailure_isTheCauseToo() {
    Throwable failure = failure("failsInEachOrderInItsOwnWay");
    assertThat(failure).hasMessageContaining("shrunk from 5 to 1 switch");
    assertThat(failure.getMessage())
        .startsWith("fails under seed 3: " + failure.getCause() + "\n@Seed(3) runs it again");
  }

  @Test
  void replay_takesTheCourse_andShowsIt() {
    assertThat(failure("failsInAReplay")).isInstanceOf(InterleavingError.class)
        .hasMessageContaining("\n*    2        2 of 2  task Task-3");
  }

  @Test
  void assumption_thatDoesNotHold_aborts() {
    List<Launched.Result> runs = Launched.method(Failing.class, "doesNotApply");
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).status()).isEqualTo(TestExecutionResult.Status.ABORTED);
  }

  @Test
  void cancelEverywhere_findsTheSuspensionPoint() {
    List<Launched.Result> runs = Launched.method(Failing.class, "losesALockWhereCancelled");
    assertThat(runs).extracting(Launched.Result::run)
        .containsExactly("cancelled at suspension point 1", "cancelled at suspension point 2");
    assertThat(runs.get(0).isFailure()).isFalse();
    assertThat(runs.get(1).thrown().orElseThrow()).isInstanceOf(InterleavingError.class)
        .hasMessageStartingWith("fails: cancelled at suspension point 2: ")
        .hasMessageContaining("task worker                  is cancelled\n");
  }

  @Test
  void failEverywhere_findsTheSuspensionPoint() {
    List<Launched.Result> runs = Launched.method(Failing.class, "losesALockWhereAWaitFails");
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).thrown().orElseThrow()).isInstanceOf(InterleavingError.class)
        .hasMessageStartingWith("fails: failing at suspension point 1: ")
        .hasMessageContaining("fails with InjectedFault");
  }

  // --- faults that the code bears ---

  @RunnerTest
  @CancelEverywhere
  void cancelEverywhere_codeThatCleansUp_passes() {
    AsyncLock lock = new AsyncLock();
    Task<?> worker = Async.createTask(() -> lock.with(() -> Async.sleep(Duration.ofMillis(1))));
    Async.gatherOutcomes(worker);
    assertThat(lock.isLocked()).isFalse();
  }

  @RunnerTest
  void futureOfAnotherTask_isAwaited() {
    CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
    EventLoop.running().callLater(Duration.ofHours(1), () -> future.setResult("late"));
    assertThat(future.await()).isEqualTo("late");
  }
}
