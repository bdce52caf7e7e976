package io.asyncrunner.tck.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code PriorityQueueTests} of {@code test_queues.py}. */
public abstract class PriorityQueueTests extends PortedTests {
  protected PriorityQueueTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_queues.PriorityQueueTests.test_order")
  void test_order() {
    AsyncPriorityQueue<Integer> queue = AsyncPriorityQueue.natural();
    run(() -> {
      for (int item : List.of(1, 3, 2)) {
        queue.put(item);
      }

      assertThat(List.of(queue.get(), queue.get(), queue.get())).containsExactly(1, 2, 3);
    });
  }
}
