package io.asyncrunner.tck.runners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Context;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.ChildJvm;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.SignalPrograms;
import io.asyncrunner.tck.support.SignalPrograms.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** {@code RunTests} of {@code test_runners.py}: {@code asyncio.run}. */
public abstract class RunTests extends PortedTests {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final Class<?> kit;

  protected RunTests(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_return")
  void test_asyncio_run_return() {
    int result = run(() -> {
      Async.sleep(Duration.ZERO);
      return 42;
    });

    assertThat(result).isEqualTo(42);
  }

  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_raises")
  void test_asyncio_run_raises() {
    IllegalArgumentException spam = new IllegalArgumentException("spam");

    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> run(() -> {
      Async.sleep(Duration.ZERO);
      throw spam;
    })).isSameAs(spam);
  }

  /** The compiler refuses what is no coroutine; what is left is {@code null}. */
  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_only_coro")
  void test_asyncio_run_only_coro() {
    assertThatNullPointerException().isThrownBy(() -> Async.run((Coroutine<?, RuntimeException>) null))
        .withMessageContaining("coroutine");
    assertThatNullPointerException().isThrownBy(() -> Async.run((VoidCoroutine<RuntimeException>) null))
        .withMessageContaining("coroutine");
    try (Runner runner = builder().build()) {
      assertThatNullPointerException().isThrownBy(() -> runner.run((Coroutine<?, RuntimeException>) null))
          .withMessageContaining("coroutine");
      assertThatNullPointerException().isThrownBy(() -> runner.run((VoidCoroutine<RuntimeException>) null))
          .withMessageContaining("coroutine");
      assertThatNullPointerException()
          .isThrownBy(() -> runner.run(new Context(), (Coroutine<?, RuntimeException>) null))
          .withMessageContaining("coroutine");
    }
    assertThat(madeByRunners()).as("loops that were made before the refusal").isEmpty();
  }

  /** The process-wide default is the system property {@code asyncrunner.debug} here. */
  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  @Conformance("test_runners.RunTests.test_asyncio_run_debug")
  void test_asyncio_run_debug() {
    assertThat(isDebugInRun(builder().debug(false))).isFalse();
    assertThat(isDebugInRun(builder().debug(true))).isTrue();
    withDebugProperty("true", () -> {
      assertThat(isDebugInRun(builder())).isTrue();
      assertThat(isDebugInRun(builder().debug(false))).isFalse();
    });
    withDebugProperty("false", () -> {
      assertThat(isDebugInRun(builder().debug(true))).isTrue();
      assertThat(isDebugInRun(builder())).isFalse();
    });
  }

  private static boolean isDebugInRun(Runner.Builder builder) {
    try (Runner runner = builder.build()) {
      return runner.run(() -> EventLoop.running().isDebug());
    }
  }

  private static void withDebugProperty(String value, Runnable body) {
    String before = System.setProperty("asyncrunner.debug", value);
    try {
      body.run();
    } finally {
      if (before == null) {
        System.clearProperty("asyncrunner.debug");
      } else {
        System.setProperty("asyncrunner.debug", before);
      }
    }
  }

  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_from_running_loop")
  void test_asyncio_run_from_running_loop() {
    List<String> ran = new ArrayList<>();

    assertThatIllegalStateException().isThrownBy(() -> run(() -> {
      ran.add("outer");
      run(() -> {
        ran.add("inner");
      });
    })).withMessageContaining("cannot be called from a running");
    assertThatIllegalStateException().isThrownBy(() -> run(() -> {
      Async.run(() -> {
        ran.add("inner");
      });
    })).withMessageContaining("cannot be called from a running");

    assertThat(ran).containsExactly("outer");
    assertThat(madeByRunners()).as("loops of the outer runs alone").hasSize(2);
  }

  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_cancels_hanging_tasks")
  void test_asyncio_run_cancels_hanging_tasks() {
    AtomicReference<Task<?>> leftover = new AtomicReference<>();

    int result = run(() -> {
      leftover.set(Async.createTask(() -> Async.sleep(FOR_EVER)));
      return 123;
    });

    assertThat(result).isEqualTo(123);
    assertThat(leftover.get().isDone()).isTrue();
    assertThat(leftover.get().isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_reports_hanging_tasks_errors")
  void test_asyncio_run_reports_hanging_tasks_errors() {
    AtomicReference<Task<?>> leftover = new AtomicReference<>();
    List<ExceptionContext> reports = new ArrayList<>();
    ArithmeticException error = new ArithmeticException("/ by zero");

    int result = run(() -> {
      EventLoop.running().setExceptionHandler((loop, report) -> reports.add(report));
      leftover.set(Async.createTask(() -> {
        try {
          Async.sleep(FOR_EVER);
        } catch (CancelledError cancelled) {
          throw error;
        }
      }));
      return 123;
    });

    assertThat(result).isEqualTo(123);
    assertThat(leftover.get().isDone()).isTrue();
    assertThat(reports).singleElement().satisfies(report -> {
      assertThat(report.message()).contains("shutdown").contains("Runner");
      assertThat(report.future()).isSameAs(leftover.get());
      assertThat(report.exception()).isSameAs(error);
    });
  }

  /**
   * Besides the generator that fails with its task, main leaves one behind that only the closing of the loop can end.
   */
  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_closes_gens_after_hanging_tasks_errors")
  void test_asyncio_run_closes_gens_after_hanging_tasks_errors() {
    class FancyExit extends Exception {
      private static final long serialVersionUID = 1L;
    }

    AtomicReference<AsyncGenerator<Integer>> spinner = new AtomicReference<>();
    AtomicReference<AsyncGenerator<Integer>> abandoned = new AtomicReference<>();
    AtomicReference<Task<?>> lazyboy = new AtomicReference<>();
    List<Throwable> reports = new ArrayList<>();
    List<String> events = new ArrayList<>();

    assertThatExceptionOfType(FancyExit.class).isThrownBy(() -> run(() -> {
      EventLoop.running().setExceptionHandler((loop, report) -> reports.add(report.exception()));
      lazyboy.set(Async.createTask(() -> {
        spinner.set(Async.generator(out -> {
          for (;;) {
            out.yield(1);
            Async.sleep(FOR_EVER);
          }
        }));
        try {
          while (spinner.get().hasNext()) {
            events.add("value " + spinner.get().next());
          }
        } catch (CancelledError cancelled) {
          throw new ArithmeticException("/ by zero");
        }
      }));
      abandoned.set(Async.generator(out -> {
        try {
          out.yield(1);
        } finally {
          Async.sleep(Duration.ZERO);
          events.add("abandoned generator cleaned up");
        }
      }));
      abandoned.get().next();
      throw new FancyExit();
    }));

    assertThat(lazyboy.get().isDone()).isTrue();
    assertThat(spinner.get().isFinished()).isTrue();
    assertThat(spinner.get().isRunning()).isFalse();
    assertThat(abandoned.get().isFinished()).isTrue();
    assertThat(abandoned.get().isRunning()).isFalse();
    assertThat(events).containsExactly("value 1", "abandoned generator cleaned up");
    assertThat(reports).singleElement().isInstanceOf(ArithmeticException.class);
  }

  /**
   * There is no current loop of a thread in Java that could be set from outside. What is observable is the running one:
   * the new loop inside the body, and none around it.
   */
  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_set_event_loop")
  void test_asyncio_run_set_event_loop() {
    EventLoop inside = run(() -> {
      EventLoop first = EventLoop.running();
      Async.sleep(Duration.ZERO);
      assertThat(EventLoop.running()).isSameAs(first);
      return first;
    });

    assertThat(madeByRunners()).containsExactly(inside);
    assertThat(EventLoop.runningOrNull()).isNull();
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_runners.RunTests.test_asyncio_run_without_uncancel")
  void test_asyncio_run_without_uncancel() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.WAIT_WITHOUT_UNCANCEL, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("cancelled");
      child.expect("the future is cancelled: true");
      child.expect("CancellationException");
      child.expect("closed");
      assertThat(child.exitStatus()).isZero();
    }
  }

  @Test
  @Conformance("test_runners.RunTests.test_asyncio_run_loop_factory")
  void test_asyncio_run_loop_factory() {
    LoopEngine loop = newEventLoop();
    List<String> calls = new ArrayList<>();
    Runner.Builder builder = Runner.builder().loopFactory(() -> {
      calls.add("factory");
      return loop;
    });

    try (Runner runner = builder.build()) {
      assertThat(calls).as("calls before there is something to run").isEmpty();
      runner.run(() -> assertThat(EventLoop.running()).isSameAs(loop));
    }

    assertThat(calls).containsExactly("factory");
    assertThat(loop.isClosed()).isTrue();
  }

  /** All kinds of loop are of one class, which is also that of a Runner without a factory. */
  @Test
  @Conformance("test_runners.RunTests.test_loop_factory_default_event_loop")
  void test_loop_factory_default_event_loop() {
    EventLoop standard = Async.run(EventLoop::running);

    run(() -> {
      assertThat(EventLoop.running()).isInstanceOf(standard.getClass());
      if (loopsWaitInRealTime()) { // others are made of it
        assertThat(EventLoop.running()).hasSameClassAs(standard);
      }
    });
  }
}
