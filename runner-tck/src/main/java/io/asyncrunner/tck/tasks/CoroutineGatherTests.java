package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@code CoroutineGatherTests} of {@code test_tasks.py}: gathering coroutines. */
public abstract class CoroutineGatherTests extends PortedTests {
  protected CoroutineGatherTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_tasks.CoroutineGatherTests.test_constructor_without_loop")
  void test_constructor_without_loop() {
    AtomicInteger runs = new AtomicInteger();
    Coroutine<Integer, RuntimeException> body = runs::incrementAndGet;

    assertThatIllegalStateException().isThrownBy(() -> Async.gather(body, body))
        .withMessageContaining("no running event loop");

    assertThat(runs).hasValue(0);
  }

  @Test
  @Conformance("test_tasks.CoroutineGatherTests.test_constructor_use_running_loop")
  void test_constructor_use_running_loop() {
    List<Task<?>> tasks = new ArrayList<>();
    Coroutine<String, RuntimeException> body = () -> {
      tasks.add(Async.currentTask());
      return "abc";
    };

    List<String> results = runUntilComplete(() -> Async.gather(body, body));

    assertThat(results).containsExactly("abc", "abc");
    assertThat(tasks).hasSize(2)
        .doesNotHaveDuplicates()
        .allSatisfy(
            task -> assertThat(task.loop()).isSameAs(loop()));
  }

  /** What runs once, however often it is listed, is a task: a coroutine is a body, and runs as often as it is listed. */
  @Test
  @Conformance("test_tasks.CoroutineGatherTests.test_duplicate_coroutines")
  void test_duplicate_coroutines() {
    AtomicInteger runs = new AtomicInteger();
    Coroutine<String, RuntimeException> body = () -> {
      runs.incrementAndGet();
      return "abc";
    };

    List<String> results = runUntilComplete(() -> {
      Task<String> task = Async.createTask(body);
      return Async.gather(task, task, Async.createTask(() -> "def"), task);
    });
    assertThat(results).containsExactly("abc", "abc", "def", "abc");
    assertThat(runs).hasValue(1);

    results = runUntilComplete(() -> Async.gather(body, body, () -> "def", body));
    assertThat(results).containsExactly("abc", "abc", "def", "abc");
    assertThat(runs).hasValue(4);
  }

  @Test
  @Conformance("test_tasks.CoroutineGatherTests.test_cancellation_broadcast")
  void test_cancellation_broadcast() {
    AsyncFuture<String> waiter = loop().createFuture();
    List<String> proof = new ArrayList<>();
    VoidCoroutine<RuntimeException> inner = () -> {
      waiter.await();
      proof.add("inner");
    };
    Task<?> child1 = loop().createTask(inner);
    Task<?> child2 = loop().createTask(inner);
    Task<?> outer = loop().createTask(() -> {
      Async.gather(child1, child2);
      proof.add("outer");
    });
    runBriefly(loop());

    assertThat(outer.cancel()).isTrue();
    assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> loop().runUntilComplete(outer));

    assertThat(outer.cancel()).isFalse();
    assertThat(waiter.isCancelled()).isTrue();
    assertThat(child1.isCancelled()).isTrue();
    assertThat(child2.isCancelled()).isTrue();
    runBriefly(loop());
    assertThat(proof).isEmpty();
  }

  @Test
  @Conformance("test_tasks.CoroutineGatherTests.test_exception_marking")
  void test_exception_marking() {
    Reports reports = reportsOf(loop());
    CompletableAsyncFuture<String> a = loop().createFuture();
    CompletableAsyncFuture<String> b = loop().createFuture();
    RuntimeException first = new RuntimeException("of a");
    RuntimeException second = new RuntimeException("of b");
    Task<?> outer = loop().createTask(() -> {
      Async.gather(failingAfter(a, first), failingAfter(b, second));
    });
    runBriefly(loop());

    a.setResult("go on");
    runBriefly(loop());
    b.setResult("go on");
    runBriefly(loop());

    assertThat(outer.exception()).isSameAs(first);
    loop().close();
    assertThat(reports.take()).isEmpty();
  }

  private static Coroutine<String, RuntimeException> failingAfter(AsyncFuture<String> future,
      RuntimeException failure) {
    return () -> {
      future.await();
      throw failure;
    };
  }

  /** The compiler refuses what is neither future nor coroutine; what is left is {@code null}. */
  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_tasks.CoroutineGatherTests.test_issue46672")
  void test_issue46672() {
    Reports reports = reportsOf(loop());
    AtomicInteger runs = new AtomicInteger();
    Coroutine<Integer, RuntimeException> body = runs::incrementAndGet;

    runUntilComplete(() -> {
      assertThatNullPointerException().isThrownBy(() -> Async.gather(body, null)).withMessageContaining("coroutines");
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    });
    runBriefly(loop());

    assertThat(runs).hasValue(0);
    loop().close();
    assertThat(reports.take()).isEmpty();
  }
}
