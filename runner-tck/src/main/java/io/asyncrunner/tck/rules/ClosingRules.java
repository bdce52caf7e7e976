package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The rules of a Runner's life and of the end of a loop, with what was left in it. */
public abstract class ClosingRules extends PortedTests {
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  protected ClosingRules(LoopSource source) {
    super(source);
  }

  /** Begins a task that has a name. */
  private static Task<?> begin(String name, VoidCoroutine<?> coroutine) {
    Task<?> task = Async.createTask(TaskOptions.named(name), coroutine);
    giveATurn();
    return task;
  }

  private void waitLogging(String name) {
    try {
      waitForever();
    } finally {
      log.add(name);
    }
  }

  // --- the Runner ---

  @Test
  void runners_sayWhatTheyAre() {
    Runner runner = builder().build();
    assertThat(runner.toString()).isEqualTo("Runner[CREATED]");
    EventLoop loop = runner.loop();
    assertThat(runner.loop()).isSameAs(loop);
    assertThat(runner.toString()).isEqualTo("Runner[READY, " + loop + "]");
    runner.run(() -> assertThat(runner.toString()).contains("RUNNING"));
    runner.close();
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(loop.isClosed()).isTrue();
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {})).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(runner::loop).withMessageContaining("closed");
    runner.close();
    Runner unused = builder().build();
    unused.close();
    assertThatIllegalStateException().isThrownBy(() -> unused.run(() -> {}));
    assertThat(madeByRunners()).containsExactly(loop);
  }

  @Test
  void runners_thatRun_areNeitherRunNorClosedOnceMore() {
    try (Runner runner = builder().build(); Runner another = builder().build()) {
      runner.run(() -> {
        for (Runner inside : List.of(runner, another)) {
          assertThatIllegalStateException().isThrownBy(() -> inside.run(() -> {})).withMessageContaining("run()");
          assertThatIllegalStateException().isThrownBy(inside::close).withMessageContaining("close()");
        }
        Async.toThread(() -> {
          assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {}))
              .withMessageContaining("running on another thread");
          assertThatIllegalStateException().isThrownBy(runner::close)
              .withMessageContaining("running on another thread");
          assertThat(runner.loop().isRunning()).isTrue();
        });
      });
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  @Test
  void runners_whoseFactoryFails_canTryAgain() {
    IllegalArgumentException failure = new IllegalArgumentException("no loop today");
    List<RuntimeException> failures = new ArrayList<>(List.of(failure));
    try (Runner runner = Runner.builder().loopFactory(() -> {
      if (!failures.isEmpty()) {
        throw failures.remove(0);
      }
      return newEventLoop();
    }).build()) {
      assertThat(catchThrowable(() -> runner.run(() -> "never"))).isSameAs(failure);
      assertThat(runner.toString()).isEqualTo("Runner[CREATED]");
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  @Test
  void runners_thatAreStopped_refuseTheResultAndKeepTheTask() {
    try (Runner runner = builder().build()) {
      assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {
        LoopEngine.running().stop();
        giveATurn();
        log.add("goes on");
      })).withMessageContaining("stopped");
      assertThat(log).isEmpty();
      runner.run(() -> giveATurn());
      assertThat(log).containsExactly("goes on");
    }
  }

  @Test
  void closeTimeouts_areNotNegative() {
    Runner.Builder builder = builder();
    assertThat(builder.closeTimeout(Duration.ZERO)).isSameAs(builder);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.closeTimeout(Duration.ofNanos(-1)))
        .withMessageContaining("closeTimeout");
  }

  @Test
  void tasks_thatCleanUp_areAwaited() {
    Reports reports = new Reports();
    IllegalStateException failure = new IllegalStateException("while closing");
    try (Runner runner = builder().build()) {
      runner.run(() -> {
        EventLoop.running().setExceptionHandler(reports);
        begin("slow", () -> {
          try {
            waitForever();
          } finally {
            sleep(29_000);
            log.add("cleaned up");
          }
        });
        begin("fails", () -> {
          try {
            waitForever();
          } catch (CancelledError cancelled) {
            throw failure;
          }
        });
        begin("ends otherwise", () -> assertThat(catchThrowable(PortedTests::waitForever))
            .isInstanceOf(CancelledError.class));
      });
    }
    assertThat(log).containsExactly("cleaned up");
    assertThat(reports.take()).singleElement().satisfies(report -> {
      assertThat(report.exception()).isSameAs(failure);
      assertThat(report.message()).contains("shutdown");
      assertThat(((Task<?>) report.future()).name()).isEqualTo("fails");
    });
  }

  @Test
  void tasks_thatSwallowEveryCancellation_areGivenUpAndNamed() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(2);
    Runner runner = builder().closeTimeout(Duration.ofSeconds(5)).build();
    long[] time = new long[1];
    runner.run(() -> {
      EventLoop.running().setExceptionHandler(new Reports());
      time[0] = EventLoop.running().time();
      begin("willing", () -> waitLogging("willing"));
      for (String name : List.of("stubborn", "stubborn too")) {
        begin(name, () -> {
          try {
            for (;;) {
              try {
                waitForever();
              } catch (CancelledError swallowed) {
                log.add(name + " swallows");
              }
            }
          } finally {
            ended.countDown();
          }
        });
      }
      begin("hears the second", () -> {
        try {
          waitForever();
        } catch (CancelledError first) {
          waitLogging("second");
        }
      });
    });
    EventLoop loop = runner.loop();
    assertThatIllegalStateException().isThrownBy(runner::close)
        .withMessageContaining("2 of its tasks")
        .withMessageContaining("twice: stubborn, stubborn too;");
    ended.await();
    assertThat(loop.isClosed()).isTrue();
    assertThat(elapsed(loop, time[0])).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(8));
    assertThat(log.subList(0, 6)).containsExactly("willing", "stubborn swallows", "stubborn too swallows",
        "stubborn swallows", "stubborn too swallows", "second");
    runner.close();
  }

  @Test
  void closeTimeouts_ofZero_waitForEver() {
    long[] time = new long[1];
    EventLoop loop;
    try (Runner runner = builder().closeTimeout(Duration.ZERO).build()) {
      runner.run(() -> {
        time[0] = EventLoop.running().time();
        begin("takes its time", () -> {
          try {
            waitForever();
          } finally {
            Async.sleep(Duration.ofDays(1000));
            log.add("cleaned up");
          }
        });
      });
      loop = runner.loop();
    }
    assertThat(log).containsExactly("cleaned up");
    assertThat(elapsed(loop, time[0])).isGreaterThanOrEqualTo(Duration.ofDays(1000));
  }

  @Test
  void ends_ofTheRunWhileClosing_areThrownWhenAllIsClosed() {
    KeyboardInterrupt first = new KeyboardInterrupt("first");
    KeyboardInterrupt second = new KeyboardInterrupt("second");
    Runner runner = builder().build();
    runner.run(() -> {
      for (KeyboardInterrupt interrupt : List.of(first, second)) {
        begin("interrupted", () -> {
          try {
            waitForever();
          } catch (CancelledError cancelled) {
            throw interrupt;
          }
        });
      }
      begin("other", () -> waitLogging("other"));
      begin("slow", () -> {
        try {
          waitForever();
        } finally {
          sleep(1);
          log.add("slow");
        }
      });
    });
    assertThat(catchThrowable(runner::close)).isSameAs(first);
    assertThat(first.getSuppressed()).containsExactly(second);
    assertThat(log).containsExactly("other", "slow");
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(madeByRunners()).allMatch(EventLoop::isClosed);
  }

  @Test
  void executors_areShutDownWithTheRunner() throws InterruptedException {
    ExecutorService ofUser = Executors.newCachedThreadPool();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (Runner runner = builder().closeTimeout(Duration.ZERO).build()) { // without a timer, to which the time would jump
      runner.run(() -> {
        EventLoop.running().handOverDefaultExecutor(ofUser);
        Task<?> task = Async.createTask(() -> Async.toThread(() -> {
          begun.countDown();
          mayEnd.await();
          log.add("work that nobody waits for");
        }));
        Async.toThread(() -> begun.await());
        task.cancel();
        giveATurn();
        mayEnd.countDown();
      });
    }
    assertThat(ofUser.isTerminated()).isTrue();
    assertThat(log).containsExactly("work that nobody waits for");
  }

  /** Zero is for ever. */
  @Test
  void executors_areAwaitedAsLongAsTheTimeoutSays() {
    Map<Duration, Long> timeouts = Map.of(Duration.ZERO, Long.MAX_VALUE, Duration.ofSeconds(5), 5_000_000_000L, FOREVER,
        Long.MAX_VALUE);
    timeouts.forEach((timeout, nanos) -> {
      List<String> calls = Collections.synchronizedList(new ArrayList<>());
      for (boolean ends : List.of(true, false)) {
        calls.clear();
        run(() -> {
          EventLoop.running()
              .handOverDefaultExecutor(new ThreadPoolExecutor(0, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>()) {
                @Override
                public void shutdown() {
                  calls.add("shutdown");
                  super.shutdown();
                }

                @Override
                public boolean awaitTermination(long wait, TimeUnit unit) {
                  calls.add("await " + unit.toNanos(wait));
                  return ends;
                }

                @Override
                public List<Runnable> shutdownNow() {
                  calls.add("shutdownNow");
                  return super.shutdownNow();
                }
              });
          LoopEngine.running().shutdownDefaultExecutor(timeout);
        });
        assertThat(calls).startsWith("shutdown", "await " + nanos).hasSize(ends ? 2 : 4);
      }
    });
  }

  @Test
  void executors_thatAreShutDown_refuseWork() throws InterruptedException {
    Thread worker = run(() -> {
      LoopEngine loop = LoopEngine.running();
      Thread thread = Async.<Thread, RuntimeException>toThread(Thread::currentThread);
      loop.shutdownDefaultExecutor(FOREVER);
      assertThat(catchThrowable(() -> Async.toThread(() -> log.add("never"))))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("shut down");
      loop.shutdownDefaultExecutor(Duration.ZERO); // again: there is none any more
      return thread;
    });
    worker.join();
    assertThat(log).isEmpty();
  }

  // --- the loop ---

  @Test
  void loops_thatAreClosed_endTheirTasksAndReportThem() throws InterruptedException {
    LoopEngine loop = newEventLoop();
    Reports reports = reportsOf(loop);
    CountDownLatch cleanedUp = new CountDownLatch(1);
    List<Throwable> seen = Collections.synchronizedList(new ArrayList<>());
    List<Task<?>> tasks = new ArrayList<>();
    loop.runUntilComplete(loop.createTask(() -> {
      tasks.add(begin("begun", () -> {
        try {
          waitForever();
        } catch (CancelledError cancelled) {
          seen.add(cancelled);
          throw cancelled;
        } finally {
          cleanedUp.countDown();
        }
      }));
      CompletableAsyncFuture<String> failed = loop.createFuture();
      failed.setException(new IllegalStateException("nobody has looked at it"));
    }));
    tasks.add(loop.createTask(TaskOptions.named("not begun"), () -> log.add("never")));
    loop.callSoon(() -> log.add("never"));
    loop.callSoonThreadsafe(() -> log.add("never"));

    loop.close();

    cleanedUp.await();
    assertThat(seen).singleElement().satisfies(cancelled -> assertThat(cancelled).hasMessageContaining("closed"));
    assertThat(tasks).allMatch(Task::isCancelled);
    assertThat(log).isEmpty();
    assertThat(reports.take()).hasSize(3)
        .anySatisfy(report -> assertThat(report.exception()).hasMessage("nobody has looked at it"))
        .anySatisfy(report -> {
          assertThat(report.future()).isSameAs(tasks.get(0));
          assertThat(report.message()).contains("closed before", "begun");
        })
        .anySatisfy(report -> assertThat(report.future()).isSameAs(tasks.get(1)));
  }

  @Test
  void loops_thatAreClosed_endTasksThatHaveGivenTheirTurn() throws InterruptedException {
    LoopEngine loop = newEventLoop();
    reportsOf(loop);
    CountDownLatch ended = new CountDownLatch(1);
    Task<?> task = loop.createTask(() -> {
      try {
        for (;;) {
          giveATurn();
        }
      } catch (CancelledError closed) {
        log.add(closed.getMessage());
      } finally {
        ended.countDown();
      }
    });
    runBriefly(loop);

    loop.close();

    ended.await();
    assertThat(task.isCancelled()).isTrue();
    assertThat(log).singleElement().asString().contains("closed");
  }
}
