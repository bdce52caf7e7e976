package io.asyncrunner.tck.locks;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code LockTests} of {@code test_locks.py}. */
public abstract class LockTests extends PortedTests {
  private final AsyncLock lock = new AsyncLock();
  private final List<Integer> result = new ArrayList<>();
  private int calls;

  protected LockTests(LoopSource source) {
    super(source);
  }

  private Task<Boolean> acquireAndAdd(int number) {
    return Async.createTask(() -> {
      calls++;
      lock.acquire();
      result.add(number);
      return true;
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_repr")
  void test_repr() {
    run(() -> {
      assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");

      lock.acquire();

      assertThat(lock).hasToString("AsyncLock[locked, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_acquire")
  void test_acquire() {
    run(() -> {
      lock.acquire();
      Task<Boolean> first = acquireAndAdd(1);
      Task<Boolean> second = acquireAndAdd(2);
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      lock.release();
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);

      Task<Boolean> third = acquireAndAdd(3);
      lock.release();
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1, 2);

      lock.release();
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1, 2, 3);
      assertThat(List.of(first, second, third)).allMatch(Task::isDone).allMatch(Task::result);
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_acquire_cancel")
  void test_acquire_cancel() {
    run(() -> {
      lock.acquire();
      Task<?> task = Async.createTask(lock::acquire);
      EventLoop.running().callSoon(task::cancel);

      assertThatExceptionOfType(CancelledError.class).isThrownBy(task::await);
      assertThat(lock).hasToString("AsyncLock[locked, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_cancel_race")
  void test_cancel_race() {
    run(() -> {
      CompletableAsyncFuture<@Nullable Void> blocker = EventLoop.running().createFuture();
      Task<?> holder = Async.createTask(() -> lock.with(() -> {
        blocker.await();
      }));
      Async.sleep(ZERO);
      assertThat(lock.isLocked()).isTrue();
      Task<?> first = Async.createTask(() -> lock.with(() -> {}));
      Async.sleep(ZERO);
      assertThat(lock).hasToString("AsyncLock[locked, waiters=1]");
      Task<?> second = Async.createTask(() -> lock.with(() -> {}));
      Async.sleep(ZERO);
      assertThat(lock).hasToString("AsyncLock[locked, waiters=2]");

      blocker.setResult(null);
      first.cancel();
      assertThat(lock).as("with a waiter that is cancelled, but there").hasToString("AsyncLock[locked, waiters=2]");
      Async.sleep(ZERO);

      assertThat(lock.isLocked()).isFalse();
      assertThat(holder.isDone()).isTrue();
      assertThat(first.isCancelled()).isTrue();
      second.await();
      assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_cancel_release_race")
  void test_cancel_release_race() {
    run(() -> {
      lock.acquire();
      Task<?> first = acquireAndAdd(1);
      Task<?> second = acquireAndAdd(2);
      Task<?> third = acquireAndAdd(3);
      Async.sleep(ZERO);

      EventLoop.running().callSoon(() -> {
        first.cancel();
        lock.release();
      });
      assertThatExceptionOfType(CancelledError.class).isThrownBy(first::await);

      assertThat(result).containsExactly(2);
      assertThat(calls).isEqualTo(3);
      assertThat(first.isCancelled()).isTrue();
      assertThat(second.isDone()).isTrue();
      third.cancel();
      Async.sleep(ZERO);
      assertThat(third.isCancelled()).isTrue();
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_finished_waiter_cancelled")
  void test_finished_waiter_cancelled() {
    run(() -> {
      lock.acquire();
      assertThat(lock.isLocked()).isTrue();
      Task<?> first = Async.createTask(lock::acquire);
      Async.sleep(ZERO);
      assertThat(lock).hasToString("AsyncLock[locked, waiters=1]");

      Task<?> second = Async.createTask(lock::acquire);
      first.cancel();
      lock.release();
      Async.sleep(ZERO);

      assertThat(lock.isLocked()).isTrue();
      assertThat(first.isCancelled()).isTrue();
      second.await();
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_release_not_acquired")
  void test_release_not_acquired() {
    run(() -> {
      assertThatIllegalStateException().isThrownBy(lock::release).withMessageContaining("nobody holds it");
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_release_no_waiters")
  void test_release_no_waiters() {
    run(() -> {
      lock.acquire();
      assertThat(lock.isLocked()).isTrue();

      lock.release();

      assertThat(lock.isLocked()).isFalse();
    });
  }

  @Test
  @Conformance("test_locks.LockTests.test_context_manager")
  void test_context_manager() {
    run(() -> {
      assertThat(lock.isLocked()).isFalse();

      boolean inside = lock.with(lock::isLocked);

      assertThat(inside).isTrue();
      assertThat(lock.isLocked()).isFalse();
    });
  }
}
