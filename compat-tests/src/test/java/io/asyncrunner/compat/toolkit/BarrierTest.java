package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.asyncrunner.Async;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.BrokenAsyncBarrierException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link AsyncBarrier}. */
class BarrierTest extends ConstructTestCase {
  private final AsyncBarrier barrier = new AsyncBarrier(3);

  private List<Task<Integer>> come(int count) {
    List<Task<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(Async.createTask(barrier::await));
    }
    letOthersRun();
    return tasks;
  }

  @Test
  void await_asManyAsItTakes_goOnTogetherEachWithAnIndexOfItsOwn() {
    run(() -> {
      for (int round = 0; round < 3; round++) {
        List<Task<Integer>> tasks = come(2);
        assertThat(barrier.waiting()).isEqualTo(2);
        assertThat(tasks).noneMatch(Task::isDone);
        tasks.addAll(come(1));
        assertThat(Async.gather(tasks)).containsExactly(0, 1, 2);
        assertThat(barrier.waiting()).isZero();
      }
    });
  }

  /** The fourth belongs to the next round, and waits while the first three leave. */
  @Test
  void await_moreThanItTakes_waitForTheNextRound() {
    run(() -> {
      List<Task<Integer>> tasks = come(5);
      assertThat(tasks.subList(0, 3)).allMatch(Task::isDone);
      assertThat(tasks.subList(3, 5)).noneMatch(Task::isDone);
      tasks.addAll(come(1));
      assertThat(Async.gather(tasks.subList(3, 6))).containsExactlyInAnyOrder(0, 1, 2);
    });
  }

  @Test
  void await_oneParty_neverWaits() {
    run(() -> {
      AsyncBarrier one = new AsyncBarrier(1);
      assertThat(one.await()).isZero();
      assertThat(one.await()).isZero();
    });
  }

  @Test
  void await_cancelled_leavesTheOthersWaitingForAnother() {
    run(() -> {
      List<Task<Integer>> tasks = come(2);
      end(tasks.get(0));
      assertThat(barrier.waiting()).isEqualTo(1);
      tasks.addAll(come(2));
      Async.awaitAll(tasks);
      assertThat(tasks.get(0).isCancelled()).isTrue();
      assertThat(tasks.subList(1, 4)).allSatisfy(task -> assertThat(task.exception()).isNull());
      assertThat(barrier.isBroken()).isFalse();
    });
  }

  @Test
  void abort_someWait_breaksItUntilItIsReset() {
    run(() -> {
      List<Task<Integer>> tasks = come(2);
      barrier.abort();
      tasks.addAll(come(1));
      Async.awaitAll(tasks);
      assertThat(tasks)
          .allSatisfy(task -> assertThat(task.exception()).isInstanceOf(BrokenAsyncBarrierException.class));
      assertThat(barrier.isBroken()).isTrue();
      assertThat(barrier.waiting()).isZero();
      barrier.reset();
      assertThat(barrier.isBroken()).isFalse();
      assertThat(Async.gather(come(3))).containsExactly(0, 1, 2);
    });
  }

  @Test
  void reset_someWait_endsTheirWaitAndIsAsNew() {
    run(() -> {
      List<Task<Integer>> tasks = come(2);
      barrier.reset();
      Async.awaitAll(tasks);
      assertThat(tasks)
          .allSatisfy(task -> assertThat(task.exception()).isInstanceOf(BrokenAsyncBarrierException.class));
      assertThat(Async.gather(come(3))).containsExactly(0, 1, 2);
      barrier.reset(); // nobody waits
      assertThat(Async.gather(come(3))).containsExactly(0, 1, 2);
    });
  }

  /** Those that come while the ones before them leave do not get the exception. */
  @Test
  void reset_othersComeAtOnce_theyWaitForTheNewRound() {
    run(() -> {
      List<Task<Integer>> old = come(2);
      barrier.reset();
      List<Task<Integer>> fresh = come(3);
      assertThat(Async.gatherOutcomes(old)).allMatch(outcome -> outcome instanceof Outcome.Failure);
      assertThat(Async.gather(fresh)).containsExactlyInAnyOrder(0, 1, 2);
    });
  }

  @Test
  void newBarrier_noParties_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncBarrier(0)).withMessageContaining("parties: 0");
  }
}
