package io.asyncrunner.tck.queues;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.QueueEmptyException;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code QueueGetTests} of {@code test_queues.py}. */
public abstract class QueueGetTests extends PortedTests {
  private boolean finished;

  protected QueueGetTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_blocking_get")
  void test_blocking_get() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    queue.putNoWait(1);

    int got = run(queue::get);

    assertThat(got).isEqualTo(1);
  }

  /** The waiter is that of a task that puts. */
  @Test
  @Conformance("test_queues.QueueGetTests.test_get_with_putters")
  void test_get_with_putters() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    run(() -> {
      queue.put(1);
      Task<?> putter = Async.createTask(() -> queue.put(2));
      Async.sleep(ZERO);
      assertThat(queue).hasToString("AsyncQueue[size=1 of 1, getters=0, putters=1, unfinished=1]");

      assertThat(queue.get()).isEqualTo(1);

      assertThat(queue).hasToString("AsyncQueue[size=0 of 1, getters=0, putters=0, unfinished=1]");
      Async.sleep(ZERO);
      assertThat(putter.isDone()).isTrue();
      assertThat(putter.result()).isNull();
      assertThat(queue.getNoWait()).isEqualTo(2);
    });
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_blocking_get_wait")
  void test_blocking_get_wait() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    AsyncEvent started = new AsyncEvent();
    run(() -> {
      EventLoop loop = EventLoop.running();
      Task<Integer> getter = Async.createTask(() -> {
        started.set();
        int got = queue.get();
        finished = true;
        return got;
      });
      started.await();
      assertThat(finished).isFalse();
      long start = loop.time();
      loop.callLater(Duration.ofMillis(10), () -> queue.putNoWait(1));

      assertThat(getter.await()).isEqualTo(1);
      assertThat(finished).isTrue();
      assertThat(elapsed(loop, start)).isEqualTo(Duration.ofMillis(10));
    });
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_nonblocking_get")
  void test_nonblocking_get() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    queue.putNoWait(1);

    assertThat(queue.getNoWait()).isEqualTo(1);
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_nonblocking_get_exception")
  void test_nonblocking_get_exception() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();

    assertThatExceptionOfType(QueueEmptyException.class).isThrownBy(queue::getNoWait).withMessageEndingWith("is empty");
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_get_cancelled_race")
  void test_get_cancelled_race() {
    AsyncQueue<String> queue = new AsyncQueue<>();
    run(() -> {
      Task<String> first = Async.createTask(queue::get);
      Task<String> second = Async.createTask(queue::get);
      Async.sleep(ZERO);

      first.cancel();
      Async.sleep(ZERO);
      assertThat(first.isDone()).isTrue();
      assertThat(first.isCancelled()).isTrue();
      queue.put("a");
      Async.sleep(ZERO);

      assertThat(second.isDone()).isTrue();
      assertThat(second.await()).isEqualTo("a");
    });
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_get_with_waiting_putters")
  void test_get_with_waiting_putters() {
    AsyncQueue<String> queue = new AsyncQueue<>(1);
    run(() -> {
      Async.createTask(() -> queue.put("a"));
      Async.createTask(() -> queue.put("b"));

      assertThat(queue.get()).isEqualTo("a");
      assertThat(queue.get()).isEqualTo("b");
    });
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_why_are_getters_waiting")
  void test_why_are_getters_waiting() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    List<Integer> got = new ArrayList<>();
    run(() -> {
      TaskGroup.run(group -> {
        group.createTask(() -> {
          for (int item = 0; item < 5; item++) {
            queue.put(item);
          }
        });
        group.createTask(() -> {
          for (int i = 0; i < 5; i++) {
            got.add(queue.get());
          }
        });
      });
    });

    assertThat(got).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  @Conformance("test_queues.QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters")
  void test_cancelled_getters_not_being_held_in_self_getters() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(5);
    run(() -> {
      assertThatExceptionOfType(DeadlineExceededException.class)
          .isThrownBy(() -> Async.waitFor(Duration.ofMillis(100), queue::get));

      assertThat(queue).hasToString("AsyncQueue[size=0 of 5, getters=0, putters=0, unfinished=0]");
    });
  }
}
