package io.asyncrunner.tck.queues;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.QueueShutDownException;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** {@code _QueueShutdownTestMixin} of {@code test_queues.py}; run for each kind of queue. */
public abstract class QueueShutdownTestMixin extends PortedTests {
  private final QueueKind kind;

  protected QueueShutdownTestMixin(LoopSource source, QueueKind kind) {
    super(source);
    this.kind = kind;
  }

  private static void assertThatShutDown(ThrowingCallable call) {
    assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(call).withMessageContaining("shut down");
  }

  private static void assertThatNothingGoesInOrOut(AsyncQueue<String> queue) {
    assertThatShutDown(() -> queue.put("data"));
    assertThatShutDown(() -> queue.putNoWait("data"));
    assertThatShutDown(queue::get);
    assertThatShutDown(queue::getNoWait);
  }

  private static void assertThatNoneIsUnfinished(AsyncQueue<String> queue) {
    assertThatIllegalStateException().isThrownBy(queue::taskDone)
        .withMessageContaining("more often than items were put");
  }

  @Test
  @Conformance("test_queues._QueueShutdownTestMixin.test_format")
  void test_format() {
    AsyncQueue<String> queue = kind.newQueue();

    queue.shutdown();

    assertThat(queue).hasToString(kind.className() + "[size=0, getters=0, putters=0, unfinished=0, shut down]");
  }

  @Test
  @Conformance("test_queues._QueueShutdownTestMixin.test_shutdown_empty")
  void test_shutdown_empty() {
    AsyncQueue<String> queue = kind.newQueue();
    run(() -> {
      Task<String> getter = Async.createTask(queue::get);
      Async.sleep(ZERO);

      queue.shutdown();

      assertThat(queue.size()).isZero();
      queue.join();
      Async.sleep(ZERO);
      assertThat(getter.isDone()).isTrue();
      assertThatShutDown(getter::await);
      assertThatNothingGoesInOrOut(queue);
    });
  }

  @Test
  @Conformance("test_queues._QueueShutdownTestMixin.test_shutdown_nonempty")
  void test_shutdown_nonempty() {
    AsyncQueue<String> queue = kind.newQueue(1);
    run(() -> {
      queue.putNoWait("data");
      Task<?> joining = Async.createTask(queue::join);
      Task<?> putter = Async.createTask(() -> queue.put("data2"));
      Async.sleep(ZERO);
      assertThat(putter.isDone()).isFalse();

      queue.shutdown();

      assertThat(queue.size()).isEqualTo(1);
      Async.sleep(ZERO);
      assertThat(putter.isDone()).isTrue();
      assertThatShutDown(putter::await);
      assertThat(queue.get()).isEqualTo("data");
      Async.sleep(ZERO);
      assertThat(joining.isDone()).isFalse();
      assertThatNothingGoesInOrOut(queue);

      queue.taskDone();
      Async.sleep(ZERO);
      assertThat(joining.isDone()).isTrue();
      joining.await();
      assertThatNoneIsUnfinished(queue);
    });
  }

  @Test
  @Conformance("test_queues._QueueShutdownTestMixin.test_shutdown_immediate")
  void test_shutdown_immediate() {
    AsyncQueue<String> queue = kind.newQueue();
    run(() -> {
      queue.putNoWait("data");
      Task<?> joining = Async.createTask(queue::join);

      queue.shutdownNow();

      assertThat(queue.size()).isZero();
      Async.sleep(ZERO);
      assertThat(joining.isDone()).isTrue();
      joining.await();
      assertThatNothingGoesInOrOut(queue);
      assertThatNoneIsUnfinished(queue);
    });
  }

  @Test
  @Conformance("test_queues._QueueShutdownTestMixin.test_shutdown_immediate_with_unfinished")
  void test_shutdown_immediate_with_unfinished() {
    AsyncQueue<String> queue = kind.newQueue();
    run(() -> {
      queue.putNoWait("data");
      queue.putNoWait("data");
      Task<?> joining = Async.createTask(queue::join);
      assertThat(queue.get()).isEqualTo("data");

      queue.shutdownNow();

      assertThat(queue.size()).isZero();
      Async.sleep(ZERO);
      assertThat(joining.isDone()).isFalse();
      assertThatNothingGoesInOrOut(queue);

      queue.taskDone();
      assertThatNoneIsUnfinished(queue);
      Async.sleep(ZERO);
      assertThat(joining.isDone()).isTrue();
      joining.await();
    });
  }
}
