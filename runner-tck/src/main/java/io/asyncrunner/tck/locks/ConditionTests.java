package io.asyncrunner.tck.locks;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code ConditionTests} of {@code test_locks.py}. */
public abstract class ConditionTests extends PortedTests {
  private final AsyncCondition condition = new AsyncCondition();
  private final AsyncLock lock = condition.lock();
  private final List<Integer> result = new ArrayList<>();
  private boolean ready;
  private int items;
  private @Nullable CancelledError caught;

  protected ConditionTests(LoopSource source) {
    super(source);
  }

  /** Waits, and leaves the lock taken. */
  private Task<Boolean> awaitAndKeepTheLock(int number) {
    return Async.createTask(() -> {
      lock.acquire();
      condition.await();
      result.add(number);
      return true;
    });
  }

  /** Waits, and gives the lock back. */
  private Task<Boolean> awaitAndAdd(int number) {
    return Async.createTask(() -> condition.with(() -> {
      condition.await();
      result.add(number);
      return true;
    }));
  }

  private static void assertThatAllReturnedTrue(List<Task<Boolean>> tasks) {
    assertThat(tasks).allMatch(Task::isDone).allMatch(Task::result);
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_wait")
  void test_wait() {
    run(() -> {
      List<Task<Boolean>> tasks = List.of(awaitAndKeepTheLock(1), awaitAndKeepTheLock(2), awaitAndKeepTheLock(3));
      Async.sleep(ZERO);
      assertThat(result).isEmpty();
      assertThat(lock.isLocked()).isFalse();

      lock.acquire();
      condition.signal();
      Async.sleep(ZERO);
      assertThat(result).isEmpty();
      assertThat(lock.isLocked()).isTrue();

      lock.release();
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);
      assertThat(lock.isLocked()).isTrue();

      condition.signal(2);
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);
      assertThat(lock.isLocked()).isTrue();

      lock.release();
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1, 2);
      assertThat(lock.isLocked()).isTrue();

      lock.release();
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1, 2, 3);
      assertThat(lock.isLocked()).isTrue();
      assertThatAllReturnedTrue(tasks);
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_wait_cancel")
  void test_wait_cancel() {
    run(() -> {
      lock.acquire();
      Task<?> waiting = Async.createTask(condition::await);
      EventLoop.running().callSoon(waiting::cancel);

      assertThatExceptionOfType(CancelledError.class).isThrownBy(waiting::await);
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[locked, waiters=0], waiters=0]");
    });
  }

  /** The signal came first, but it has to wait for the lock, where the cancellation finds it. */
  @Test
  @Conformance("test_locks.ConditionTests.test_wait_cancel_contested")
  void test_wait_cancel_contested() {
    run(() -> {
      lock.acquire();
      assertThat(lock.isLocked()).isTrue();
      Task<?> waiting = Async.createTask(condition::await);
      Async.sleep(ZERO);
      assertThat(lock.isLocked()).isFalse();

      lock.acquire();
      assertThat(lock.isLocked()).isTrue();
      condition.signal();
      EventLoop.running().callSoon(waiting::cancel);
      EventLoop.running().callSoon(lock::release);
      assertThatExceptionOfType(CancelledError.class).isThrownBy(waiting::await);

      assertThat(condition).hasToString("AsyncCondition[AsyncLock[locked, waiters=0], waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_wait_cancel_after_notify")
  void test_wait_cancel_after_notify() {
    run(() -> {
      Task<?> waiting = Async.createTask(() -> condition.with(() -> {
        result.add(1);
        condition.await();
        result.add(2);
      }));
      Async.sleep(ZERO);

      lock.acquire();
      condition.signal();
      Async.sleep(ZERO); // it waits for the lock
      waiting.cancel();
      Async.sleep(ZERO); // it is told
      assertThat(waiting.isDone()).as("ended without the lock").isFalse();
      lock.release();
      Async.sleep(ZERO);

      assertThat(waiting.isCancelled()).isTrue();
      assertThat(result).containsExactly(1);
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_wait_unacquired")
  void test_wait_unacquired() {
    run(() -> {
      assertThatIllegalStateException().isThrownBy(condition::await).withMessageContaining("nobody holds its lock");
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_wait_for")
  void test_wait_for() {
    run(() -> {
      Task<Boolean> task = Async.createTask(() -> condition.with(() -> {
        condition.awaitUntil(() -> ready);
        result.add(1);
        return true;
      }));
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      condition.with(() -> condition.signal());
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      ready = true;
      condition.with(() -> condition.signal());
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);
      assertThatAllReturnedTrue(List.of(task));
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_wait_for_unacquired")
  void test_wait_for_unacquired() {
    run(() -> {
      condition.awaitUntil(() -> true);

      assertThatIllegalStateException().isThrownBy(() -> condition.awaitUntil(() -> false))
          .withMessageContaining("nobody holds its lock");
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_notify")
  void test_notify() {
    run(() -> {
      List<Task<Boolean>> tasks = List.of(awaitAndAdd(1), awaitAndAdd(2), awaitAndAdd(3));
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      condition.with(() -> condition.signal(1));
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);

      condition.with(() -> {
        condition.signal(1);
        condition.signal(2048);
      });
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1, 2, 3);
      assertThatAllReturnedTrue(tasks);
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_notify_all")
  void test_notify_all() {
    run(() -> {
      List<Task<Boolean>> tasks = List.of(awaitAndAdd(1), awaitAndAdd(2));
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      condition.with(condition::signalAll);
      Async.sleep(ZERO);

      assertThat(result).containsExactly(1, 2);
      assertThatAllReturnedTrue(tasks);
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_notify_unacquired")
  void test_notify_unacquired() {
    assertThatIllegalStateException().isThrownBy(() -> condition.signal())
        .withMessageContaining("nobody holds its lock");
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_notify_all_unacquired")
  void test_notify_all_unacquired() {
    assertThatIllegalStateException().isThrownBy(condition::signalAll).withMessageContaining("nobody holds its lock");
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_repr")
  void test_repr() {
    run(() -> {
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");

      lock.acquire();
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[locked, waiters=0], waiters=0]");
      lock.release();

      awaitAndAdd(1);
      Async.sleep(ZERO);
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=1]");

      awaitAndAdd(2);
      Async.sleep(ZERO);
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=2]");
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_context_manager")
  void test_context_manager() {
    run(() -> {
      assertThat(lock.isLocked()).isFalse();

      boolean inside = condition.with(lock::isLocked);

      assertThat(inside).isTrue();
      assertThat(lock.isLocked()).isFalse();
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_explicit_lock")
  void test_explicit_lock() {
    run(() -> {
      assertThatTheyAreOne(new AsyncLock(), null);
      AsyncLock shared = new AsyncLock();
      assertThatTheyAreOne(shared, new AsyncCondition(shared));
      assertThatTheyAreOne(lock, condition);
    });
  }

  private static void assertThatTheyAreOne(AsyncLock lock, @Nullable AsyncCondition given) {
    AsyncCondition condition = given == null ? new AsyncCondition(lock) : given;
    assertThat(condition.lock()).isSameAs(lock);
    assertThat(lock.isLocked()).isFalse();

    boolean insideTheCondition = condition.with(lock::isLocked);
    assertThat(insideTheCondition).isTrue();
    assertThat(lock.isLocked()).isFalse();

    String insideTheLock = lock.with(condition::toString);
    assertThat(insideTheLock).isEqualTo("AsyncCondition[AsyncLock[locked, waiters=0], waiters=0]");
    assertThat(lock.isLocked()).isFalse();
    assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
  }

  /** It is refused from the first use on, not only where it would have to wait. */
  @Test
  @Conformance("test_locks.ConditionTests.test_ambiguous_loops")
  void test_ambiguous_loops() {
    AsyncCondition onAFreeLock = new AsyncCondition(new AsyncLock());
    try (Runner other = builder().build()) {
      other.run(() -> condition.with(() -> condition.signal()));
      other.run(() -> onAFreeLock.with(() -> onAFreeLock.signal()));
      run(() -> {
        assertThatIllegalStateException().isThrownBy(lock::acquire)
            .withMessageContainingAll("AsyncLock.acquire", "which has used it before", "one for each loop");
        assertThatIllegalStateException().isThrownBy(condition::await)
            .withMessageContainingAll("AsyncCondition.await", "which has used it before", "one for each loop");
        assertThatIllegalStateException().isThrownBy(() -> onAFreeLock.with(() -> {}))
            .withMessageContainingAll("AsyncCondition.with", "which has used it before", "one for each loop");
      });
      other.run(() -> {
        assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
      });
    }
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_timeout_in_block")
  void test_timeout_in_block() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      long start = loop.time();
      condition.with(() -> {
        assertThatExceptionOfType(DeadlineExceededException.class)
            .isThrownBy(() -> Async.waitFor(Duration.ofMillis(500), condition::await));
        assertThat(lock.isLocked()).isTrue();
      });

      assertThat(elapsed(loop, start)).isEqualTo(Duration.ofMillis(500));
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
    });
  }

  /** Waits until ready; keeps the cancellation that comes instead, and lets it go on. */
  private Task<?> awaitAndKeepTheCancellation() {
    return Async.createTask(() -> condition.with(() -> {
      try {
        condition.awaitUntil(() -> ready);
      } catch (CancelledError error) {
        caught = error;
        throw error;
      }
    }));
  }

  private void assertThatTheCancellationComesOut(Task<?> task) {
    CancelledError error = catchThrowableOfType(CancelledError.class, task::await);
    assertThat(error).isNotNull().isSameAs(caught);
    assertThat(error.reason()).isEqualTo("foo");
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_cancelled_error_wakeup")
  void test_cancelled_error_wakeup() {
    run(() -> {
      Task<?> task = awaitAndKeepTheCancellation();
      Async.sleep(ZERO);
      task.cancel("foo");

      assertThatTheCancellationComesOut(task);
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_cancelled_error_re_aquire")
  void test_cancelled_error_re_aquire() {
    run(() -> {
      Task<?> task = awaitAndKeepTheCancellation();
      Async.sleep(ZERO);
      lock.acquire();
      ready = true;
      condition.signal();
      Async.sleep(ZERO); // it waits for the lock
      task.cancel("foo");
      lock.release();

      assertThatTheCancellationComesOut(task);
    });
  }

  /** Takes items until there are less than none. */
  private Task<?> consumer() {
    return Async.createTask(() -> condition.with(() -> {
      for (;;) {
        condition.awaitUntil(() -> items != 0);
        if (items < 0) {
          return;
        }
        items--;
      }
    }));
  }

  private void assertThatAnotherTakesTheItem(Task<?> cancelled, Task<?> other) {
    cancelled.cancel();
    assertThatExceptionOfType(DeadlineExceededException.class).as("consumers do not signal").isThrownBy(() -> {
      Async.timeout(Duration.ofMillis(10), () -> condition.awaitUntil(() -> items == 0));
    });
    assertThat(items).isZero();
    assertThat(cancelled.isCancelled()).isTrue();
    assertThat(other.isDone()).isFalse();

    items = -1;
    condition.signalAll();
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_cancelled_wakeup")
  void test_cancelled_wakeup() {
    run(() -> {
      Task<?> first = consumer();
      Task<?> second = consumer();
      Async.sleep(ZERO);
      condition.with(() -> {
        items++;
        condition.signal();
        assertThatAnotherTakesTheItem(first, second);
      });
      second.await();
    });
  }

  @Test
  @Conformance("test_locks.ConditionTests.test_cancelled_wakeup_relock")
  void test_cancelled_wakeup_relock() {
    run(() -> {
      Task<?> first = consumer();
      Task<?> second = consumer();
      Async.sleep(ZERO);
      condition.with(() -> {
        items++;
        condition.signal();
        Async.sleep(ZERO); // the first waits for the lock
        assertThatAnotherTakesTheItem(first, second);
      });
      second.await();
    });
  }
}
