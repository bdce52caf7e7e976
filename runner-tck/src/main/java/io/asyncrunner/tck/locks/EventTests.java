package io.asyncrunner.tck.locks;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code EventTests} of {@code test_locks.py}. */
public abstract class EventTests extends PortedTests {
  private final AsyncEvent event = new AsyncEvent();
  private final List<Integer> result = new ArrayList<>();

  protected EventTests(LoopSource source) {
    super(source);
  }

  private Task<?> awaitAndAdd(int number) {
    return Async.createTask(() -> {
      event.await();
      result.add(number);
    });
  }

  @Test
  @Conformance("test_locks.EventTests.test_repr")
  void test_repr() {
    run(() -> {
      assertThat(event).hasToString("AsyncEvent[not set, waiters=0]");

      Async.createTask(event::await);
      Async.sleep(ZERO);
      assertThat(event).hasToString("AsyncEvent[not set, waiters=1]");

      event.set();
      assertThat(event).hasToString("AsyncEvent[set, waiters=1]");
      Async.sleep(ZERO);
      assertThat(event).hasToString("AsyncEvent[set, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.EventTests.test_wait")
  void test_wait() {
    run(() -> {
      assertThat(event.isSet()).isFalse();
      Task<?> first = awaitAndAdd(1);
      Task<?> second = awaitAndAdd(2);
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      Task<?> third = awaitAndAdd(3);
      event.set();
      Async.sleep(ZERO);

      assertThat(result).as("the third never suspends").containsExactly(3, 1, 2);
      assertThat(List.of(first, second, third)).allMatch(Task::isDone).allSatisfy(task -> {
        assertThat(task.result()).isNull();
      });
    });
  }

  @Test
  @Conformance("test_locks.EventTests.test_wait_on_set")
  void test_wait_on_set() {
    run(() -> {
      event.set();
      EventLoop.running().callSoon(() -> result.add(1));

      event.await();

      assertThat(result).as("what a turn of the loop would have done").isEmpty();
    });
  }

  @Test
  @Conformance("test_locks.EventTests.test_wait_cancel")
  void test_wait_cancel() {
    run(() -> {
      Task<?> waiting = Async.createTask(event::await);
      EventLoop.running().callSoon(waiting::cancel);

      assertThatExceptionOfType(CancelledError.class).isThrownBy(waiting::await);
      assertThat(event).hasToString("AsyncEvent[not set, waiters=0]");
    });
  }

  @Test
  @Conformance("test_locks.EventTests.test_clear")
  void test_clear() {
    run(() -> {
      assertThat(event.isSet()).isFalse();

      event.set();
      assertThat(event.isSet()).isTrue();

      event.clear();
      assertThat(event.isSet()).isFalse();
    });
  }

  @Test
  @Conformance("test_locks.EventTests.test_clear_with_waiters")
  void test_clear_with_waiters() {
    run(() -> {
      Task<?> task = awaitAndAdd(1);
      Async.sleep(ZERO);
      assertThat(result).isEmpty();

      event.set();
      event.clear();
      assertThat(event.isSet()).isFalse();
      event.set();
      event.set();
      assertThat(event).hasToString("AsyncEvent[set, waiters=1]");
      Async.sleep(ZERO);

      assertThat(result).containsExactly(1);
      assertThat(event).hasToString("AsyncEvent[set, waiters=0]");
      assertThat(task.isDone()).isTrue();
      assertThat(task.result()).isNull();
    });
  }
}
