package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.support.CountingTicker;
import io.asyncrunner.tck.support.LateWatch;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import io.asyncrunner.tck.support.VirtualTime;
import io.asyncrunner.tck.support.WaitHook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The rules that all else stands on, one test each, named after the rule: where a loop breaks one of them, many of CPython's
 * tests fail too, but these say what is wrong.
 */
public abstract class LoopRules extends PortedTests {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private static final int NONE = -1;

  /** For how long wake-ups are tried on a machine that is too busy for all of them. */
  private static final long ENOUGH_NANOS = Duration.ofSeconds(10).toNanos();

  /** Pollers may round up to a whole millisecond; what they do at best is less late than that. */
  private static final long LATE_NANOS = 900_000;

  private static final long MUCH_TOO_LATE_NANOS = Duration.ofMillis(100).toNanos();

  protected LoopRules(LoopSource source) {
    super(source);
  }

  @Test
  void timers_withEqualDeadlines_fireInTheOrderOfTheirCreation() {
    List<Integer> fired = run(() -> {
      EventLoop loop = EventLoop.running();
      List<Integer> order = new ArrayList<>();
      long when = loop.time() + 1_000_000;
      for (int i = 0; i < 10; i++) {
        int timer = i;
        loop.callAt(when, () -> order.add(timer));
      }
      loop.callAt(when - 1, () -> order.add(-1));
      Async.sleep(Duration.ofMillis(2));
      return order;
    });

    assertThat(fired).containsExactly(-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void callbacks_areNotCalledInPlace() {
    List<String> events = run(() -> {
      EventLoop loop = EventLoop.running();
      List<String> order = new ArrayList<>();
      CompletableAsyncFuture<String> future = loop.createFuture();
      future.addDoneCallback(done -> order.add("done callback"));
      loop.callSoon(() -> order.add("soon"));
      loop.callSoonThreadsafe(() -> order.add("threadsafe"));
      future.setResult("result");
      Async.createTask(() -> {
        order.add("task");
      });
      order.add("went on");
      loop.yieldNow();
      return order;
    });

    assertThat(events).containsExactly("went on", "soon", "threadsafe", "done callback", "task");
  }

  /**
   * The loop has nothing to do most of the time, so it waits, and is woken for each of the callbacks; for so many of them that one that
   * is lost in a thousand is seen. On the real clock, with and without a timer to wait for. If one is lost without, the test hangs until its
   * timeout; so those come later.
   */
  @Test
  void wakeUps_areNotLost() {
    long begin = System.nanoTime();
    LoopEngine loop = newEventLoop(Ticker.SYSTEM);
    BackAnyway backAnyway = new BackAnyway(loop);
    backAnyway.set(true);

    int lost = loop.runUntilComplete(loop.createTask(() -> Async.<Integer, InterruptedException>toThread(() -> {
      for (int round = 0; round < 10_000; round++) {
        long taken = System.nanoTime() - begin;
        if (taken > ENOUGH_NANOS) {
          break;
        }
        boolean withTimer = round < 5_000 && taken < ENOUGH_NANOS / 2;
        CountDownLatch called = new CountDownLatch(1);
        loop.callSoonThreadsafe(() -> {
          backAnyway.set(withTimer);
          called.countDown();
        });
        if (!called.await(5, TimeUnit.SECONDS)) {
          return round;
        }
      }
      return NONE;
    })));

    assertThat(lost).as("the round in which the loop was not woken").isEqualTo(NONE);
  }

  /** A timer by which a loop comes back that was not woken, later than anybody waits for that. */
  private static final class BackAnyway {
    private final EventLoop loop;
    private @Nullable TimerHandle timer;

    BackAnyway(EventLoop loop) {
      this.loop = loop;
    }

    /** Sets the timer anew, or takes it away. */
    void set(boolean on) {
      if (timer != null) {
        timer.cancel();
      }
      timer = on ? loop.callLater(Duration.ofSeconds(6), () -> {}) : null;
    }
  }

  /**
   * The clock is asked when the loop has looked for callbacks of other threads, in vain, and is about to wait. One that comes just then
   * has the poller woken before it is asked to wait: that ends the wait.
   */
  @Test
  void wakeUps_thatComeBeforeTheWait_endIt() {
    assumeThatLoopsWaitInRealTime();
    WaitHook hook = new WaitHook();
    LoopEngine loop = newEventLoop(hook);
    BackAnyway backAnyway = new BackAnyway(loop);

    loop.runUntilComplete(loop.createTask(() -> {
      for (int round = 0; round < 20; round++) {
        CompletableAsyncFuture<Duration> called = loop.createFuture();
        backAnyway.set(round < 10);
        hook.beforeTheNextWait(() -> {
          long sent = System.nanoTime();
          loop.callSoonThreadsafe(() -> called.setResult(Duration.ofNanos(System.nanoTime() - sent)));
        });
        assertThat(called.await()).as("after how long the loop went on").isLessThan(Duration.ofSeconds(5));
      }
    }));
  }

  @Test
  void tasks_runInACopyOfTheContext() {
    ContextVar<String> variable = ContextVar.withDefault("variable", "default");

    List<String> seen = run(() -> {
      List<String> values = new ArrayList<>();
      variable.set("parent's");
      Task<?> child = Async.createTask(() -> {
        values.add("child: " + variable.get());
        variable.set("child's");
        EventLoop.running().yieldNow();
        values.add("child: " + variable.get());
      });
      variable.set("set after the child was made");
      child.await();
      values.add("parent: " + variable.get());
      return values;
    });

    assertThat(seen).containsExactly("child: parent's", "child: child's", "parent: set after the child was made");
  }

  @Test
  void callbacks_runInTheOrderInWhichTheyWereScheduled() {
    List<Integer> called = run(() -> {
      EventLoop loop = EventLoop.running();
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int callback = i;
        loop.callSoon(() -> {
          order.add(callback);
          loop.callSoon(() -> order.add(callback + 10)); // in the next turn, behind all of this one
        });
      }
      loop.yieldNow();
      loop.yieldNow();
      return order;
    });

    assertThat(called).containsExactly(0, 1, 2, 3, 4, 10, 11, 12, 13, 14);
  }

  @Test
  void exceptionsOfCallbacks_reachTheExceptionHandler() {
    IllegalStateException failure = new IllegalStateException("of a callback");
    Reports reports = reportsOf(loop());

    List<String> events = runUntilComplete(() -> {
      List<String> order = new ArrayList<>();
      loop().callSoon(() -> {
        throw failure;
      });
      loop().callSoon(() -> order.add("the next callback"));
      loop().yieldNow();
      loop().yieldNow();
      return order;
    });

    assertThat(reports.take()).singleElement().satisfies(report -> assertThat(report.exception()).isSameAs(failure));
    assertThat(events).containsExactly("the next callback");
  }

  @Test
  void awaits_costOneTurnEach() {
    List<Integer> turns = run(() -> {
      EventLoop loop = EventLoop.running();
      int[] turn = {0};
      Runnable[] count = new Runnable[1];
      count[0] = () -> {
        turn[0]++;
        loop.callSoon(count[0]);
      };
      loop.callSoon(count[0]);
      List<Integer> seen = new ArrayList<>();
      loop.yieldNow();
      seen.add(turn[0]);
      loop.yieldNow();
      seen.add(turn[0]);
      CompletableAsyncFuture<String> future = loop.createFuture();
      loop.callSoon(() -> future.setResult("in the third turn"));
      future.await(); // goes on in the fourth
      seen.add(turn[0]);
      future.await(); // is done: costs none
      seen.add(turn[0]);
      count[0] = () -> {};
      return seen;
    });

    assertThat(turns).containsExactly(1, 2, 4, 4);
  }

  @Test
  void cancellations_areDeliveredOnce() {
    List<String> events = run(() -> {
      List<String> order = new ArrayList<>();
      Task<?> task = Async.createTask(() -> {
        try {
          Async.sleep(FOR_EVER);
        } catch (CancelledError cancelled) {
          order.add("cancelled");
        }
        for (int i = 0; i < 3; i++) {
          Async.sleep(Duration.ofMillis(1));
          EventLoop.running().yieldNow();
        }
        order.add("ended");
      });
      EventLoop.running().yieldNow();
      task.cancel();
      task.await();
      return order;
    });

    assertThat(events).containsExactly("cancelled", "ended");
  }

  @Test
  void close_cancelsEveryTaskInTheOrderOfCreation() {
    List<String> ended = new ArrayList<>();
    List<Task<?>> tasks = new ArrayList<>();
    try (Runner runner = builder().build()) {
      runner.run(() -> {
        for (int i = 0; i < 3; i++) {
          String name = "task " + i;
          tasks.add(Async.createTask(() -> {
            try {
              Async.sleep(FOR_EVER);
            } finally {
              ended.add(name);
            }
          }));
        }
        EventLoop.running().yieldNow();
      });
      assertThat(ended).isEmpty();
    }

    assertThat(ended).containsExactly("task 0", "task 1", "task 2");
    assertThat(tasks).allMatch(Task::isCancelled);
  }

  @Test
  void time_doesNotGoBackwards() {
    List<Long> times = run(() -> {
      EventLoop loop = EventLoop.running();
      List<Long> samples = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        samples.add(loop.time());
        Async.sleep(Duration.ofMillis(1));
      }
      return samples;
    });

    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).as("nanoseconds that a sleep of a millisecond took")
          .isGreaterThanOrEqualTo(1_000_000);
    }
  }

  /** On the real clock, and also if the poller cannot wait for less than a millisecond. */
  @Test
  void loop_untilATimerIsDue_waitsAndDoesNotSpin() {
    CountingTicker ticker = new CountingTicker();
    LoopEngine loop = newEventLoop(ticker);
    long before = loop.time();

    loop.runUntilComplete(loop.createTask(() -> Async.sleep(Duration.ofMillis(100))));

    assertThat(elapsed(loop, before)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    assertThat(ticker.waits()).as("how often the loop looked for its next timer within 100 ms").isLessThan(50);
  }

  /**
   * Of waits of several lengths, the best one each: any other may be late because the machine is. Whether it is, is told by a thread that
   * waits beside the loop: only where that has been on time often enough while the loop never was, it is the loop that is late.
   * The lengths differ by tenths of milliseconds, for pollers that wait for whole ones only.
   */
  @Test
  void timers_areNotLate() throws Exception {
    assumeThatLoopsWaitInRealTime();
    long begin = System.nanoTime();
    LateWatch watch = new LateWatch();
    LoopEngine loop = newEventLoop(watch);
    ExecutorService beside = Executors.newSingleThreadExecutor();
    try {
      for (Duration length : List.of(Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofMillis(150))) {
        long best = Long.MAX_VALUE;
        int onTimeBeside = 0;
        for (int round = 0; best >= LATE_NANOS && onTimeBeside < (best < MUCH_TOO_LATE_NANOS ? 12 : 3); round++) {
          assumeTrue(System.nanoTime() - begin < 3 * ENOUGH_NANOS, "the machine is too busy to tell who is late");
          long wait = length.toNanos() + round % 10 * 100_000L;
          Future<Long> lateBeside = loop.runUntilComplete(loop.createTask(() -> {
            CompletableAsyncFuture<Void> due = loop.createFuture();
            long when = loop.time() + wait;
            watch.expect(when);
            loop.callAt(when, () -> due.setResult(null));
            Future<Long> other = beside.submit(() -> lateOf(when));
            due.await();
            return other;
          }));
          best = Math.min(best, watch.late());
          if (lateBeside.get() < LATE_NANOS) {
            onTimeBeside++;
          }
        }
        assertThat(best)
            .as("nanoseconds that waits of %s took too long at best, while another thread was on time %d times", length,
                onTimeBeside)
            .isLessThan(LATE_NANOS);
      }
    } finally {
      beside.shutdown();
    }
  }

  /** How late the calling thread is when it parks until {@code when}. */
  private static long lateOf(long when) {
    long now = System.nanoTime();
    while (now < when) {
      LockSupport.parkNanos(when - now);
      now = System.nanoTime();
    }
    return now - when;
  }

  /** Exactly so, each time of many: a clock that is wrong now and then makes timers fire too early, or late. */
  @Test
  void time_isThatOfTheClock() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    loop.runUntilComplete(loop.createTask(() -> {
      for (int i = 1; i <= 2_000; i++) {
        long before = loop.time();
        for (int again = 0; again < 20; again++) {
          assertThat(loop.time()).as("the time, which has not gone on").isEqualTo(before);
        }
        Duration length = Duration.ofNanos(i * 1_000_003L);
        Async.sleep(length);
        assertThat(elapsed(loop, before)).as("what a sleep took").isEqualTo(length);
        if (loopsWaitInRealTime()) {
          assertThat(loop.time()).as("the time").isEqualTo(time.nanoTime());
        }
      }
    }));
  }

  /** As {@link #time_isThatOfTheClock}, on the real clock. */
  @Test
  void time_onTheRealClock_isThatOfTheClock() {
    assumeThatLoopsWaitInRealTime();
    LoopEngine loop = newEventLoop(Ticker.SYSTEM);
    loop.runUntilComplete(loop.createTask(() -> {
      for (int i = 0; i < 200_000; i++) {
        long before = Ticker.SYSTEM.nanoTime();
        long time = loop.time();
        long after = Ticker.SYSTEM.nanoTime();
        if (time < before || time > after) { // in which case the message is worth its time
          assertThat(time).as("time").isBetween(before, after);
        }
      }
    }));
  }

  /** What is known of the thread that makes a task is known to the task; callbacks belong to none. */
  @Test
  void threads_ofTasksInheritFromTheirMakers_andThoseOfCallbacksDoNot() {
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {};
    local.set("the caller's");
    try {
      run(() -> {
        EventLoop loop = EventLoop.running();
        assertThat(local.get()).as("in a task that the caller made").isEqualTo("the caller's");
        CompletableAsyncFuture<String> inCallback = loop.createFuture();
        loop.callSoon(() -> inCallback.setResult(String.valueOf(local.get())));
        assertThat(inCallback.await()).as("in a callback").isEqualTo("null");
        local.set("the maker's");
        Thread.currentThread().setContextClassLoader(loader);
        Task<?> child = Async.createTask(() -> {
          assertThat(local.get()).as("in a task that a task made").isEqualTo("the maker's");
          assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
          local.set("the child's");
        });
        child.await();
        assertThat(local.get()).isEqualTo("the maker's");
      });
    } finally {
      local.remove();
    }
  }

  @Test
  void interrupts_ofTheThreadInRun_cancelTheCoroutine() {
    Thread running = Thread.currentThread();
    try (Runner runner = builder().build()) {
      assertThatThrownBy(() -> runner.run(() -> {
        Async.toThread(running::interrupt); // while the loop waits for the thread, as a rule
        Async.sleep(FOR_EVER);
      })).isExactlyInstanceOf(CancellationException.class);

      assertThat(Thread.interrupted()).as("interrupt status on return").isTrue();
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }
}
