package io.asyncrunner.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes on outside a simulated loop: the time waits for it, and it is no deadlock. Real time is what some of it tests. */
class OutsideWorkTest {
  static List<Kinds> kinds() {
    return Kinds.available();
  }

  private static List<ExceptionContext> run(SimulatedLoops loops, VoidCoroutine<?> body) throws Throwable {
    List<ExceptionContext> reports = new ArrayList<>();
    try (Runner runner = Runner.builder().loopFactory(loops).build()) {
      runner.loop().setExceptionHandler((loop, report) -> reports.add(report));
      runner.<Throwable>run(body::run);
    }
    return reports;
  }

  private static Duration now() {
    return VirtualClock.of(EventLoop.running()).elapsed();
  }

  private static boolean isConfined(Kinds kind) {
    return kind == Kinds.BEST && Runtime.version().feature() >= 25;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void toThread_timeWaitsForIt(Kinds kind) throws Throwable {
    CountDownLatch timerIsSet = new CountDownLatch(1);
    List<String> order = new ArrayList<>();
    List<ExceptionContext> reports = run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      Async.createTask(() -> {
        EventLoop.running().callLater(Duration.ofDays(1), () -> order.add("timer at " + now()));
        timerIsSet.countDown();
      });
      Async.toThread(() -> {
        timerIsSet.await();
        pause(20);
      });
      order.add("thread at " + now());
      Async.sleep(Duration.ofDays(2));
    });
    assertThat(order).containsExactly("thread at PT0S", "timer at PT24H");
    assertThat(reports).isEmpty();
  }

  /** Gives the loop real time in which it could do something wrong. */
  private static void pause(long millis) throws InterruptedException {
    new CountDownLatch(1).await(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  @Test
  void toThread_thatTakesASecond_isReportedOnce_withItsStack() throws Throwable {
    List<ExceptionContext> reports = new ArrayList<>();
    CountDownLatch reported = new CountDownLatch(1);
    try (Runner runner = Runner.builder().loopFactory(SimulatedLoops.virtualClock()).build()) {
      runner.loop().setExceptionHandler((loop, report) -> {
        reports.add(report);
        reported.countDown();
      });
      runner.run(() -> {
        Async.toThread(() -> reported.await());
        assertThat(now()).isZero();
      });
    }
    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).message()).startsWith("the virtual time has stood still for 1 s of real time");
    assertThat(reports.get(0).exception()).hasMessageStartingWith("toThread on thread asyncrunner-worker-1");
    assertThat(reports.get(0).exception().getStackTrace()).extracting(StackTraceElement::getMethodName)
        .contains("await");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void toThread_thatWaitsForThisLoop_doesNotHoldTheTime(Kinds kind) throws Throwable {
    List<ExceptionContext> reports = run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      EventLoop loop = EventLoop.running();
      String answer = Async.toThread(() -> Async.callThreadsafe(loop, () -> {
        Async.sleep(Duration.ofDays(1));
        return "slept until " + now();
      }).join());
      assertThat(answer).isEqualTo("slept until PT24H");
    });
    assertThat(reports).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void closing_waitsForTheExecutorsThreads(Kinds kind) throws Throwable {
    AtomicBoolean ended = new AtomicBoolean();
    List<ExceptionContext> reports = run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      EventLoop.running().defaultExecutor().execute(() -> {
        try {
          pause(50);
        } catch (InterruptedException impossible) {
          throw new AssertionError(impossible);
        }
        ended.set(true);
      });
    });
    assertThat(ended).isTrue();
    assertThat(reports).isEmpty();
  }

  @Test
  void sleepOfTheJdk_onAConfinedFiber_isReported_andHoldsTheTime() throws Throwable {
    assumeTrue(isConfined(Kinds.BEST));
    List<String> order = new ArrayList<>();
    List<ExceptionContext> reports = run(SimulatedLoops.virtualClock(), () -> {
      Async.createTask(TaskOptions.named("sleeper"), () -> {
        Thread.sleep(300); // what is tested: longer than this thread may be held up
        order.add("slept at " + now());
      });
      Async.sleep(Duration.ofDays(1));
      order.add("day over");
    });
    assertThat(order).containsExactly("slept at PT0S", "day over");
    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).message())
        .startsWith("task sleeper depends on real time: it was blocked in a call of the JDK");
    assertThat(reports.get(0).exception().getStackTrace()).extracting(StackTraceElement::getMethodName)
        .contains("sleep");
  }

  @Test
  void unparkFromOutside_onAConfinedFiber_isReported() throws Throwable {
    assumeTrue(isConfined(Kinds.BEST));
    LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
    Thread[] outside = {null};
    List<ExceptionContext> reports = run(SimulatedLoops.virtualClock(), () -> {
      Async.createTask(TaskOptions.named("taker"), () -> queue.take());
      Async.sleep(Duration.ZERO);
      outside[0] = new Thread(() -> queue.add("from outside"));
      outside[0].start();
      Async.sleep(Duration.ofDays(1));
    });
    outside[0].join();
    assertThat(reports).extracting(ExceptionContext::message)
        .singleElement()
        .asString()
        .startsWith("task taker depends on");
  }

  @Test
  void allowingRealTime_reportsNothing() throws Throwable {
    assumeTrue(isConfined(Kinds.BEST));
    assertThat(run(SimulatedLoops.virtualClock().allowingRealTime(), () -> {
      Thread.sleep(10); // what is tested
    })).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void blockingWithinTheLoop_onLocksOfTheJdkThatItsTasksHold_isNotFromOutside(Kinds kind) throws Throwable {
    assumeTrue(isConfined(kind));
    java.util.concurrent.locks.ReentrantLock lock = new java.util.concurrent.locks.ReentrantLock();
    assertThat(run(SimulatedLoops.virtualClock(), () -> {
      Async.createTask(() -> {
        lock.lock();
        try {
          Async.sleep(Duration.ZERO);
          Async.sleep(Duration.ZERO);
        } finally {
          lock.unlock();
        }
      });
      Async.sleep(Duration.ZERO);
      lock.lock();
      try {
        assertThat(lock.getHoldCount()).isEqualTo(1);
      } finally {
        lock.unlock();
      }
    })).isEmpty();
  }

  // --- no deadlock ---

  @ParameterizedTest
  @MethodSource("kinds")
  void threadThatWakesTheLoopLater_isNoDeadlock(Kinds kind) throws Throwable {
    run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> future = loop.createFuture();
      Thread outside = new Thread(() -> {
        try {
          pause(50);
        } catch (InterruptedException impossible) {
          throw new AssertionError(impossible);
        }
        loop.callSoonThreadsafe(() -> future.setResult("late"));
      });
      outside.start();
      assertThat(future.await()).isEqualTo("late");
      outside.join();
    });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void commonPoolThatWakesTheLoopLater_isNoDeadlock(Kinds kind) throws Throwable {
    ForkJoinPool.commonPool().submit(() -> {}).get(); // its threads are there before
    run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      CompletableFuture<String> stage = CompletableFuture.supplyAsync(() -> {
        try {
          pause(50);
        } catch (InterruptedException impossible) {
          throw new AssertionError(impossible);
        }
        return "late";
      });
      assertThat(Async.await(stage)).isEqualTo("late");
    });
  }

  @Test
  void stageThatNobodyCompletes_isADeadlock_afterASecond() {
    assertThatThrownBy(() -> run(SimulatedLoops.virtualClock(), () -> Async.await(new CompletableFuture<>())))
        .isInstanceOf(DeadlockError.class);
  }

  @Test
  void runForever_withNothingToDo_waitsForOtherThreads() throws Throwable {
    try (Runner runner = Runner.builder().loopFactory(SimulatedLoops.virtualClock()).build()) {
      LoopEngine loop = LoopEngine.of(runner.loop());
      Thread outside = new Thread(() -> {
        assertThat(Async.callThreadsafe(loop, () -> {
          Async.sleep(Duration.ofDays(1));
          return "answered at " + now();
        }).join()).isEqualTo("answered at PT24H");
        loop.callSoonThreadsafe(loop::stop);
      });
      outside.start();
      loop.runForever();
      outside.join();
    }
  }

  // --- the clock ---

  @ParameterizedTest
  @MethodSource("kinds")
  void advance_runsWhatIsDueMeanwhile_eachAtItsTime(Kinds kind) throws Throwable {
    List<String> order = new ArrayList<>();
    run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      VirtualClock clock = VirtualClock.of(EventLoop.running());
      clock.setAutoAdvance(false);
      assertThat(clock.isAutoAdvance()).isFalse();
      Async.createTask(() -> {
        for (int i = 0; i < 3; i++) {
          Async.sleep(Duration.ofSeconds(2));
          order.add("tick at " + now());
        }
      });
      clock.advance(Duration.ofSeconds(1));
      order.add("advanced to " + now());
      clock.advance(Duration.ofSeconds(3));
      order.add("advanced to " + now());
      clock.advance(Duration.ZERO);
      order.add("still " + now());
      clock.setAutoAdvance(true);
      Async.sleep(Duration.ofSeconds(10));
    });
    assertThat(order).containsExactly("advanced to PT1S", "tick at PT2S", "tick at PT4S", "advanced to PT4S",
        "still PT4S", "tick at PT6S");
  }

  @Test
  void timeThatNobodyAdvances_isADeadlock() {
    assertThatThrownBy(() -> run(SimulatedLoops.virtualClock(), () -> {
      VirtualClock.of(EventLoop.running()).setAutoAdvance(false);
      Async.sleep(Duration.ofSeconds(1));
    })).isInstanceOf(DeadlockError.class).hasMessageContaining("auto-advance is off, and nobody advances the clock");
  }

  @Test
  void clockOfAnotherKindOfLoop_isRefused() throws Throwable {
    try (Runner runner = Runner.builder().loopFactory(io.asyncrunner.core.PlatformThreadLoops.factory()).build()) {
      assertThatThrownBy(() -> VirtualClock.of(runner.loop())).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected one that SimulatedLoops made");
    }
  }
}
