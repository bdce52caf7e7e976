package io.asyncrunner.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.QueueShutDownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;

/** What the library promises holds in every order: nothing in it relies on the usual one. */
class LibraryUnderSeedsTest {
  private static final int SEEDS = 300;

  private int inside;
  private int most;

  @BeforeEach
  void nobodyIsInside() {
    inside = 0;
    most = 0;
  }

  private void visit() {
    inside++;
    most = Math.max(most, inside);
    try {
      hop();
    } finally {
      inside--;
    }
  }

  private static void hop() {
    Async.sleep(Duration.ZERO);
  }

  private static List<Task<?>> several(int count, java.util.function.IntConsumer body) {
    List<Task<?>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      tasks.add(Async.createTask(() -> body.accept(number)));
    }
    return tasks;
  }

  @RunnerTest
  @Seeds(SEEDS)
  void lock_excludes_alsoWhenWaitersAreCancelled() {
    AsyncLock lock = new AsyncLock();
    List<Task<?>> tasks = several(6, number -> lock.with(this::visit));
    hop();
    tasks.get(1).cancel();
    hop();
    tasks.get(3).cancel();
    Async.awaitAll(tasks);
    assertThat(most).isLessThanOrEqualTo(1);
    assertThat(lock.isLocked()).isFalse();
    assertThat(tasks.stream().filter(task -> !task.isCancelled())).hasSizeGreaterThanOrEqualTo(4)
        .allMatch(task -> task.exception() == null);
  }

  @RunnerTest
  @Seeds(SEEDS)
  void lock_isHandedOverInTheOrderOfArrival() {
    AsyncLock lock = new AsyncLock();
    List<Integer> arrived = new ArrayList<>();
    List<Integer> served = new ArrayList<>();
    Async.awaitAll(several(6, number -> {
      arrived.add(number);
      lock.with(() -> {
        served.add(number);
        hop();
      });
    }));
    assertThat(served).isEqualTo(arrived);
  }

  @RunnerTest
  @Seeds(SEEDS)
  void semaphore_letsInNoMoreThanItsPermits_andLosesNone() {
    AsyncSemaphore semaphore = new AsyncSemaphore(2);
    List<Task<?>> tasks = several(7, number -> semaphore.with(this::visit));
    hop();
    tasks.get(2).cancel();
    tasks.get(4).cancel();
    Async.awaitAll(tasks);
    assertThat(most).isLessThanOrEqualTo(2);
    semaphore.acquire();
    semaphore.acquire();
    assertThat(semaphore.isLocked()).isTrue();
  }

  @RunnerTest
  @Seeds(SEEDS)
  void queue_keepsTheOrder_andLosesNothing() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(2);
    List<Integer> got = new ArrayList<>();
    Task<?> producer = Async.createTask(() -> {
      for (int i = 0; i < 10; i++) {
        queue.put(i);
        assertThat(queue.size()).isLessThanOrEqualTo(2);
      }
      queue.join();
      queue.shutdown();
    });
    List<Task<?>> consumers = several(3, number -> {
      try {
        for (;;) {
          got.add(queue.get());
          hop();
          queue.taskDone();
        }
      } catch (QueueShutDownException ended) {
        // As it was meant to.
      }
    });
    Async.awaitAll(consumers);
    producer.await();
    assertThat(got).containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
  }

  @RunnerTest
  @Seeds(SEEDS)
  void queue_consumerThatIsCancelled_takesNothingWithIt() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    List<Integer> got = new ArrayList<>();
    List<Task<?>> consumers = several(3, number -> got.add(queue.get()));
    Async.createTask(() -> {
      queue.put(1);
      queue.put(2);
      queue.put(3);
    });
    hop();
    consumers.get(0).cancel();
    Async.awaitAll(consumers);
    assertThat(got).hasSize(consumers.get(0).isCancelled() ? 2 : 3);
    assertThat(queue.size()).isEqualTo(3 - got.size());
  }

  @RunnerTest
  @Seeds(SEEDS)
  void condition_wakesAsManyAsAreSignalled() {
    AsyncCondition condition = new AsyncCondition();
    int[] tokens = {0};
    List<Task<?>> takers = several(4, number -> condition.with(() -> {
      condition.awaitUntil(() -> tokens[0] > 0);
      tokens[0]--;
    }));
    several(4, number -> condition.with(() -> {
      tokens[0]++;
      condition.signal();
    }));
    Async.awaitAll(takers);
    assertThat(tokens[0]).isZero();
  }

  @RunnerTest
  @Seeds(SEEDS)
  void barrier_letsARoundGoTogether() {
    AsyncBarrier barrier = new AsyncBarrier(3);
    int[] arrivals = {0};
    Async.awaitAll(several(3, number -> {
      for (int round = 1; round <= 3; round++) {
        arrivals[0]++;
        barrier.await();
        assertThat(arrivals[0]).isBetween(3 * round, 3 * round + 2);
      }
    })).done().forEach(task -> assertThat(task.exception()).isNull());
  }

  @RunnerTest
  @Seeds(SEEDS)
  void group_failureCancelsTheOthers_andAllHaveEndedWhenItDoes() {
    int[] ended = {0};
    assertThatThrownBy(() -> TaskGroup.run(group -> {
      for (int i = 0; i < 3; i++) {
        group.createTask(() -> {
          try {
            new AsyncEvent().await();
          } finally {
            hop();
            ended[0]++;
          }
        });
      }
      for (int i = 0; i < 3; i++) {
        hop();
      }
      group.createTask(() -> {
        throw new IllegalStateException("fails");
      });
    })).isInstanceOfSatisfying(ExceptionGroup.class,
        failures -> assertThat(failures.exceptions()).singleElement().isInstanceOf(IllegalStateException.class));
    assertThat(ended[0]).isLessThanOrEqualTo(3);
    assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    assertThat(Async.currentTask().cancelling()).isZero();
  }

  @RunnerTest
  @Seeds(SEEDS)
  void gather_givesResultsInTheOrderOfItsArguments() {
    assertThat(Async.gather(() -> give(1), () -> give(2), () -> give(3))).containsExactly(1, 2, 3);
    List<Outcome<Object>> outcomes = Async.gatherOutcomes(Async.createTask(() -> give(1)), Async.createTask(() -> {
      hop();
      throw new IllegalStateException("fails");
    }));
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Success.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Failure.class);
  }

  private static <T> T give(T value) {
    hop();
    return value;
  }

  @RunnerTest
  @Seeds(SEEDS)
  void mapConcurrently_keepsItsLimit() {
    List<Integer> inputs = IntStream.range(0, 8).boxed().toList();
    assertThat(Async.mapConcurrently(inputs, 3, input -> {
      visit();
      return input * 2;
    })).containsExactly(0, 2, 4, 6, 8, 10, 12, 14);
    assertThat(most).isLessThanOrEqualTo(3);
  }

  @RunnerTest
  @Seeds(SEEDS)
  void race_hasOneWinner_andLeavesNobody() {
    assertThat(Async.<String>race(() -> give("a"), () -> give("b"), () -> {
      throw new IllegalStateException("not this one");
    })).isIn("a", "b");
    assertThat(Async.raceStaggered(Duration.ofMillis(1), List.of(() -> give("a"), () -> give("b"))).winner())
        .isIn("a", "b");
    assertThat(Async.allTasks()).containsExactly(Async.currentTask());
  }

  @RunnerTest
  @Seeds(SEEDS)
  void asCompleted_givesEachOnce() {
    List<Task<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      tasks.add(Async.createTask(() -> give(number)));
    }
    List<Task<Integer>> given = new ArrayList<>();
    Async.asCompleted(tasks).forEach(given::add);
    assertThat(given).containsExactlyInAnyOrderElementsOf(tasks).allMatch(Task::isDone);
  }

  @RunnerTest
  @Seeds(SEEDS)
  void timeouts_atTheSameTime_leaveNoCancellationBehind() {
    assertThatThrownBy(() -> Async.timeout(Duration.ofSeconds(1), () -> {
      try {
        Async.timeout(Duration.ofSeconds(1), () -> new AsyncEvent().await());
      } catch (DeadlineExceededException inner) {
        Async.sleep(Duration.ofSeconds(1)); // the outer deadline has passed, too, or is about to
      }
    })).isInstanceOf(DeadlineExceededException.class);
    assertThat(Async.currentTask().cancelling()).isZero();
    hop();
  }

  @RunnerTest
  @Seeds(SEEDS)
  void shield_taskGoesOn_whenWhoWaitsIsCancelled() {
    Task<String> work = Async.createTask(() -> {
      hop();
      return give("done");
    });
    Task<String> waiter = Async.createTask(() -> Async.shield(work).await());
    hop();
    waiter.cancel();
    Async.awaitAll(List.of(waiter));
    assertThat(work.await()).isEqualTo("done");
    if (!waiter.isCancelled()) {
      assertThat(waiter.result()).isEqualTo("done"); // it was done before
    }
  }

  @RunnerTest
  @CancelEverywhere
  void group_cancelledAnywhere_endsWithAllItsTasks() {
    int[] running = {0};
    Task<?> owner = Async.createTask(() -> TaskGroup.run(group -> {
      for (int i = 0; i < 2; i++) {
        group.createTask(() -> {
          running[0]++;
          try {
            hop();
            hop();
          } finally {
            running[0]--;
          }
        });
      }
      hop();
    }));
    Async.awaitAll(List.of(owner));
    assertThat(running[0]).isZero();
    assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    if (!owner.isCancelled()) {
      assertThat(owner.exception()).isNull(); // a child was cancelled, which fails nothing
    }
  }

  @RunnerTest
  @FailEverywhere
  void group_failingAnywhere_saysWhatFailed() {
    Task<?> owner = Async.createTask(() -> TaskGroup.run(group -> {
      group.createTask(LibraryUnderSeedsTest::hop);
      group.createTask(LibraryUnderSeedsTest::hop);
      hop();
    }));
    Async.awaitAll(List.of(owner));
    if (owner.exception() != null && !(owner.exception() instanceof InjectedFault)) { // else at the end of the group
      assertThat(owner.exception()).isInstanceOfSatisfying(ExceptionGroup.class,
          failures -> assertThat(failures.exceptions()).hasOnlyElementsOfType(InjectedFault.class));
    }
  }
}
