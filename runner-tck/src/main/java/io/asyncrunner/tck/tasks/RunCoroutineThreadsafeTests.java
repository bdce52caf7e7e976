package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.asyncrunner.Async;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code RunCoroutineThreadsafeTests} of {@code test_tasks.py}; the function is {@link Async#callThreadsafe} here. */
public abstract class RunCoroutineThreadsafeTests extends PortedTests {
  protected RunCoroutineThreadsafeTests(LoopSource source) {
    super(source);
  }

  /** Waits 50 ms and adds. */
  private static int add(int a, int b) {
    Async.sleep(Duration.ofMillis(50));
    return a + b;
  }

  @Test
  @Conformance("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe")
  void test_run_coroutine_threadsafe() {
    EventLoop loop = loop();

    int result = runUntilComplete(() -> Async.toThread(() -> Async.callThreadsafe(loop, () -> add(1, 2)).get()));

    assertThat(result).isEqualTo(3);
  }

  @Test
  @Conformance("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_exception")
  void test_run_coroutine_threadsafe_with_exception() {
    EventLoop loop = loop();
    RuntimeException fail = new RuntimeException("Fail!");

    runUntilComplete(() -> Async.toThread(() -> {
      CompletableFuture<Integer> future = Async.callThreadsafe(loop, () -> {
        add(1, 2);
        throw fail;
      });
      assertThat(assertThatExceptionOfType(ExecutionException.class).isThrownBy(future::get).actual().getCause())
          .isSameAs(fail);
    }));
  }

  /** The coroutine waits for good, and has begun when the thread looks: else it could be over in no real time. */
  @Test
  @Conformance("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout")
  void test_run_coroutine_threadsafe_with_timeout() {
    LoopEngine loop = loop();
    List<Task<?>> begun = new ArrayList<>();

    runUntilComplete(() -> Async.toThread(() -> {
      CountDownLatch waiting = new CountDownLatch(1);
      CompletableFuture<Integer> future = Async.callThreadsafe(loop, () -> {
        begun.add(Async.currentTask());
        waiting.countDown();
        return EventLoop.running().<Integer>createFuture().await();
      });
      waiting.await();
      assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(0, TimeUnit.NANOSECONDS));
      assertThat(future.cancel(true)).isTrue();
    }));
    runBriefly(loop);

    assertThat(loop.allTasks()).isEmpty();
    assertThat(begun).singleElement().satisfies(task -> assertThat(task.isCancelled()).isTrue());
  }

  @Test
  @Conformance("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_cancelled")
  void test_run_coroutine_threadsafe_task_cancelled() {
    EventLoop loop = loop();

    runUntilComplete(() -> Async.toThread(() -> {
      CompletableFuture<Integer> future = Async.callThreadsafe(loop, () -> {
        int sum = add(1, 2);
        Async.currentTask().cancel();
        Async.sleep(Duration.ZERO);
        return sum;
      });
      assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
      assertThat(future.isCancelled()).isTrue();
    }));
  }

  @Test
  @Conformance("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_factory_exception")
  void test_run_coroutine_threadsafe_task_factory_exception() {
    LoopEngine loop = loop();
    Reports reports = reportsOf(loop);
    IllegalArgumentException refused = new IllegalArgumentException("no such name");

    runUntilComplete(() -> {
      loop.setTaskFactory(new TaskFactory() {
        @Override
        public <T extends @Nullable Object> Task<T> newTask(
            EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
          throw refused;
        }
      });
      Async.toThread(() -> {
        CompletableFuture<Integer> future = Async.callThreadsafe(loop, () -> add(1, 2));
        assertThat(assertThatExceptionOfType(ExecutionException.class).isThrownBy(future::get).actual().getCause())
            .isSameAs(refused);
      });
      loop.setTaskFactory(null);
    });

    loop.close();
    assertThat(reports.take()).singleElement().satisfies(report -> assertThat(report.exception()).isSameAs(refused));
  }

  /** Here on the loop's own thread, which may do all but wait for the result. */
  @Test
  @Conformance("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_and_cancel")
  void test_run_coroutine_threadsafe_and_cancel() {
    LoopEngine loop = loop();
    List<Task<?>> made = new ArrayList<>();
    List<String> reached = new ArrayList<>();

    CompletableFuture<?> future = runUntilComplete(() -> {
      CompletableFuture<?> submitted = Async.callThreadsafe(loop, () -> {
        Async.sleep(Duration.ofSeconds(10));
        reached.add("past the sleep");
      });
      Async.sleep(Duration.ZERO);
      made.addAll(Async.allTasks());
      made.remove(Async.currentTask());
      assertThat(submitted.cancel(true)).isTrue();
      return submitted;
    });
    runBriefly(loop);

    assertThat(made).singleElement().satisfies(task -> assertThat(task.isCancelled()).isTrue());
    assertThat(future.isCancelled()).isTrue();
    assertThat(reached).isEmpty();
  }
}
