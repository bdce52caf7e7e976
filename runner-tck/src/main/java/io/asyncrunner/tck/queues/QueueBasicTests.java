package io.asyncrunner.tck.queues;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code QueueBasicTests} of {@code test_queues.py}. */
public abstract class QueueBasicTests extends PortedTests {
  protected QueueBasicTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_queues.QueueBasicTests.test_repr")
  void test_repr() {
    run(() -> {
      assertThat(new AsyncQueue<>()).hasToString("AsyncQueue[size=0, getters=0, putters=0, unfinished=0]");

      AsyncQueue<Integer> empty = new AsyncQueue<>();
      int got = TaskGroup.call(group -> {
        Task<Integer> getter = group.createTask(empty::get);
        Async.sleep(ZERO);
        assertThat(empty).hasToString("AsyncQueue[size=0, getters=1, putters=0, unfinished=0]");
        empty.putNoWait(0);
        return getter.await();
      });
      assertThat(got).isZero();

      AsyncQueue<Integer> full = new AsyncQueue<>(1);
      full.putNoWait(1);
      Task<?> putter = TaskGroup.call(group -> {
        Task<?> putting = group.createTask(() -> full.put(2));
        Async.sleep(ZERO);
        assertThat(full).hasToString("AsyncQueue[size=1 of 1, getters=0, putters=1, unfinished=1]");
        full.getNoWait();
        return putting;
      });
      assertThat(putter.isDone()).isTrue();

      AsyncQueue<Integer> ofOne = new AsyncQueue<>();
      ofOne.putNoWait(1);
      assertThat(ofOne).hasToString("AsyncQueue[size=1, getters=0, putters=0, unfinished=1]");
    });
  }

  /** There is one text only, which does not tell apart queues in the same state, and leaves the items out. */
  @Test
  @Conformance("test_queues.QueueBasicTests.test_str")
  void test_str() {
    AsyncQueue<String> one = new AsyncQueue<>(2);
    AsyncQueue<String> other = new AsyncQueue<>(2);
    run(() -> {
      one.put("item");
      other.put("another");

      assertThat(String.valueOf(one)).isEqualTo("AsyncQueue[size=1 of 2, getters=0, putters=0, unfinished=1]")
          .isEqualTo(String.valueOf(other));
    });
  }

  @Test
  @Conformance("test_queues.QueueBasicTests.test_empty")
  void test_empty() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    run(() -> {
      assertThat(queue.isEmpty()).isTrue();
      queue.put(1);
      assertThat(queue.isEmpty()).isFalse();
      assertThat(queue.get()).isEqualTo(1);
      assertThat(queue.isEmpty()).isTrue();
    });
  }

  @Test
  @Conformance("test_queues.QueueBasicTests.test_full")
  void test_full() {
    run(() -> {
      AsyncQueue<Integer> unbounded = new AsyncQueue<>();
      assertThat(unbounded.isFull()).isFalse();
      unbounded.put(1);
      assertThat(unbounded.isFull()).isFalse();

      AsyncQueue<Integer> ofOne = new AsyncQueue<>(1);
      ofOne.put(1);
      assertThat(ofOne.isFull()).isTrue();
    });
  }

  @Test
  @Conformance("test_queues.QueueBasicTests.test_order")
  void test_order() {
    AsyncQueue<Integer> queue = new AsyncQueue<>();
    run(() -> {
      for (int item : List.of(1, 3, 2)) {
        queue.put(item);
      }

      assertThat(List.of(queue.get(), queue.get(), queue.get())).containsExactly(1, 3, 2);
    });
  }

  @Test
  @Conformance("test_queues.QueueBasicTests.test_maxsize")
  void test_maxsize() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(2);
    List<Integer> put = new ArrayList<>();
    assertThat(queue.capacity()).isEqualTo(2);
    run(() -> {
      Task<Boolean> putter = Async.createTask(() -> {
        for (int item = 0; item < 3; item++) {
          queue.put(item);
          put.add(item);
        }
        return true;
      });
      Async.sleep(ZERO);
      Async.sleep(ZERO);
      assertThat(put).containsExactly(0, 1);
      assertThat(queue.get()).isZero();

      Async.sleep(ZERO);
      assertThat(put).containsExactly(0, 1, 2);
      assertThat(queue.get()).isEqualTo(1);
      assertThat(queue.get()).isEqualTo(2);
      assertThat(putter.isDone()).isTrue();
      assertThat(putter.result()).isTrue();
    });
  }
}
