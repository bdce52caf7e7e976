package io.asyncrunner.tck.locks;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.BrokenAsyncBarrierException;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code BarrierTests} of {@code test_locks.py}. */
public abstract class BarrierTests extends PortedTests {
  private static final int PARTIES = 5;

  private final AsyncBarrier barrier = new AsyncBarrier(PARTIES);
  private final List<String> trace = new ArrayList<>();
  private int count;

  protected BarrierTests(LoopSource source) {
    super(source);
  }

  private static <T extends @Nullable Object> List<Task<T>> createTasks(int number, Coroutine<T, ?> coroutine) {
    return Stream.generate(() -> Async.createTask(coroutine)).limit(number).toList();
  }

  /** Runs the same coroutine in several tasks, and gives what they return. */
  private <T extends @Nullable Object> List<T> runInTasks(int number, Coroutine<T, ?> coroutine) {
    return run(() -> Async.gather(createTasks(number, coroutine)));
  }

  private void runInTasks(VoidCoroutine<?> coroutine) {
    runInTasks(PARTIES, coroutine.returningNull());
  }

  private int traced(String entry) {
    return Collections.frequency(trace, entry);
  }

  /** That it is as new. */
  private static void assertThatNobodyIsAt(AsyncBarrier barrier) {
    assertThat(barrier.waiting()).isZero();
    assertThat(barrier.isBroken()).isFalse();
    assertThat(barrier).hasToString("AsyncBarrier[FILLING, inside=0 of " + barrier.parties() + "]");
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_barrier")
  void test_barrier() {
    assertThat(barrier.parties()).isEqualTo(5);
    assertThat(barrier).hasToString("AsyncBarrier[FILLING, inside=0 of 5]");
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_repr")
  void test_repr() {
    run(() -> {
      assertThat(barrier).hasToString("AsyncBarrier[FILLING, inside=0 of 5]");

      List<Task<Integer>> passing = new ArrayList<>(createTasks(2, barrier::await));
      Async.sleep(ZERO);
      assertThat(barrier).hasToString("AsyncBarrier[FILLING, inside=2 of 5]");

      passing.addAll(createTasks(barrier.parties() - barrier.waiting(), barrier::await));
      Async.sleep(ZERO);
      assertThat(barrier).hasToString("AsyncBarrier[DRAINING, inside=4 of 5]");

      List<Task<Integer>> broken = new ArrayList<>(createTasks(2, barrier::await));
      Async.sleep(ZERO);
      barrier.reset();
      assertThat(barrier).hasToString("AsyncBarrier[RESETTING, inside=2 of 5]");

      broken.addAll(createTasks(2, barrier::await));
      Async.sleep(ZERO);
      barrier.abort();
      assertThat(barrier).hasToString("AsyncBarrier[BROKEN, inside=2 of 5]");
      assertThat(barrier.isBroken()).isTrue();

      assertThat(Async.gather(passing)).containsExactly(0, 1, 2, 3, 4);
      assertThat(Async.gatherOutcomes(broken)).hasSize(4).allSatisfy(outcome -> {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failure.class, failure -> {
          assertThat(failure.exception()).isInstanceOf(BrokenAsyncBarrierException.class);
        });
      });
      assertThat(barrier).hasToString("AsyncBarrier[BROKEN, inside=0 of 5]");
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_barrier_parties")
  void test_barrier_parties() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncBarrier(0))
        .withMessage("parties: 0 (expected at least 1)");
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncBarrier(-4))
        .withMessage("parties: -4 (expected at least 1)");
    assertThat(new AsyncBarrier(1).parties()).isEqualTo(1);
  }

  /** There is no scope: a task that has waited has nothing to give back. */
  @Test
  @Conformance("test_locks.BarrierTests.test_context_manager")
  void test_context_manager() {
    AsyncBarrier ofThree = new AsyncBarrier(3);

    List<Integer> indexes = runInTasks(3, ofThree::await);

    assertThat(indexes).containsExactlyInAnyOrder(0, 1, 2);
    assertThatNobodyIsAt(ofThree);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_filling_one_task")
  void test_filling_one_task() {
    AsyncBarrier ofOne = new AsyncBarrier(1);

    int index = run(ofOne::await);

    assertThat(index).isZero();
    assertThatNobodyIsAt(ofOne);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_filling_one_task_twice")
  void test_filling_one_task_twice() {
    AsyncBarrier ofOne = new AsyncBarrier(1);
    run(() -> {
      Task<Integer> first = Async.createTask(ofOne::await);
      Async.sleep(ZERO);
      assertThat(ofOne.waiting()).isZero();

      Task<Integer> second = Async.createTask(ofOne::await);
      Async.sleep(ZERO);

      assertThat(List.of(first, second)).allMatch(Task::isDone).allMatch(task -> task.result() == 0);
      assertThatNobodyIsAt(ofOne);
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_filling_task_by_task")
  void test_filling_task_by_task() {
    AsyncBarrier ofThree = new AsyncBarrier(3);
    run(() -> {
      Task<Integer> first = Async.createTask(ofThree::await);
      Async.sleep(ZERO);
      assertThat(ofThree.waiting()).isEqualTo(1);
      assertThat(ofThree).hasToString("AsyncBarrier[FILLING, inside=1 of 3]");

      Task<Integer> second = Async.createTask(ofThree::await);
      Async.sleep(ZERO);
      assertThat(ofThree.waiting()).isEqualTo(2);
      assertThat(ofThree).hasToString("AsyncBarrier[FILLING, inside=2 of 3]");

      Task<Integer> third = Async.createTask(ofThree::await);
      Async.sleep(ZERO);
      assertThat(Async.awaitAll(List.of(first, second, third)).done()).hasSize(3);
      assertThatNobodyIsAt(ofThree);
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_filling_tasks_wait_twice")
  void test_filling_tasks_wait_twice() {
    runInTasks(() -> {
      barrier.await();
      trace.add("first");
      barrier.await();
      trace.add("second");
    });

    assertThat(trace).hasSize(2 * PARTIES);
    assertThat(trace.subList(0, PARTIES)).containsOnly("first");
    assertThat(trace.subList(PARTIES, 2 * PARTIES)).containsOnly("second");
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_filling_tasks_check_return_value")
  void test_filling_tasks_check_return_value() {
    List<Integer> indexes = runInTasks(PARTIES, () -> {
      barrier.await();
      trace.add("first");
      int index = barrier.await();
      trace.add("second");
      return index;
    });

    assertThat(traced("first")).isEqualTo(PARTIES);
    assertThat(traced("second")).isEqualTo(PARTIES);
    assertThat(indexes).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_draining_state")
  void test_draining_state() {
    runInTasks(() -> {
      barrier.await();
      trace.add(barrier.toString());
    });

    assertThat(trace).containsExactly(
        "AsyncBarrier[DRAINING, inside=4 of 5]",
        "AsyncBarrier[DRAINING, inside=3 of 5]",
        "AsyncBarrier[DRAINING, inside=2 of 5]",
        "AsyncBarrier[DRAINING, inside=1 of 5]",
        "AsyncBarrier[FILLING, inside=0 of 5]");
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_blocking_tasks_while_draining")
  void test_blocking_tasks_while_draining() {
    AsyncBarrier ofThree = new AsyncBarrier(PARTIES - 2);

    runInTasks(() -> {
      barrier.await();
      if (count++ < 2) {
        trace.add("back while others leave");
        barrier.await();
      } else {
        trace.add("left");
        ofThree.await();
        trace.add("back");
        barrier.await();
      }
      trace.add("passed");
    });

    assertThat(trace).hasSize(13);
    assertThat(trace.subList(0, 5))
        .containsExactly("back while others leave", "back while others leave", "left", "left", "left");
    assertThat(trace.subList(5, 8)).containsOnly("back");
    assertThat(trace.subList(8, 13)).containsOnly("passed");
    assertThatNobodyIsAt(barrier);
    assertThatNobodyIsAt(ofThree);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_filling_tasks_cancel_one")
  void test_filling_tasks_cancel_one() {
    AsyncBarrier ofThree = new AsyncBarrier(3);
    Coroutine<@Nullable Void, RuntimeException> pass = () -> {
      ofThree.await();
      trace.add("passed");
      return null;
    };
    run(() -> {
      Task<?> first = Async.createTask(pass);
      Async.sleep(ZERO);
      assertThat(ofThree.waiting()).isEqualTo(1);
      Task<?> second = Async.createTask(pass);
      Async.sleep(ZERO);
      assertThat(ofThree.waiting()).isEqualTo(2);

      first.cancel();
      Async.sleep(ZERO);
      assertThat(ofThree.waiting()).isEqualTo(1);
      assertThatExceptionOfType(CancelledError.class).isThrownBy(first::await);
      assertThat(first.isCancelled()).isTrue();

      Task<?> third = Async.createTask(pass);
      Async.sleep(ZERO);
      assertThat(ofThree.waiting()).isEqualTo(2);
      Task<?> fourth = Async.createTask(pass);
      Async.gather(List.of(second, third, fourth));
      assertThatNobodyIsAt(ofThree);
    });
    assertThat(trace).containsExactly("passed", "passed", "passed");
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_reset_barrier")
  void test_reset_barrier() {
    AsyncBarrier ofOne = new AsyncBarrier(1);
    run(() -> {
      Task<?> resetting = Async.createTask(ofOne::reset);
      Async.sleep(ZERO);

      assertThat(resetting.isDone()).isTrue();
      assertThatNobodyIsAt(ofOne);
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting")
  void test_reset_barrier_while_tasks_waiting() {
    run(() -> {
      List<Task<@Nullable Void>> waiting = createTasks(PARTIES - 1, () -> {
        try {
          barrier.await();
          trace.add("passed");
        } catch (BrokenAsyncBarrierException broken) {
          trace.add("broken");
        }
        return null;
      });
      Async.sleep(ZERO);
      assertThat(barrier.waiting()).isEqualTo(PARTIES - 1);

      Async.createTask(barrier::reset);
      Async.gather(waiting);

      assertThat(trace).containsExactly("broken", "broken", "broken", "broken");
      assertThatNobodyIsAt(barrier);
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining")
  void test_reset_barrier_when_tasks_half_draining() {
    runInTasks(() -> {
      try {
        barrier.await();
        trace.add("passed");
      } catch (BrokenAsyncBarrierException broken) {
        trace.add("broken");
        return;
      }
      if (barrier.toString().contains("inside=2 ")) {
        barrier.reset();
      }
    });

    assertThat(trace).containsExactly("passed", "passed", "passed", "broken", "broken");
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking")
  void test_reset_barrier_when_tasks_half_draining_half_blocking() {
    runInTasks(() -> {
      try {
        barrier.await();
      } catch (BrokenAsyncBarrierException broken) {
        trace.add("broken");
        barrier.await();
        trace.add("second");
        return;
      }
      trace.add("first");
      if (++count > 2) {
        barrier.reset();
      }
      barrier.await(); // two are blocked here, as the others have not left; the reset must not break that
      trace.add("second");
    });

    assertThat(trace.subList(0, 5)).containsExactly("first", "first", "first", "broken", "broken");
    assertThat(trace.subList(5, trace.size())).containsExactly("second", "second", "second", "second", "second");
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again")
  void test_reset_barrier_while_tasks_waiting_and_waiting_again() {
    run(() -> {
      List<Task<@Nullable Void>> tasks = createTasks(PARTIES - 1, () -> {
        try {
          barrier.await();
          trace.add("passed");
        } catch (BrokenAsyncBarrierException broken) {
          trace.add("broken");
        } finally {
          barrier.await();
          trace.add("passed again");
        }
        return null;
      });
      Async.createTask(barrier::reset);
      Async.sleep(ZERO);

      Task<?> last = Async.createTask(() -> {
        barrier.await();
        trace.add("passed again");
      });
      Async.gather(tasks);
      last.await();

      assertThat(trace).hasSize(9);
      assertThat(trace.subList(0, 4)).containsOnly("broken");
      assertThat(trace.subList(4, 9)).containsOnly("passed again");
      assertThatNobodyIsAt(barrier);
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_reset_barrier_while_tasks_draining")
  void test_reset_barrier_while_tasks_draining() {
    runInTasks(() -> {
      barrier.await();
      if (++count == PARTIES) { // the last to leave
        barrier.reset();
        barrier.await();
        trace.add("the last passed");
      } else {
        barrier.await();
        trace.add("passed");
      }
      barrier.await();
      trace.add("passed again");
    });

    assertThat(trace).hasSize(2 * PARTIES);
    assertThat(trace.subList(0, PARTIES)).containsOnlyOnce("the last passed");
    assertThat(traced("passed")).isEqualTo(PARTIES - 1);
    assertThat(trace.subList(PARTIES, 2 * PARTIES)).containsOnly("passed again");
    assertThatNobodyIsAt(barrier);
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_abort_barrier")
  void test_abort_barrier() {
    AsyncBarrier ofOne = new AsyncBarrier(1);
    run(() -> {
      Async.createTask(ofOne::abort);
      Async.sleep(ZERO);

      assertThat(ofOne.waiting()).isZero();
      assertThat(ofOne.isBroken()).isTrue();
    });
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking")
  void test_abort_barrier_when_tasks_half_draining_half_blocking() {
    runInTasks(() -> {
      try {
        barrier.await();
      } catch (BrokenAsyncBarrierException broken) {
        trace.add("broken while leaving");
        return;
      }
      if (++count > 2) {
        barrier.abort();
        return;
      }
      try {
        barrier.await();
        trace.add("passed");
      } catch (BrokenAsyncBarrierException broken) {
        trace.add("broken while blocked");
      }
    });

    assertThat(trace).containsExactlyInAnyOrder(
        "broken while leaving", "broken while leaving", "broken while blocked", "broken while blocked");
    assertThat(barrier.isBroken()).isTrue();
    assertThat(barrier.waiting()).isZero();
    assertThat(barrier).hasToString("AsyncBarrier[BROKEN, inside=0 of 5]");
  }

  /** Passes the barrier twice, but for one task, which fails after the first time and aborts the barrier. */
  private void passTwiceOrAbort() {
    try {
      if (barrier.await() == PARTIES / 2) {
        throw new IllegalArgumentException("the one in the middle");
      }
      barrier.await();
      trace.add("passed twice");
    } catch (BrokenAsyncBarrierException broken) {
      trace.add("broken");
    } catch (IllegalArgumentException middle) {
      barrier.abort();
    }
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_abort_barrier_when_exception")
  void test_abort_barrier_when_exception() {
    runInTasks(this::passTwiceOrAbort);

    assertThat(trace).containsExactly("broken", "broken", "broken", "broken");
    assertThat(barrier.isBroken()).isTrue();
    assertThat(barrier.waiting()).isZero();
  }

  @Test
  @Conformance("test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting")
  void test_abort_barrier_when_exception_then_resetting() {
    AsyncBarrier other = new AsyncBarrier(PARTIES);

    runInTasks(() -> {
      passTwiceOrAbort();
      if (other.await() == PARTIES / 2) { // all have left the broken one
        barrier.reset();
      }
      other.await(); // nobody comes back before it is reset
      barrier.await();
      trace.add("passed");
    });

    assertThat(trace).containsExactly(
        "broken", "broken", "broken", "broken", "passed", "passed", "passed", "passed", "passed");
    assertThatNobodyIsAt(barrier);
  }
}
