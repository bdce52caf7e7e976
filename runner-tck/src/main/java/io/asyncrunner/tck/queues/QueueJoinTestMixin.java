package io.asyncrunner.tck.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.EventLoop;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import org.junit.jupiter.api.Test;

/** {@code _QueueJoinTestMixin} of {@code test_queues.py}; run for each kind of queue. */
public abstract class QueueJoinTestMixin extends PortedTests {
  private final QueueKind kind;
  private final AsyncQueue<Integer> queue;
  private boolean running = true;
  private int sum;

  protected QueueJoinTestMixin(LoopSource source, QueueKind kind) {
    super(source);
    this.kind = kind;
    this.queue = kind.newQueue();
  }

  @Test
  @Conformance("test_queues._QueueJoinTestMixin.test_task_done_underflow")
  void test_task_done_underflow() {
    assertThatIllegalStateException().isThrownBy(queue::taskDone)
        .withMessageContaining("more often than items were put");
  }

  @Test
  @Conformance("test_queues._QueueJoinTestMixin.test_task_done")
  void test_task_done() {
    for (int item = 0; item < 100; item++) {
      queue.putNoWait(item);
    }
    run(() -> {
      TaskGroup.run(group -> {
        for (int i = 0; i < 2; i++) {
          group.createTask(() -> {
            while (running) {
              sum += queue.get();
              queue.taskDone();
            }
          });
        }

        queue.join();
        assertThat(sum).isEqualTo(4950);

        running = false;
        queue.putNoWait(0); // ends one of the two
        queue.putNoWait(0);
      });
    });
  }

  @Test
  @Conformance("test_queues._QueueJoinTestMixin.test_join_empty_queue")
  void test_join_empty_queue() {
    run(() -> {
      EventLoop.running().callSoon(() -> running = false);

      queue.join();
      queue.join();

      assertThat(running).as("no turn of the loop").isTrue();
    });
  }

  @Test
  @Conformance("test_queues._QueueJoinTestMixin.test_format")
  void test_format() {
    assertThat(queue).hasToString(kind.className() + "[size=0, getters=0, putters=0, unfinished=0]");

    queue.putNoWait(1);
    queue.putNoWait(2);
    queue.getNoWait();

    assertThat(queue).hasToString(kind.className() + "[size=1, getters=0, putters=0, unfinished=2]");
    assertThat(kind.newQueue(3)).hasToString(kind.className() + "[size=0 of 3, getters=0, putters=0, unfinished=0]");
  }
}
