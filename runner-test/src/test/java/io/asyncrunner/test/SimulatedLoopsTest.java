package io.asyncrunner.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulatedLoopsTest {
  static List<Kinds> kinds() {
    return Kinds.available();
  }

  private static <T, X extends Throwable> T run(SimulatedLoops loops, Coroutine<T, X> coroutine) throws X {
    try (Runner runner = Runner.builder().loopFactory(loops).build()) {
      return runner.run(coroutine);
    }
  }

  /** Three tasks that take turns, sleep equally long, use a queue and end in a group; gives the order of what they did. */
  private static List<String> program() {
    List<String> order = new ArrayList<>();
    AsyncQueue<String> queue = new AsyncQueue<>(1);
    TaskGroup.run(group -> {
      for (String name : List.of("a", "b", "c")) {
        group.createTask(TaskOptions.named(name), () -> {
          for (int i = 0; i < 3; i++) {
            order.add(name + i);
            Async.sleep(Duration.ZERO);
          }
          Async.sleep(Duration.ofSeconds(1));
          order.add(name + " awake");
          queue.put(name);
        });
      }
      for (int i = 0; i < 3; i++) {
        order.add("got " + queue.get());
      }
      EventLoop.running().callSoon(() -> order.add("callback"));
    });
    return order;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void virtualClock_whereNothingIsReady_jumpsToTheNextTimer(Kinds kind) {
    Duration elapsed = run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
      Async.sleep(Duration.ofDays(1000));
      return VirtualClock.of(EventLoop.running()).elapsed();
    });
    assertThat(elapsed).isEqualTo(Duration.ofDays(1000));
  }

  @Test
  void virtualClock_runsInTheUsualOrder() {
    assertThat(run(SimulatedLoops.virtualClock(), SimulatedLoopsTest::program)).containsExactly("a0", "b0", "c0", "a1",
        "b1", "c1", "a2", "b2", "c2", "a awake", "b awake", "c awake", "got a", "got b", "got c", "callback");
  }

  @Test
  void seeded_ofManySeeds_givesManyOrders() {
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      orders.add(run(SimulatedLoops.seeded(seed), SimulatedLoopsTest::program));
    }
    assertThat(orders).hasSizeGreaterThan(95);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void seeded_sameSeed_takesTheSameCourse(Kinds kind) {
    for (long seed = 0; seed < 20; seed++) {
      Interleaving onPlatformThreads = courseOf(SimulatedLoops.seeded(seed).on(PlatformThreadLoops.fibers()));
      Interleaving here = courseOf(SimulatedLoops.seeded(seed).on(kind.fibers()));
      assertThat(here.toString()).isEqualTo(onPlatformThreads.toString());
      assertThat(here.choices().size()).isPositive();
    }
  }

  @Test
  void replaying_theChoicesOfASeed_takesItsCourse() {
    Interleaving seeded = courseOf(SimulatedLoops.seeded(7));
    Interleaving replayed = courseOf(SimulatedLoops.replaying(Choices.parse(seeded.choices().toString())));
    assertThat(replayed).hasToString(seeded.toString()).isEqualTo(seeded);
  }

  private static Interleaving courseOf(SimulatedLoops loops) {
    try (Runner runner = Runner.builder().loopFactory(loops.recording()).build()) {
      EventLoop loop = runner.loop();
      runner.run(SimulatedLoopsTest::program);
      return Interleaving.of(loop);
    }
  }

  @Test
  void timeout_saysThatItsTimeWasVirtual() {
    assertThatThrownBy(() -> run(SimulatedLoops.virtualClock(), () -> Async.timeout(Duration.ofHours(1), () -> {
      new AsyncEvent().await();
      return null;
    }))).isInstanceOf(DeadlineExceededException.class).hasMessageContaining("within PT1H of virtual time");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void deadlock_ofTwoLocks_isReportedWithItsCycle(Kinds kind) {
    DeadlockError error = catchThrowableOfType(DeadlockError.class,
        () -> run(SimulatedLoops.virtualClock().on(kind.fibers()), () -> {
          AsyncLock one = new AsyncLock();
          AsyncLock other = new AsyncLock();
          TaskGroup.run(group -> {
            group.createTask(TaskOptions.named("A"), () -> one.with(() -> {
              Async.sleep(Duration.ZERO);
              other.with(() -> {});
            }));
            group.createTask(TaskOptions.named("B"), () -> other.with(() -> {
              Async.sleep(Duration.ZERO);
              one.with(() -> {});
            }));
          });
          return null;
        }));
    assertThat(error).hasMessageContaining("cycle: task A waits for AsyncLock #1, held by task B, which waits for"
        + " AsyncLock #2, held by task A\n")
        .hasMessageContaining("3 tasks wait, at 0 ms of virtual time:\n")
        .hasMessageContaining("  task Task-1 waits for TaskGroup #1 [running, tasks=2, errors=0], for task A, task B\n")
        .hasMessageContaining("  task A waits for AsyncLock #1 [locked, waiters=1], held by task B\n"
            + "    at ")
        .hasMessageContaining("SimulatedLoopsTest.java:");
  }

  @Test
  void deadlock_ofTasksThatAwaitEachOther_isReportedWithItsCycle() {
    assertThatThrownBy(() -> run(SimulatedLoops.virtualClock(), () -> {
      List<Task<?>> tasks = new ArrayList<>();
      tasks.add(Async.createTask(TaskOptions.named("A"), () -> tasks.get(1).await()));
      tasks.add(Async.createTask(TaskOptions.named("B"), () -> tasks.get(0).await()));
      return tasks.get(0).await();
    })).isInstanceOf(DeadlockError.class)
        .hasMessageContaining("cycle: task A waits for task B, which waits for task A\n");
  }

  @Test
  void deadlock_whereAFutureIsForgotten_namesWhoWaits() {
    assertThatThrownBy(() -> run(SimulatedLoops.virtualClock(), () -> {
      Async.sleep(Duration.ofMillis(1500));
      AsyncFuture<String> forgotten = EventLoop.running().createFuture();
      return forgotten.await();
    })).isInstanceOf(DeadlockError.class)
        .hasMessageContaining("1 task waits, at 1500 ms of virtual time:\n  task Task-1 waits for a future\n    at ")
        .hasMessageNotContaining("cycle");
  }
}
