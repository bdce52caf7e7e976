package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Runner#close} does with what is left. */
public abstract class ClosingContract extends Contract {
  private final List<String> trace = new CopyOnWriteArrayList<>(); // tasks that are given up add to it beside the test

  private static Task<?> begin(String name, VoidCoroutine<?> coroutine) {
    return Async.createTask(TaskOptions.named(name), coroutine);
  }

  /** Runs until the tasks that {@code main} creates wait. */
  private static void run(Runner runner, VoidCoroutine<RuntimeException> main) {
    runner.run(() -> {
      main.run();
      letOthersRun();
    });
  }

  private void sleepAndTrace(String name) {
    try {
      Async.sleep(HOUR);
    } finally {
      trace.add(name);
    }
  }

  // --- tasks ---

  @Test
  void close_tasksLeft_cancelsThemInTheOrderOfTheirCreation() {
    Runner runner = newRunner();
    List<Task<?>> tasks = new ArrayList<>();
    run(runner, () -> {
      for (int i = 0; i < 5; i++) {
        String name = "task-" + i;
        tasks.add(begin(name, () -> sleepAndTrace(name)));
      }
    });
    runner.close();
    assertThat(trace).containsExactly("task-0", "task-1", "task-2", "task-3", "task-4");
    assertThat(tasks).allMatch(Task::isCancelled);
    assertThat(runner.toString()).contains("CLOSED");
  }

  @Test
  void close_taskThatDidNotBegin_isNeverCalled() {
    Runner runner = newRunner();
    List<Task<?>> tasks = new ArrayList<>();
    runner.run(() -> {
      tasks.add(begin("late", () -> trace.add("begun")));
    });
    tasks.add(runner.loop().createTask(() -> trace.add("begun")));
    runner.close();
    assertThat(tasks).allMatch(Task::isDone);
    assertThat(tasks.get(1).isCancelled()).isTrue();
  }

  @Test
  void close_cleanUpThatWaits_isAwaited() {
    Runner runner = virtual().build();
    run(runner, () -> begin("slow", () -> {
      try {
        Async.sleep(HOUR);
      } finally {
        Async.sleep(Duration.ofSeconds(29));
        trace.add("cleaned up");
      }
    }));
    runner.close();
    assertThat(trace).containsExactly("cleaned up");
    assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(29));
  }

  @Test
  void close_taskEndsNormallyWhenCancelled_isNotReported() {
    Runner runner = newRunner();
    List<Task<?>> tasks = new ArrayList<>();
    run(runner, () -> tasks.add(begin("gives a result", () -> {
      try {
        Async.sleep(HOUR);
      } catch (CancelledError expected) {
        trace.add("swallowed");
      }
    })));
    runner.close();
    assertThat(tasks.get(0).isDone()).isTrue();
    assertThat(tasks.get(0).isCancelled()).isFalse();
    assertThat(trace).containsExactly("swallowed");
  }

  @Test
  void close_taskFailsWhileClosing_reachesTheHandlerWithTaskAndException() {
    Runner runner = newRunner();
    IllegalStateException failure = new IllegalStateException("while closing");
    List<Task<?>> tasks = new ArrayList<>();
    run(runner, () -> {
      tasks.add(begin("fails", () -> {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError cancelled) {
          throw failure;
        }
      }));
      begin("after it", () -> sleepAndTrace("after it"));
    });
    runner.close();
    assertThat(reports.take()).singleElement().satisfies(report -> {
      assertThat(report.exception()).isSameAs(failure);
      assertThat(report.future()).isSameAs(tasks.get(0));
      assertThat(report.message()).contains("shutdown");
    });
    assertThat(trace).containsExactly("after it");
  }

  @Test
  void close_exceptionHandlerFails_closesNonetheless() {
    Runner runner = newRunner();
    runner.loop().setExceptionHandler((loop, context) -> {
      throw new IllegalArgumentException("the handler");
    });
    run(runner, () -> begin("fails", () -> {
      try {
        Async.sleep(HOUR);
      } finally {
        trace.add("failing");
        requireNothing();
      }
    }));
    runner.close();
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(takeLog()).singleElement()
        .satisfies(event -> assertThat(event.getFormattedMessage()).contains("handler failed"));
  }

  private static void requireNothing() {
    throw new IllegalStateException("while closing");
  }

  /** In asyncio it is not cancelled, but dropped with the loop. */
  @Test
  void close_taskCreatedWhileClosing_isCancelledAndAwaited() {
    Runner runner = newRunner();
    List<Task<?>> tasks = new ArrayList<>();
    run(runner, () -> begin("creator", () -> {
      try {
        Async.sleep(HOUR);
      } finally {
        tasks.add(begin("created late", () -> sleepAndTrace("cleaned up")));
        Async.sleep(Duration.ZERO);
      }
    }));
    runner.close();
    assertThat(tasks.get(0).isCancelled()).isTrue();
    assertThat(trace).containsExactly("cleaned up");
  }

  /** A task whose clean-up makes another one, as often as asked for. */
  private void sleepAndMakeAnother(int more) {
    try {
      Async.sleep(HOUR);
    } finally {
      trace.add("clean-up with " + more + " to come");
      if (more > 0) {
        begin("with " + (more - 1) + " to come", () -> sleepAndMakeAnother(more - 1));
      }
      Async.sleep(Duration.ofSeconds(1));
    }
  }

  @Test
  void close_cleanUpsThatMakeTasks_goesOnUntilNoneIsLeft() {
    Runner runner = virtual().build();
    EventLoop loop = runner.loop();
    run(runner, () -> begin("first", () -> sleepAndMakeAnother(4)));
    runner.close();
    assertThat(trace).containsExactly("clean-up with 4 to come", "clean-up with 3 to come", "clean-up with 2 to come",
        "clean-up with 1 to come", "clean-up with 0 to come");
    assertThat(loop.allTasks()).isEmpty();
  }

  @Test
  void close_tasksMadeByCleanUps_mayUseTheDefaultExecutorInTheirs() {
    Runner runner = newRunner();
    run(runner, () -> begin("first", () -> {
      try {
        Async.sleep(HOUR);
      } finally {
        begin("second", () -> {
          try {
            Async.sleep(HOUR);
          } finally {
            trace.add(Async.toThread(() -> "the executor is there"));
          }
        });
        Async.sleep(Duration.ZERO);
      }
    }));
    runner.close();
    assertThat(trace).containsExactly("the executor is there");
  }

  @Test
  void close_cleanUpsThatMakeTasksForEver_endsAtTheTimeoutAndNamesWhatIsLeft() {
    Runner runner = virtual().closeTimeout(Duration.ofSeconds(5)).build();
    run(runner, () -> begin("first", () -> sleepAndMakeAnother(1_000)));
    assertThatIllegalStateException().isThrownBy(runner::close)
        .withMessageMatching(".*gave up on \\d of its tasks.*to come.*");
    assertThat(time.elapsed()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(8));
    takeLog();
    reports.take();
  }

  // --- what belongs to the closing itself ---

  /** A propagator that does its part until it is told not to. */
  private static final class Hostile implements ContextPropagator {
    private final String how;
    private boolean now;

    Hostile(String how) {
      this.how = how;
    }

    @Override
    @SuppressWarnings("NullAway") // what it is for
    public Snapshot capture() {
      if (now && how.equals("gives null")) {
        return null;
      }
      if (now && how.equals("throws")) {
        throw new IllegalStateException("hostile");
      }
      return new Snapshot() {
        @Override
        public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
          return now ? null : body.run();
        }
      };
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gives null", "throws", "skips the body"})
  void close_withAHostilePropagator_closesAll(String how) {
    Hostile hostile = new Hostile(how);
    Runner runner = builder().propagate(hostile).closeTimeout(Duration.ofSeconds(20)).build();
    List<Thread> threads = new ArrayList<>();
    run(runner, () -> {
      threads.add(Async.toThread(Thread::currentThread));
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          out.yield("a value");
        } finally {
          trace.add("closed");
        }
      });
      generator.next();
    });
    hostile.now = true;
    runner.close();
    assertThat(trace).containsExactly("closed");
    assertThat(threads).allMatch(Contract::endsSoon);
  }

  private static void cancelAll() {
    Async.allTasks().forEach(Task::cancel);
  }

  @Test
  void close_cleanUpsThatCancelAllTasks_closesAll() {
    Runner runner = builder().closeTimeout(Duration.ofSeconds(20)).build();
    List<Thread> threads = new ArrayList<>();
    run(runner, () -> {
      threads.add(Async.toThread(Thread::currentThread));
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          out.yield("a value");
        } finally {
          cancelAll();
          Async.currentTask().cancel(); // the one that closes generators
          begin("made by a generator", () -> {
            cancelAll();
            sleepAndTrace("cancelled");
          });
          try {
            Async.sleep(HOUR);
          } finally {
            trace.add("closed");
          }
        }
      });
      generator.next();
      begin("cancels", () -> {
        try {
          Async.sleep(HOUR);
        } finally {
          EventLoop.running().callSoon(() -> EventLoop.running().allTasks().forEach(Task::cancel));
          begin("made while closing", () -> {
            for (int i = 0; i < 10; i++) {
              cancelAll();
              letOthersRun();
            }
          });
        }
      });
    });
    runner.close();
    assertThat(trace).startsWith("closed");
    assertThat(threads).allMatch(Contract::endsSoon);
  }

  @Test
  void close_partsThatDoNotEnd_takesItsTimeoutOnce() {
    Runner runner = virtual().closeTimeout(Duration.ofSeconds(10)).build();
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    run(runner, () -> {
      for (String name : List.of("hangs", "is closed as well")) {
        AsyncGenerator<String> generator = Async.generator(out -> {
          try {
            out.yield("a value");
          } finally {
            sleepAndTrace(name);
          }
        });
        generator.next();
      }
      begin("stubborn", () -> swallowAll(end));
    });
    assertThatIllegalStateException().isThrownBy(runner::close)
        .withMessageContaining("1 of its tasks")
        .withMessageContaining("stubborn");
    assertThat(time.elapsed()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
    assertThat(trace).contains("hangs", "is closed as well");
    get(end);
    takeLog();
    reports.take();
  }

  // --- errors that end the run ---

  enum Several {
    GROUP {
      @Override
      void run(VoidCoroutine<RuntimeException> failing) {
        TaskGroup.run(group -> {
          group.createTask(failing);
        });
      }
    },
    GATHER {
      @Override
      void run(VoidCoroutine<RuntimeException> failing) {
        Async.gather(failing.returningNull(), () -> "another");
      }
    },
    MAP {
      @Override
      void run(VoidCoroutine<RuntimeException> failing) {
        Async.forEachConcurrently(List.of("an input"), 1, input -> failing.run());
      }
    },
    RACE {
      @Override
      void run(VoidCoroutine<RuntimeException> failing) {
        Async.race(failing.returningNull(), () -> {
          Async.sleep(HOUR);
          return "another";
        });
      }
    },
    STAGGERED {
      @Override
      void run(VoidCoroutine<RuntimeException> failing) {
        Async.raceStaggered(HOUR, List.of(failing.returningNull()));
      }
    };

    abstract void run(VoidCoroutine<RuntimeException> failing);
  }

  @ParameterizedTest
  @EnumSource
  void close_afterARunThatAnErrorEnded_doesNotThrowItAgain(Several several) {
    for (Error ending : List.of(new KeyboardInterrupt("planted"), new StackOverflowError("planted"))) {
      Throwable thrown = catchThrowable(() -> {
        try (Runner runner = newRunner()) {
          runner.run(() -> several.run(() -> {
            throw ending;
          }));
        }
      });
      assertThat(thrown).isSameAs(ending);
      assertThat(thrown.getSuppressed()).isEmpty();
    }
  }

  @Test
  void close_withTasksThatEndWithErrorsThatEndTheRun_throwsTheFirstOnce() {
    KeyboardInterrupt first = new KeyboardInterrupt("first");
    KeyboardInterrupt second = new KeyboardInterrupt("second");
    Runner runner = newRunner();
    run(runner, () -> {
      for (Error error : List.of(first, first, second)) {
        begin("fails when it is cancelled", () -> {
          try {
            Async.sleep(HOUR);
          } finally {
            throwError(error);
          }
        });
      }
    });
    assertThat(catchThrowable(runner::close)).isSameAs(first);
    assertThat(first.getSuppressed()).containsExactly(second);
    assertThat(runner.toString()).contains("CLOSED");
  }

  private static void throwError(Error error) {
    throw error;
  }

  @Test
  void close_callbacksLeft_runBeforeTheLoopCloses() {
    Runner runner = newRunner();
    run(runner, () -> begin("cleans up with a callback", () -> {
      try {
        Async.sleep(HOUR);
      } finally {
        EventLoop.running().callSoon(() -> trace.add("callback"));
        letOthersRun();
      }
    }));
    runner.close();
    assertThat(trace).containsExactly("callback");
  }

  // --- tasks that do not end ---

  /** Swallows every cancellation, until its loop is closed. */
  private void swallowAll(CompletableFuture<Throwable> end) {
    try {
      for (;;) {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError swallowed) {
          trace.add("swallowed");
        }
      }
    } catch (Throwable thrown) {
      end.complete(thrown);
      throw thrown;
    }
  }

  @Test
  void close_taskSwallowsEveryCancellation_givesUpAndNamesIt() {
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Runner runner = virtual().build();
    EventLoop loop = runner.loop();
    List<Task<?>> tasks = new ArrayList<>();
    run(runner, () -> {
      begin("first", () -> sleepAndTrace("first"));
      tasks.add(begin("stubborn", () -> swallowAll(end)));
      begin("last", () -> sleepAndTrace("last"));
    });
    assertThatIllegalStateException().isThrownBy(runner::close)
        .withMessageContaining("stubborn")
        .withMessageContaining("1 of its tasks")
        .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("first").doesNotContain("last"));
    // 30 seconds by default, and a moment for the second cancellation.
    assertThat(time.elapsed()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(35));
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(loop.isClosed()).isTrue();
    assertThat(tasks.get(0).isDone()).isTrue();
    assertThat(get(end)).as("what its next wait but one threw")
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(trace.subList(0, 4)).as("cancelled twice").containsExactly("first", "swallowed", "last", "swallowed");
    assertThat(trace).as("told once more, when the loop had closed").hasSize(5);
    assertThat(takeLog()).anySatisfy(event -> {
      assertThat(event.getLevel()).isEqualTo(Level.ERROR);
      assertThat(event.getFormattedMessage()).contains("stubborn");
      assertThat(Arrays.stream(event.getThrowableProxy().getStackTraceElementProxyArray())
          .map(StackTraceElementProxy::getStackTraceElement)
          .map(StackTraceElement::getMethodName)).as("its stack").contains("swallowAll");
    });
    runner.close(); // nothing happens
    assertThat(reports.take()).as("reports of the loop, of the task that it ended")
        .allSatisfy(report -> assertThat(report.future()).isSameAs(tasks.get(0)));
  }

  @Test
  void close_stubbornTasks_namesThemInTheOrderOfTheirCreation() {
    Runner runner = virtual().closeTimeout(Duration.ofMillis(1)).build();
    List<CompletableFuture<Throwable>> ends = new ArrayList<>();
    run(runner, () -> {
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        ends.add(end);
        begin("stubborn-" + i, () -> swallowAll(end));
      }
    });
    assertThatIllegalStateException().isThrownBy(runner::close)
        .withMessageContaining("stubborn-0, stubborn-1, stubborn-2");
    ends.forEach(Contract::get);
    assertThat(takeLog()).hasSize(3);
    reports.take();
  }

  @Test
  void close_taskEndsAtTheSecondCancellation_closesNormally() {
    Runner runner = virtual().closeTimeout(Duration.ofSeconds(5)).build();
    run(runner, () -> begin("hears only the second", () -> {
      try {
        Async.sleep(HOUR);
      } catch (CancelledError first) {
        sleepAndTrace("second");
      }
    }));
    runner.close();
    assertThat(trace).containsExactly("second");
    assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void close_timeoutZero_waitsForEver() {
    Runner runner = virtual().closeTimeout(Duration.ZERO).build();
    run(runner, () -> begin("takes its time", () -> {
      try {
        Async.sleep(HOUR);
      } finally {
        Async.sleep(Duration.ofDays(1_000));
        trace.add("cleaned up");
      }
    }));
    runner.close();
    assertThat(trace).containsExactly("cleaned up");
    assertThat(time.elapsed()).isEqualTo(Duration.ofDays(1_000));
  }

  @Test
  void close_stubbornTask_stillEndsTheExecutor() {
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Runner runner = virtual().build();
    List<Thread> threads = new ArrayList<>();
    run(runner, () -> {
      threads.add(Async.toThread(Thread::currentThread));
      begin("stubborn", () -> swallowAll(end));
    });
    assertThatIllegalStateException().isThrownBy(runner::close);
    assertThat(threads).allMatch(Contract::endsSoon);
    get(end);
    takeLog();
    reports.take();
  }

  // --- what other executors are told ---

  @Test
  void closeLoop_futuresGivenToExecute_areCancelled() {
    Runner runner = newRunner();
    LoopEngine loop = LoopEngine.of(runner.loop());
    FutureTask<String> pending = new FutureTask<>(() -> "never called");
    FutureTask<String> failing = new FutureTask<>(() -> "never called") {
      @Override
      protected void done() {
        throw new IllegalStateException("planted");
      }
    };
    loop.execute(failing);
    loop.execute(pending);
    loop.close();
    assertThat(pending.isCancelled()).isTrue();
    assertThat(failing.isCancelled()).isTrue();
    runner.close();
    assertThat(takeLog()).singleElement()
        .satisfies(event -> assertThat(event.getFormattedMessage()).contains("future", "cancelled"));
  }

  // --- generators ---

  @Test
  void close_generatorBegun_runsItsCleanUpWhichMayWait() {
    Runner runner = virtual().build();
    run(runner, () -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          out.yield("value");
          trace.add("never");
        } finally {
          Async.sleep(Duration.ofSeconds(1));
          trace.add("closed");
        }
      });
      trace.add(generator.next());
    });
    runner.close();
    assertThat(trace).containsExactly("value", "closed");
    assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void closeLoop_generatorYieldsAfterwards_letsWhoAskedGo() {
    CountDownLatch asking = new CountDownLatch(1);
    Runner runner = newRunner();
    run(runner, () -> begin("asks", () -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError closed) {
          out.yield("too late");
        }
      });
      try {
        generator.next();
      } finally {
        asking.countDown();
      }
    }));
    LoopEngine.of(runner.loop()).close();
    await(asking);
    runner.close();
    reports.take();
  }

  @Test
  void close_generatorNotBegunOrFinished_isLeftAlone() {
    Runner runner = newRunner();
    run(runner, () -> {
      Async.<String>generator(out -> trace.add("never"));
      AsyncGenerator<String> finished = Async.generator(out -> {
        try {
          out.yield("value");
        } finally {
          trace.add("finished");
        }
      });
      while (finished.hasNext()) {
        trace.add(finished.next());
      }
    });
    runner.close();
    assertThat(trace).containsExactly("value", "finished");
  }

  @Test
  void close_generatorFailsOrGivesAnotherValue_isReportedAndOthersAreClosed() {
    Runner runner = newRunner();
    IllegalArgumentException failure = new IllegalArgumentException("while closing");
    run(runner, () -> {
      AsyncGenerator<String> failing = Async.generator(out -> {
        try {
          out.yield("value");
        } finally {
          throwAs(failure);
        }
      });
      AsyncGenerator<String> stubborn = Async.generator(out -> {
        try {
          out.yield("value");
        } catch (AsyncGenerator.GeneratorExit exit) {
          out.yield("another");
        }
      });
      AsyncGenerator<String> good = Async.generator(out -> {
        try {
          out.yield("value");
        } finally {
          trace.add("closed");
        }
      });
      failing.next();
      stubborn.next();
      good.next();
    });
    runner.close();
    assertThat(trace).containsExactly("closed");
    assertThat(reports.take()).extracting(report -> report.exception().getClass().getSimpleName())
        .containsExactly("IllegalArgumentException", "IllegalStateException");
  }

  private static void throwAs(RuntimeException failure) {
    throw failure;
  }

  // --- the default executor ---

  @Test
  void close_executorUsed_itsThreadsAreGone() {
    Runner runner = newRunner();
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    runner.run(() -> Async.mapConcurrently(List.of(1, 2, 3), input -> Async.toThread(() -> {
      threads.add(Thread.currentThread());
      return input;
    })));
    runner.close();
    assertThat(threads).hasSize(3).allMatch(Contract::endsSoon);
  }

  @Test
  @OnSeveralThreads
  void close_workInTheExecutorNobodyWaitsFor_isAwaited() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Runner runner = newRunner();
    run(runner, () -> {
      Task<?> task = Async.createTask(() -> Async.toThread(() -> {
        begun.countDown();
        await(release);
        trace.add("worked to its end");
      }));
      awaitOnAnotherThread(() -> {
        await(begun);
        return null;
      });
      task.cancel();
    });
    CompletableFuture<Object> closed = start(() -> {
      runner.close();
      trace.add("closed");
      return null;
    });
    release.countDown();
    get(closed);
    assertThat(trace).containsExactly("worked to its end", "closed");
  }

  @Test
  void close_workInTheExecutorDoesNotEnd_isInterruptedAfterTheTimeout() {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> end = new CompletableFuture<>();
    Runner runner = builder().closeTimeout(Duration.ofMillis(20)).build();
    run(runner, () -> {
      Async.createTask(() -> Async.toThread(() -> {
        begun.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
          end.complete("interrupted");
        }
      }));
      awaitOnAnotherThread(() -> {
        await(begun);
        return null;
      });
    });
    runner.close();
    assertThat(get(end)).isEqualTo("interrupted");
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(takeLog()).singleElement()
        .satisfies(event -> assertThat(event.getFormattedMessage()).contains("executor", "PT0.02S"));
  }

  @Test
  void close_workInTheExecutorThatIgnoresItsInterrupt_throwsAndNamesTheThread() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    Runner runner = builder().closeTimeout(Duration.ofMillis(20)).build();
    run(runner, () -> {
      Async.createTask(() -> Async.toThread(() -> {
        threads.add(Thread.currentThread());
        begun.countDown();
        while (release.getCount() > 0) {
          Thread.onSpinWait();
        }
      }));
      awaitOnAnotherThread(() -> {
        await(begun);
        return null;
      });
    });
    try {
      assertThatIllegalStateException().isThrownBy(runner::close)
          .withMessageContaining("threads of its default executor")
          .withMessageContaining(threads.get(0).getName());
    } finally {
      release.countDown();
    }
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(threads).allMatch(Contract::endsSoon);
    assertThat(takeLog()).isNotEmpty();
  }

  @Test
  void close_executorThatWasSet_goesOn() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Runner runner = newRunner();
      runner.loop().setDefaultExecutor(executor);
      Thread worker = runner.run(() -> Async.toThread(Thread::currentThread));
      runner.close();
      assertThat(executor.isShutdown()).isFalse();
      assertThat(executor.submit(Thread::currentThread).get()).isSameAs(worker);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void shutdownDefaultExecutor_executorThatWasSet_goesOnButTakesNothingMoreOfTheLoop() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (Runner runner = newRunner()) {
      runner.loop().setDefaultExecutor(executor);
      runner.run(() -> {
        assertThat(LoopEngine.running().shutdownDefaultExecutor(Duration.ZERO)).isEmpty();
        assertThat(catchThrowable(() -> Async.toThread(() -> "never"))).isInstanceOf(RejectedExecutionException.class);
      });
      assertThat(executor.isShutdown()).isFalse();
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void close_executorsThatWereHandedOver_areShutDownAlsoIfAnotherWasSetMeanwhile() {
    ExecutorService first = Executors.newSingleThreadExecutor();
    ExecutorService second = Executors.newSingleThreadExecutor();
    Runner runner = newRunner();
    runner.loop().handOverDefaultExecutor(first);
    Thread worker = runner.run(() -> Async.toThread(Thread::currentThread));
    runner.loop().handOverDefaultExecutor(second);
    runner.run(() -> Async.toThread(() -> {}));
    runner.close();
    assertThat(first.isTerminated()).isTrue();
    assertThat(second.isTerminated()).isTrue();
    assertThat(endsSoon(worker)).isTrue();
  }

  @Test
  void shutdownDefaultExecutor_threadThatDoesNotEnd_isNamedAndLoggedWithItsStack() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (Runner runner = newRunner()) {
      run(runner, () -> {
        Task<?> task = Async.createTask(() -> Async.toThread(() -> {
          begun.countDown();
          awaitStubbornly(mayEnd);
        }));
        awaitOnAnotherThread(() -> {
          await(begun);
          return null;
        });
        task.cancel();
        assertThat(LoopEngine.running().shutdownDefaultExecutor(Duration.ofMillis(1))).singleElement()
            .asString()
            .startsWith("thread asyncrunner-worker-");
      });
      mayEnd.countDown();
    }
    assertThat(takeLog()).singleElement().satisfies(event -> {
      assertThat(event.getFormattedMessage()).contains("within PT0.001S: gave up on thread asyncrunner-worker-");
      assertThat(event.getThrowableProxy().getStackTraceElementProxyArray()).extracting(Object::toString)
          .anyMatch(frame -> frame.contains("awaitStubbornly"));
    });
  }

  /** Not to be ended by an interrupt. */
  private static void awaitStubbornly(CountDownLatch latch) {
    for (;;) {
      try {
        latch.await();
        return;
      } catch (InterruptedException goOn) {
        // which is the point
      }
    }
  }

  @Test
  void shutdownDefaultExecutor_executorThatDoesNotEnd_isNamed() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.execute(() -> awaitStubbornly(mayEnd));
    try (Runner runner = newRunner()) {
      runner.loop().handOverDefaultExecutor(executor);
      run(runner, () -> assertThat(LoopEngine.running().shutdownDefaultExecutor(Duration.ofMillis(1))).singleElement()
          .asString()
          .contains(executor.toString()));
      mayEnd.countDown();
    }
    assertThat(takeLog()).hasSize(1);
  }

  // Each call takes what another one has to give back.
  @Test
  void toThread_callsThatWaitForLaterOnes_areNotHeldUpByThem() {
    int calls = 300; // more than there are platform threads
    try (Runner runner = newRunner()) {
      run(runner, () -> {
        CountDownLatch allThere = new CountDownLatch(calls);
        TaskGroup.run(group -> {
          for (int i = 0; i < calls; i++) {
            group.createTask(() -> Async.toThread(() -> {
              allThere.countDown();
              await(allThere);
            }));
          }
        });
      });
    }
  }

  @Test
  void toThread_callsThatAreGivenUpAndBlock_holdNobodyUp() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (Runner runner = newRunner()) {
      run(runner, () -> {
        List<Task<?>> stuck = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
          stuck.add(Async.createTask(() -> Async.toThread(() -> {
            begun.countDown();
            await(mayEnd);
          })));
        }
        Async.toThread(() -> await(begun));
        stuck.forEach(Task::cancel);
        assertThat(Async.<String, RuntimeException>toThread(() -> "at once")).isEqualTo("at once");
      });
      mayEnd.countDown();
    }
  }

  @Test
  void toThread_executorShutDown_refused() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Async.toThread(() -> "made");
        LoopEngine.running().shutdownDefaultExecutor(Duration.ZERO);
        assertThat(catchThrowable(() -> Async.toThread(() -> "never"))).isInstanceOf(RejectedExecutionException.class);
      });
    }
  }

  // --- what others wait for ---

  @Test
  void callThreadsafe_loopClosesFirst_isCancelled() {
    LoopEngine loop = loops().newEventLoop();
    CompletableFuture<String> result = Async.callThreadsafe(loop, () -> "never");
    loop.close();
    assertThat(result.handle((value, thrown) -> thrown).join()).isInstanceOf(CancellationException.class)
        .hasMessageContaining("closed");
    assertThat(catchThrowable(() -> Async.callThreadsafe(loop, () -> "refused")))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void closeLoop_taskWithAMirror_endsTheMirror() {
    LoopEngine loop = loops().newEventLoop();
    loop.setExceptionHandler(reports);
    Task<String> task = loop.createTask(() -> "never");
    CompletableFuture<String> mirror = task.toCompletableFuture();
    loop.close();
    assertThat(mirror.isCancelled()).isTrue();
    assertThat(reports.take()).hasSize(1);
  }
}
