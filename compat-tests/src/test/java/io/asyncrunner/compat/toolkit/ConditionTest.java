package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link AsyncCondition}. */
class ConditionTest extends ConstructTestCase {
  private final AsyncCondition changed = new AsyncCondition();

  private List<Task<?>> waiters(String... names) {
    List<Task<?>> tasks = new ArrayList<>();
    for (String name : names) {
      tasks.add(Async.createTask(() -> changed.with(() -> {
        changed.await();
        assertThat(changed.lock().isLocked()).isTrue();
        log.add(name);
      })));
    }
    letOthersRun();
    return tasks;
  }

  @Test
  void signal_some_wakesThoseWhoHaveWaitedLongest() {
    run(() -> {
      List<Task<?>> tasks = waiters("a", "b", "c", "d");
      changed.with(() -> changed.signal());
      letOthersRun();
      assertThat(log).containsExactly("a");
      changed.with(() -> changed.signal(2));
      letOthersRun();
      assertThat(log).containsExactly("a", "b", "c");
      changed.with(() -> changed.signal(0));
      letOthersRun();
      assertThat(log).hasSize(3);
      changed.with(() -> changed.signalAll());
      Async.awaitAll(tasks);
      assertThat(log).containsExactly("a", "b", "c", "d");
    });
  }

  @Test
  void signal_nobodyWaits_isForgotten() {
    run(() -> {
      changed.with(() -> changed.signalAll());
      assertThat(thrownBy(() -> Async.timeout(SECOND, () -> changed.with(() -> changed.await()))))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(changed.lock().isLocked()).isFalse();
    });
  }

  @Test
  void signal_whoSignalsHoldsTheLock_othersGoOnOnlyWhenItIsGivenBack() {
    run(() -> {
      List<Task<?>> tasks = waiters("a");
      changed.with(() -> {
        changed.signal();
        Async.sleep(SECOND);
        log.add("gives the lock back");
      });
      Async.awaitAll(tasks);
      assertThat(log).containsExactly("gives the lock back", "a");
    });
  }

  @Test
  void awaitUntil_always_looksWithTheLockHeldAndAgainAfterEachSignal() {
    run(() -> {
      int[] value = {0};
      Task<?> waiting = Async.createTask(() -> changed.with(() -> changed.awaitUntil(() -> {
        assertThat(changed.lock().isLocked()).isTrue();
        log.add("looks at " + value[0]);
        return value[0] == 2;
      })));
      for (int i = 1; i <= 2; i++) {
        letOthersRun();
        changed.with(() -> {
          value[0]++;
          changed.signalAll();
        });
      }
      waiting.await();
      assertThat(log).containsExactly("looks at 0", "looks at 1", "looks at 2");
    });
  }

  @Test
  void awaitUntil_predicateFails_isThrownWithTheLockHeld() {
    run(() -> {
      IllegalStateException failure = new IllegalStateException("failed");
      changed.lock().acquire();
      assertThatIllegalStateException().isThrownBy(() -> changed.awaitUntil(() -> {
        throw failure;
      })).isSameAs(failure);
      assertThat(changed.lock().isLocked()).isTrue();
      changed.lock().release();
    });
  }

  /** It has the lock again when the cancellation is thrown, however long that takes, and however often it is cancelled. */
  @Test
  void await_cancelledWhileAnotherHoldsTheLock_throwsOnceItHasTheLockAgain() {
    run(() -> {
      Task<?> waiting = Async.createTask(() -> changed.with(() -> {
        try {
          changed.await();
        } catch (CancelledError cancelled) {
          assertThat(changed.lock().isLocked()).isTrue();
          log.add("cancelled at " + elapsed());
          throw cancelled;
        }
      }));
      letOthersRun();
      changed.lock().acquire();
      waiting.cancel("first");
      Async.sleep(SECOND);
      waiting.cancel("second");
      Async.sleep(SECOND);
      changed.lock().release();
      Async.awaitAll(List.of(waiting));
      assertThat(log).containsExactly("cancelled at PT2S");
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(changed.lock().isLocked()).isFalse();
    });
  }

  @Test
  void await_cancelledAfterASignal_handsTheSignalOn() {
    run(() -> {
      List<Task<?>> tasks = waiters("a", "b");
      changed.with(() -> {
        changed.signal();
        tasks.get(0).cancel();
      });
      Async.awaitAll(List.of(tasks.get(1)));
      assertThat(tasks.get(0).isCancelled()).isTrue();
      assertThat(log).containsExactly("b");
    });
  }

  @Test
  void conditions_onOneLock_wakeTheirOwnWaiters() {
    run(() -> {
      AsyncLock lock = new AsyncLock();
      AsyncCondition full = new AsyncCondition(lock);
      AsyncCondition empty = new AsyncCondition(lock);
      Task<?> one = Async.createTask(() -> full.with(() -> full.await()));
      Task<?> two = Async.createTask(() -> empty.with(() -> empty.await()));
      letOthersRun();
      full.with(() -> empty.signalAll());
      two.await();
      assertThat(one.isDone()).isFalse();
      lock.with(() -> full.signalAll());
      one.await();
    });
  }

  @Test
  void use_withoutTheLock_refusedAndNothingChanges() {
    run(() -> {
      assertThatIllegalStateException().isThrownBy(changed::await).withMessageContaining("nobody holds its lock");
      assertThatIllegalStateException().isThrownBy(changed::signal).withMessageContaining("nobody holds its lock");
      assertThatIllegalStateException().isThrownBy(changed::signalAll);
      assertThatIllegalStateException().isThrownBy(() -> changed.awaitUntil(() -> false));
      changed.awaitUntil(() -> true);
      assertThatIllegalArgumentException().isThrownBy(() -> changed.signal(-1)).withMessageContaining("count: -1");
      assertThat(changed).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
    });
  }
}
