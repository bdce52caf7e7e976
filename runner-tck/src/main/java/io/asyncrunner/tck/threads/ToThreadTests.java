package io.asyncrunner.tck.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@code ToThreadTests} of {@code test_threads.py}. */
public abstract class ToThreadTests extends PortedTests {
  private static final ContextVar<String> VARIABLE = ContextVar.named("variable");

  protected ToThreadTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_threads.ToThreadTests.test_to_thread")
  void test_to_thread() {
    run(() -> {
      List<Object> seen = new CopyOnWriteArrayList<>();
      int result = Async.toThread(() -> {
        seen.add(Thread.currentThread());
        seen.add(EventLoop.runningOrNull() == null);
        return 40 + 2;
      });

      assertThat(result).isEqualTo(42);
      assertThat(seen).hasSize(2).doesNotContain(Thread.currentThread()).contains(true);
    });
  }

  @Test
  @Conformance("test_threads.ToThreadTests.test_to_thread_exception")
  void test_to_thread_exception() {
    IllegalStateException exception = new IllegalStateException("test");
    run(() -> {
      assertThatThrownBy(() -> Async.toThread(() -> {
        throw exception;
      })).isSameAs(exception).hasMessage("test");
    });
  }

  @Test
  @Conformance("test_threads.ToThreadTests.test_to_thread_once")
  void test_to_thread_once() {
    AtomicInteger calls = new AtomicInteger();
    run(() -> Async.toThread(() -> {
      calls.incrementAndGet();
    }));

    assertThat(calls).hasValue(1);
  }

  @Test
  @Conformance("test_threads.ToThreadTests.test_to_thread_concurrent")
  void test_to_thread_concurrent() {
    AtomicInteger calls = new AtomicInteger();
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        tasks.add(Async.createTask(() -> Async.toThread(calls::incrementAndGet)));
      }
      assertThat(Async.gather(tasks)).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    });

    assertThat(calls).hasValue(10);
  }

  @Test
  @Conformance("test_threads.ToThreadTests.test_to_thread_args_kwargs")
  void test_to_thread_args_kwargs() {
    List<String> calls = new CopyOnWriteArrayList<>();
    run(() -> {
      String positional = "test";
      boolean something = true;
      Async.toThread(() -> {
        calls.add(positional + ", something=" + something);
      });
    });

    assertThat(calls).containsExactly("test, something=true");
  }

  @Test
  @Conformance("test_threads.ToThreadTests.test_to_thread_contextvars")
  void test_to_thread_contextvars() {
    run(() -> {
      VARIABLE.set("parrot");
      assertThat(Async.<String, RuntimeException>toThread(VARIABLE::get)).isEqualTo("parrot");
    });
  }
}
