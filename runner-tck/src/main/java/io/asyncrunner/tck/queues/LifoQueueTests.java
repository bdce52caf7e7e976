package io.asyncrunner.tck.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code LifoQueueTests} of {@code test_queues.py}. */
public abstract class LifoQueueTests extends PortedTests {
  protected LifoQueueTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_queues.LifoQueueTests.test_order")
  void test_order() {
    AsyncLifoQueue<Integer> queue = new AsyncLifoQueue<>();
    run(() -> {
      for (int item : List.of(1, 3, 2)) {
        queue.put(item);
      }

      assertThat(List.of(queue.get(), queue.get(), queue.get())).containsExactly(2, 3, 1);
    });
  }
}
