package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.support.CountingTicker;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The rules that all else stands on, one test each, named after the rule: where a loop breaks one of them, many of CPython's
 * tests fail too, but these say what is wrong.
 */
public abstract class LoopRules extends PortedTests {
  private static final Duration FOR_EVER = Duration.ofDays(1);

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
      AsyncFuture<String> future = loop.createFuture();
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
   * The loop has nothing to do most of the time, so it waits, and is woken for each of the callbacks. On the real clock, with a
   * timer by which it comes back by itself if it is not.
   */
  @Test
  void wakeUps_areNotLost() {
    int rounds = 200;
    EventLoop loop = newEventLoop(Ticker.SYSTEM);
    TimerHandle backAnyway = loop.callLater(Duration.ofSeconds(6), () -> {});

    List<Integer> lost = loop.runUntilComplete(loop.createTask(() -> Async.toThread(() -> {
      for (int round = 0; round < rounds; round++) {
        CountDownLatch called = new CountDownLatch(1);
        loop.callSoonThreadsafe(called::countDown);
        if (!called.await(5, TimeUnit.SECONDS)) {
          return List.of(round);
        }
      }
      return List.of();
    })));
    backAnyway.cancel();

    assertThat(lost).as("the round in which the loop was not woken").isEmpty();
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
      AsyncFuture<String> future = loop.createFuture();
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
    EventLoop loop = newEventLoop(ticker);
    long before = loop.time();

    loop.runUntilComplete(loop.createTask(() -> Async.sleep(Duration.ofMillis(100))));

    assertThat(elapsed(loop, before)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    assertThat(ticker.waits()).as("how often the loop looked for its next timer within 100 ms").isLessThan(50);
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
