package io.asyncrunner.tck.waitfor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code AsyncioWaitForTest} of {@code test_waitfor.py}. */
public abstract class AsyncioWaitForTest extends PortedTests {
  /** Positive, and hardly longer than nothing. */
  private static final Duration EPSILON = Duration.ofNanos(100_000);

  /** What happened, in order; used on the loop and, when that is over, by the test. */
  private final List<String> log = new ArrayList<>();

  protected AsyncioWaitForTest(LoopSource source) {
    super(source);
  }

  private static final class FooException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  // --- what does not care to be cancelled ---

  /** Takes 200 ms, whoever cancels it meanwhile. */
  private void runSlowly() {
    EventLoop loop = EventLoop.running();
    long end = loop.deadline(Duration.ofMillis(200));
    while (loop.time() < end) {
      try {
        Async.sleep(Duration.ofNanos(end - loop.time()));
      } catch (CancelledError cancelled) {
        log.add("cancelled");
      }
    }
    log.add("ended");
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_cancelled")
  void test_asyncio_wait_for_cancelled() {
    run(() -> {
      Task<?> waiting = Async.createTask(() -> Async.waitFor(Duration.ofMillis(400), () -> runSlowly()));
      giveATurn();
      waiting.cancel();
      Async.awaitAll(List.of(waiting));

      assertThat(log).containsExactly("cancelled", "ended");
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_timeout")
  void test_asyncio_wait_for_timeout() {
    run(() -> {
      Async.waitFor(Duration.ofMillis(100), () -> runSlowly()); // swallowed: returns as the coroutine does

      assertThat(log).containsExactly("cancelled", "ended");
    });
  }

  // --- no time to wait ---

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done")
  void test_wait_for_timeout_less_then_0_or_0_future_done() {
    run(() -> {
      for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
        CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
        future.setResult("done");

        assertThat(Async.waitFor(timeout, future)).isEqualTo("done");
        assertThat(future.isDone()).isTrue();
      }
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started")
  void test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started() {
    run(() -> {
      for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
        assertThatThrownBy(() -> Async.waitFor(timeout, () -> log.add("started")))
            .isExactlyInstanceOf(DeadlineExceededException.class);
      }
      giveATurn();

      assertThat(log).isEmpty();
    });
  }

  /** Logs its beginning and its end. */
  private String sleepLogging(long millis) {
    log.add("running");
    try {
      sleep(millis);
    } finally {
      log.add("left");
    }
    return "done";
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0")
  void test_wait_for_timeout_less_then_0_or_0() {
    run(() -> {
      for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
        log.clear();
        Task<String> task = Async.createTask(() -> sleepLogging(10_000));
        giveATurn();
        assertThat(log).containsExactly("running");

        assertThatThrownBy(() -> Async.waitFor(timeout, task)).isExactlyInstanceOf(DeadlineExceededException.class);
        assertThat(task.isDone()).isTrue();
        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("running", "left");
      }
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation_w_timeout_0")
  void test_wait_for_waits_for_task_cancellation_w_timeout_0() {
    run(() -> {
      Task<?> inner = Async.createTask(this::endSlowly);
      Async.sleep(EPSILON);
      Throwable thrown = catchThrowable(() -> Async.waitFor(Duration.ZERO, inner));

      assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class)
          .hasCauseExactlyInstanceOf(CancelledError.class);
      assertThat(log).containsExactly("cancelled", "left");
    });
  }

  // --- time that runs out, or does not ---

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for")
  void test_wait_for() {
    run(() -> {
      Task<String> task = Async.createTask(() -> sleepLogging(300_000));

      assertThatThrownBy(() -> Async.waitFor(Duration.ofMillis(100), task))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(task.isDone()).isTrue();
      assertThat(task.isCancelled()).isTrue();
      assertThat(log).containsExactly("running", "left");
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_blocking")
  void test_wait_for_blocking() {
    run(() -> {
      assertThat(Async.<String, RuntimeException>waitFor(FOREVER, () -> "done")).isEqualTo("done");
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition")
  void test_wait_for_race_condition() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> soon = loop.createFuture();
      loop.callSoon(() -> soon.setResult("ok"));
      assertThat(Async.waitFor(Duration.ofMillis(200), soon)).isEqualTo("ok");

      CompletableAsyncFuture<String> later = loop.createFuture();
      loop.callLater(Duration.ofMillis(100), () -> later.setResult("ok"));
      assertThat(Async.waitFor(Duration.ofMillis(200), later)).isEqualTo("ok");
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_cancellation_race_condition")
  void test_wait_for_cancellation_race_condition() {
    run(() -> {
      int result = Async.waitFor(Duration.ofMillis(10), () -> {
        assertThatThrownBy(() -> sleep(1000)).isExactlyInstanceOf(CancelledError.class);
        return 1;
      });

      assertThat(result).isEqualTo(1);
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_cancel_suppressed")
  void test_wait_for_cancel_suppressed() {
    run(() -> {
      Task<Integer> inner = Async.createTask(() -> {
        try {
          sleep(10_000);
          return 0;
        } catch (CancelledError cancelled) {
          return 42;
        }
      });

      assertThat(Async.waitFor(Duration.ofMillis(100), inner)).isEqualTo(42);
    });
  }

  /** Takes its time when it is cancelled. */
  private void endSlowly() {
    try {
      sleep(10_000);
    } catch (CancelledError cancelled) {
      log.add("cancelled");
      Async.sleep(EPSILON);
      throw cancelled;
    } finally {
      log.add("left");
    }
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation")
  void test_wait_for_waits_for_task_cancellation() {
    run(() -> {
      Task<?> inner = Async.createTask(this::endSlowly);
      Throwable thrown = catchThrowable(() -> Async.waitFor(EPSILON, inner));

      assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class)
          .hasCauseExactlyInstanceOf(CancelledError.class);
      assertThat(log).containsExactly("cancelled", "left");
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation")
  void test_wait_for_reraises_exception_during_cancellation() {
    FooException exception = new FooException();
    run(() -> {
      assertThatThrownBy(() -> Async.waitFor(EPSILON, () -> {
        try {
          sleep(200);
        } catch (CancelledError cancelled) {
          throw exception;
        }
      })).isSameAs(exception);

      Task<?> inner = Async.createTask(() -> {
        try {
          sleep(200);
        } catch (CancelledError cancelled) {
          throw exception;
        }
      });
      assertThatThrownBy(() -> Async.waitFor(EPSILON, inner)).hasCause(exception); // a checked one, of a future: wrapped
    });
  }

  // --- who waits is cancelled ---

  private static void assertCancelPassesOn(Duration timeout) {
    Task<?> task = Async.createTask(() -> waitForever());
    Task<?> waiting = Async.createTask(() -> {
      Async.waitFor(timeout, task);
    });
    EventLoop.running().callSoon(waiting::cancel);

    assertThatThrownBy(waiting::await).isExactlyInstanceOf(CancelledError.class);
    assertThat(task.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_cancel_blocking_wait_for")
  void test_cancel_blocking_wait_for() {
    run(() -> assertCancelPassesOn(FOREVER));
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_cancel_wait_for")
  void test_cancel_wait_for() {
    run(() -> assertCancelPassesOn(Duration.ofSeconds(60)));
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_self_cancellation")
  void test_wait_for_self_cancellation() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      long begin = loop.time();
      Task<Integer> inner = Async.createTask(() -> {
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(() -> sleep(300)).isExactlyInstanceOf(CancelledError.class);
          log.add("cancelled after " + elapsed(loop, begin).toMillis());
        }
        sleep(300);
        return 42;
      });
      Task<Integer> waiting = Async.createTask(() -> Async.waitFor(Duration.ofMillis(100), inner));
      sleep(200);
      waiting.cancel();

      // Since 3.12 both requests reach the inner task, which answers neither, and its result is that of the wait.
      assertThat(waiting.await()).isEqualTo(42);
      assertThat(waiting.cancelling()).isEqualTo(1);
      assertThat(inner.await()).isEqualTo(42);
      assertThat(log).containsExactly("cancelled after 100", "cancelled after 200");
    });
  }

  @Test
  @Conformance("test_waitfor.AsyncioWaitForTest.test_wait_for_issue86296")
  void test_wait_for_issue86296() {
    run(() -> {
      Task<String> inner = Async.createTask(() -> "done");
      assertCancelledBeforeTheEnd(inner, () -> {});
      assertThat(log).containsExactly("behind the wait"); // the inner task was done before the wait began

      log.clear();
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      assertCancelledBeforeTheEnd(future, () -> future.setResult("done"));
      assertThat(log).isEmpty();
    });
  }

  /** Waits for a future, in a task that is cancelled in the turn in which the future is done. */
  private void assertCancelledBeforeTheEnd(AsyncFuture<String> inner, Runnable complete) {
    Task<?> waiting = Async.createTask(() -> {
      Async.waitFor(Duration.ofSeconds(100), inner);
      log.add("behind the wait");
      sleep(1000);
      log.add("at the end");
    });
    assertThat(waiting.isDone()).isFalse();
    giveATurn();
    complete.run();
    waiting.cancel();

    assertThatThrownBy(waiting::await).isExactlyInstanceOf(CancelledError.class);
    assertThat(inner.isDone()).isTrue();
    assertThat(inner.await()).isEqualTo("done");
  }
}
