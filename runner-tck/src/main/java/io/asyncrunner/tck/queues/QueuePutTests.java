package io.asyncrunner.tck.queues;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.QueueFullException;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code QueuePutTests} of {@code test_queues.py}. */
public abstract class QueuePutTests extends PortedTests {
  private boolean finished;

  protected QueuePutTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_blocking_put")
  void test_blocking_put() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    run(() -> {
      EventLoop.running().callSoon(() -> finished = true);
      queue.put(1);
      assertThat(finished).as("the loop had a turn").isFalse();

      assertThat(queue.get()).isEqualTo(1);
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_blocking_put_wait")
  void test_blocking_put_wait() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    AsyncEvent started = new AsyncEvent();
    run(() -> {
      EventLoop loop = EventLoop.running();
      long start = loop.time();
      loop.callLater(Duration.ofMillis(10), queue::getNoWait);
      Task<?> putter = Async.createTask(() -> {
        started.set();
        queue.put(1);
        queue.put(2);
        finished = true;
      });
      started.await();
      assertThat(finished).isFalse();

      putter.await();
      assertThat(finished).isTrue();
      assertThat(elapsed(loop, start)).isEqualTo(Duration.ofMillis(10));
      assertThat(queue.getNoWait()).isEqualTo(2);
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_nonblocking_put")
  void test_nonblocking_put() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    queue.putNoWait(1);

    assertThat(queue.getNoWait()).isEqualTo(1);
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_get_cancel_drop_one_pending_reader")
  void test_get_cancel_drop_one_pending_reader() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    run(() -> {
      Task<Integer> reader = Async.createTask(queue::get);
      Async.sleep(ZERO);
      queue.putNoWait(1);
      queue.putNoWait(2);
      reader.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(reader::await);

      Task<Integer> next = Async.createTask(queue::get);
      assertThat(next.await()).as("the first item, not lost").isEqualTo(1);
      assertThat(queue.getNoWait()).isEqualTo(2);
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_get_cancel_drop_many_pending_readers")
  void test_get_cancel_drop_many_pending_readers() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    run(() -> {
      List<Integer> read = TaskGroup.call(group -> {
        Task<Integer> first = group.createTask(queue::get);
        Task<Integer> second = group.createTask(queue::get);
        Task<Integer> third = group.createTask(queue::get);
        Async.sleep(ZERO);
        queue.putNoWait(1);
        queue.putNoWait(2);
        first.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(first::await);
        return List.of(third.await(), second.await());
      });

      assertThat(read).containsExactlyInAnyOrder(1, 2);
      assertThat(queue).hasToString("AsyncQueue[size=0, getters=0, putters=0, unfinished=2]");
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_put_cancel_drop")
  void test_put_cancel_drop() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    run(() -> {
      queue.putNoWait(1);
      Task<?> writer = Async.createTask(() -> queue.put(2));
      Async.sleep(ZERO);
      assertThat(queue.getNoWait()).isEqualTo(1);

      writer.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(writer::await);
      Async.createTask(() -> queue.put(2)).await();

      assertThat(queue.getNoWait()).isEqualTo(2);
      assertThat(queue.size()).isZero();
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_nonblocking_put_exception")
  void test_nonblocking_put_exception() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    queue.putNoWait(1);

    assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> queue.putNoWait(2))
        .withMessageEndingWith("is full");
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_put_cancelled")
  void test_put_cancelled() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    run(() -> {
      Task<Boolean> putter = Async.createTask(() -> {
        queue.put(1);
        return true;
      });

      assertThat(queue.get()).isEqualTo(1);
      assertThat(putter.isDone()).isTrue();
      assertThat(putter.result()).isTrue();
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_put_cancelled_race")
  void test_put_cancelled_race() {
    AsyncQueue<String> queue = new AsyncQueue<>(1);
    run(() -> {
      Task<?> first = Async.createTask(() -> queue.put("a"));
      Task<?> second = Async.createTask(() -> queue.put("b"));
      Task<?> third = Async.createTask(() -> queue.put("X"));
      Async.sleep(ZERO);
      assertThat(first.isDone()).isTrue();
      assertThat(second.isDone()).isFalse();

      third.cancel();
      Async.sleep(ZERO);
      assertThat(third.isCancelled()).isTrue();
      assertThat(queue.getNoWait()).isEqualTo("a");
      Async.sleep(ZERO);
      assertThat(queue.getNoWait()).isEqualTo("b");
      second.await();
      assertThat(queue.isEmpty()).isTrue();
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_put_with_waiting_getters")
  void test_put_with_waiting_getters() {
    AsyncQueue<String> queue = new AsyncQueue<>();
    run(() -> {
      Task<String> getter = Async.createTask(queue::get);
      Async.sleep(ZERO);
      queue.put("a");

      assertThat(getter.await()).isEqualTo("a");
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_why_are_putters_waiting")
  void test_why_are_putters_waiting() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(2);
    List<Integer> got = new ArrayList<>();
    run(() -> {
      TaskGroup.run(group -> {
        group.createTask(() -> {
          Async.sleep(ZERO);
          int size = queue.size();
          for (int i = 0; i < size; i++) {
            got.add(queue.getNoWait());
          }
        });
        for (int item = 0; item < 4; item++) {
          int put = item;
          group.createTask(() -> queue.put(put));
        }
      });

      assertThat(got).containsExactly(0, 1);
      assertThat(List.of(queue.getNoWait(), queue.getNoWait())).containsExactly(2, 3);
      assertThat(queue.isEmpty()).isTrue();
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters")
  void test_cancelled_puts_not_being_held_in_self_putters() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    run(() -> {
      queue.putNoWait(1);
      Task<?> putter = Async.createTask(() -> queue.put(1));
      Async.sleep(ZERO);
      assertThat(queue).hasToString("AsyncQueue[size=1 of 1, getters=0, putters=1, unfinished=1]");

      putter.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(putter::await);
      assertThat(queue).hasToString("AsyncQueue[size=1 of 1, getters=0, putters=0, unfinished=1]");
    });
  }

  @Test
  @Conformance("test_queues.QueuePutTests.test_cancelled_put_silence_value_error_exception")
  void test_cancelled_put_silence_value_error_exception() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    run(() -> {
      queue.putNoWait(1);
      Task<?> putter = Async.createTask(() -> queue.put(1));
      Async.sleep(ZERO);
      queue.getNoWait();
      assertThat(queue).as("with the putter woken")
          .hasToString("AsyncQueue[size=0 of 1, getters=0, putters=0, unfinished=1]");

      putter.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(putter::await);
      assertThat(putter.isCancelled()).isTrue();
      assertThat(queue.isEmpty()).isTrue();
    });
  }
}
