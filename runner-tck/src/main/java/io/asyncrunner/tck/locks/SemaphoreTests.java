package io.asyncrunner.tck.locks;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code SemaphoreTests} of {@code test_locks.py}. */
public abstract class SemaphoreTests extends PortedTests {
  private final List<Integer> result = new ArrayList<>();
  private @Nullable Task<?> made;

  protected SemaphoreTests(LoopSource source) {
    super(source);
  }

  private Task<Boolean> acquireAndAdd(AsyncSemaphore semaphore, int number) {
    return Async.createTask(() -> {
      semaphore.acquire();
      result.add(number);
      return true;
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_initial_value_zero")
  void test_initial_value_zero() {
    assertThat(new AsyncSemaphore(0).isLocked()).isTrue();
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_repr")
  void test_repr() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    run(() -> {
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=1, waiters=0]");

      semaphore.acquire();
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=0]");

      acquireAndAdd(semaphore, 1);
      Async.sleep(ZERO);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=1]");

      acquireAndAdd(semaphore, 2);
      Async.sleep(ZERO);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=2]");
    });
    assertThat(new BoundedAsyncSemaphore(2)).hasToString("BoundedAsyncSemaphore[permits=2, waiters=0]");
  }

  /** There is no default: a semaphore is made with its number of permits. */
  @Test
  @Conformance("test_locks.SemaphoreTests.test_semaphore")
  void test_semaphore() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);

    assertThat(semaphore).hasToString("AsyncSemaphore[permits=1, waiters=0]");
    assertThat(semaphore.isLocked()).isFalse();
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_semaphore_value")
  void test_semaphore_value() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncSemaphore(-1))
        .withMessage("permits: -1 (expected at least 0)");
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire")
  void test_acquire() {
    AsyncSemaphore semaphore = new AsyncSemaphore(3);
    run(() -> {
      semaphore.acquire();
      semaphore.acquire();
      assertThat(semaphore.isLocked()).isFalse();
      Task<Boolean> first = acquireAndAdd(semaphore, 1);
      Task<Boolean> second = acquireAndAdd(semaphore, 2);
      Task<Boolean> third = acquireAndAdd(semaphore, 3);
      Async.sleep(ZERO);
      assertThat(result).containsExactly(1);
      assertThat(semaphore.isLocked()).isTrue();
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=2]");

      Task<Boolean> fourth = acquireAndAdd(semaphore, 4);
      semaphore.release();
      semaphore.release();
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=2]");
      Async.sleep(ZERO);

      assertThat(result).as("those who came first").containsExactly(1, 2, 3);
      assertThat(semaphore.isLocked()).isTrue();
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=1]");
      assertThat(List.of(first, second, third)).allMatch(Task::isDone).allMatch(Task::result);
      assertThat(fourth.isDone()).isFalse();

      semaphore.release();
      assertThat(Async.gather(List.of(second, third, fourth))).containsExactly(true, true, true);
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_cancel")
  void test_acquire_cancel() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    run(() -> {
      semaphore.acquire();
      Task<?> acquiring = acquireAndAdd(semaphore, 1);
      EventLoop.running().callSoon(acquiring::cancel);

      assertThatExceptionOfType(CancelledError.class).isThrownBy(acquiring::await);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=0]");
      assertThat(result).isEmpty();
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_cancel_before_awoken")
  void test_acquire_cancel_before_awoken() {
    AsyncSemaphore semaphore = new AsyncSemaphore(0);
    run(() -> {
      Task<?> first = acquireAndAdd(semaphore, 1);
      Task<?> second = acquireAndAdd(semaphore, 2);
      Task<?> third = acquireAndAdd(semaphore, 3);
      Task<?> fourth = acquireAndAdd(semaphore, 4);
      Async.sleep(ZERO);

      first.cancel();
      second.cancel();
      semaphore.release();
      Async.sleep(ZERO);
      Async.sleep(ZERO);

      assertThat(result).containsExactly(3);
      assertThat(third.isDone()).isTrue();
      assertThat(fourth.isDone()).isFalse();
      assertThat(List.of(first, second)).allMatch(Task::isCancelled);
      fourth.cancel();
      Async.sleep(ZERO);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_hang")
  void test_acquire_hang() {
    AsyncSemaphore semaphore = new AsyncSemaphore(0);
    run(() -> {
      Task<?> first = acquireAndAdd(semaphore, 1);
      Task<?> second = acquireAndAdd(semaphore, 2);
      Async.sleep(ZERO);

      first.cancel();
      semaphore.release();
      Async.sleep(ZERO);
      Async.sleep(ZERO);

      assertThat(semaphore.isLocked()).isTrue();
      assertThat(second.isDone()).isTrue();
      assertThat(result).containsExactly(2);
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_no_hang")
  void test_acquire_no_hang() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    run(() -> {
      Task<?>[] second = new Task<?>[1];
      Task<?> first = Async.createTask(() -> {
        semaphore.with(() -> Async.sleep(ZERO));
        second[0].cancel();
      });
      second[0] = Async.createTask(() -> semaphore.with(() -> {
        result.add(2);
      }));

      List<Outcome<Object>> outcomes = Async.gatherOutcomes(List.of(first, second[0]));
      assertThat(outcomes.get(0)).isEqualTo(new Outcome.Success<@Nullable Object>(null));
      assertThat(outcomes.get(1)).isInstanceOf(Outcome.Cancelled.class);
      assertThat(result).isEmpty();

      Async.waitFor(Duration.ofSeconds(1), semaphore::acquire);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_release_not_acquired")
  void test_release_not_acquired() {
    BoundedAsyncSemaphore semaphore = new BoundedAsyncSemaphore(1);

    assertThatIllegalStateException().isThrownBy(semaphore::release).withMessageContaining("all of its 1 permits");
    assertThat(semaphore).hasToString("BoundedAsyncSemaphore[permits=1, waiters=0]");
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_release_no_waiters")
  void test_release_no_waiters() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    run(() -> {
      semaphore.acquire();
      assertThat(semaphore.isLocked()).isTrue();

      semaphore.release();

      assertThat(semaphore.isLocked()).isFalse();
    });
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_fifo_order")
  void test_acquire_fifo_order() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    List<String> order = new ArrayList<>();
    run(() -> {
      TaskGroup.run(group -> {
        for (String name : List.of("c1", "c2", "c3")) {
          group.createTask(() -> {
            for (int round = 1; round <= 2; round++) {
              semaphore.acquire();
              order.add(name + "_" + round);
              Async.sleep(Duration.ofMillis(10));
              semaphore.release();
            }
          });
        }
      });
    });

    assertThat(order).containsExactly("c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2");
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_fifo_order_2")
  void test_acquire_fifo_order_2() {
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    run(() -> {
      Task<?> first = acquireAndAdd(semaphore, 1);
      Task<?> second = Async.createTask(() -> {
        semaphore.acquire();
        result.add(2);
        semaphore.release();
        semaphore.acquire();
        result.add(4);
      });
      Task<?> third = acquireAndAdd(semaphore, 3);
      Async.sleep(ZERO);

      semaphore.release();
      semaphore.release();
      Async.awaitAll(List.of(first, second, third));
    });

    assertThat(result).containsExactly(1, 2, 3, 4);
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_fifo_order_3")
  void test_acquire_fifo_order_3() {
    AsyncSemaphore semaphore = new AsyncSemaphore(0);
    run(() -> {
      Task<?> first = acquireAndAdd(semaphore, 1);
      Task<?> second = acquireAndAdd(semaphore, 2);
      Task<?> third = acquireAndAdd(semaphore, 3);
      Async.sleep(ZERO);

      first.cancel();
      Async.sleep(ZERO);
      semaphore.release();
      semaphore.release();
      Async.awaitAll(List.of(first, second, third));

      assertThat(first.isCancelled()).isTrue();
    });
    assertThat(result).containsExactly(2, 3);
  }

  @Test
  @Conformance("test_locks.SemaphoreTests.test_acquire_fifo_order_4")
  void test_acquire_fifo_order_4() {
    AsyncSemaphore semaphore = new AsyncSemaphore(0);
    run(() -> {
      Task<?> first = Async.createTask(() -> {
        assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=0]");
        semaphore.acquire();
        assertThat(semaphore).as("when all have been woken").hasToString("AsyncSemaphore[permits=0, waiters=2]");
        made = Async.createTask(() -> {
          result.add(4);
        });
        result.add(1);
      });
      Task<?> second = Async.createTask(() -> {
        semaphore.release();
        semaphore.release();
        semaphore.release();
        assertThat(semaphore).hasToString("AsyncSemaphore[permits=2, waiters=1]");
        assertThat(semaphore.isLocked()).as("while the first is not awake").isTrue();
        semaphore.acquire();
        result.add(2);
      });
      Task<?> third = Async.createTask(() -> {
        semaphore.acquire();
        assertThat(semaphore.isLocked()).isTrue();
        result.add(3);
      });

      Async.sleep(ZERO);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=2, waiters=3]");
      Async.sleep(ZERO);
      assertThat(made).isNotNull();
      Async.gather(List.of(first, second, third, made));
    });
    assertThat(result).containsExactly(1, 2, 3, 4);
  }
}
