package io.asyncrunner.tck.runners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code RunnerTests} of {@code test_runners.py}: {@code asyncio.Runner}. */
public abstract class RunnerTests extends PortedTests {
  private final Class<?> kit;

  protected RunnerTests(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_non_debug")
  void test_non_debug() {
    try (Runner runner = builder().debug(false).build()) {
      assertThat(runner.loop().isDebug()).isFalse();
    }
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_debug")
  void test_debug() {
    try (Runner runner = builder().debug(true).build()) {
      assertThat(runner.loop().isDebug()).isTrue();
    }
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_custom_factory")
  void test_custom_factory() {
    LoopEngine loop = newEventLoop();
    try (Runner runner = Runner.builder().loopFactory(() -> loop).build()) {
      assertThat(runner.loop()).isSameAs(loop);
      assertThat(runner.loop()).isSameAs(loop);
    }
    assertThat(loop.isClosed()).isTrue();
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_run")
  void test_run() {
    Runner runner = builder().build();
    EventLoop loop;
    try (runner) {
      String result = runner.run(() -> {
        Async.sleep(Duration.ZERO);
        return "done";
      });
      assertThat(result).isEqualTo("done");
      loop = runner.loop();
    }

    assertThatIllegalStateException().isThrownBy(runner::loop).withMessageContaining("Runner is closed");
    assertThat(loop.isClosed()).isTrue();
  }

  /** The compiler refuses what is no coroutine; what is left is {@code null}. */
  @Test
  @Conformance("test_runners.RunnerTests.test_run_non_coro")
  void test_run_non_coro() {
    try (Runner runner = builder().build()) {
      assertThatNullPointerException().isThrownBy(() -> runner.run((Coroutine<?, RuntimeException>) null))
          .withMessageContaining("coroutine");

      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");

      assertThatNullPointerException().isThrownBy(() -> runner.run(null, () -> "not called"))
          .withMessageContaining("context");
      assertThat(runner.<String, RuntimeException>run(() -> "still usable")).isEqualTo("still usable");
    }
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_run_future")
  void test_run_future() {
    try (Runner runner = builder().build()) {
      CompletableAsyncFuture<String> future = runner.loop().createFuture();
      future.setResult("done");

      String result = runner.run(future::await);

      assertThat(result).isEqualTo("done");
    }
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_run_awaitable")
  void test_run_awaitable() {
    record MyAwaitable(Coroutine<String, RuntimeException> coroutine) implements Coroutine<String, RuntimeException> {
      @Override
      public String run() throws InterruptedException {
        return coroutine.run();
      }
    }

    try (Runner runner = builder().build()) {
      String result = runner.run(new MyAwaitable(() -> {
        Async.sleep(Duration.ZERO);
        return "done";
      }));

      assertThat(result).isEqualTo("done");
    }
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_explicit_close")
  void test_explicit_close() {
    Runner runner = builder().build();
    EventLoop loop = runner.loop();

    runner.close();

    assertThatIllegalStateException().isThrownBy(runner::loop).withMessageContaining("Runner is closed");
    assertThat(loop.isClosed()).isTrue();
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_double_close")
  void test_double_close() {
    Runner runner = builder().build();
    EventLoop loop = runner.loop();

    runner.close();
    assertThat(loop.isClosed()).isTrue();

    runner.close();
    assertThat(loop.isClosed()).isTrue();
  }

  /** A try statement does not ask the Runner whether it may be entered: the first use inside it does. */
  @Test
  @Conformance("test_runners.RunnerTests.test_second_with_block_raises")
  void test_second_with_block_raises() {
    List<Integer> calls = new ArrayList<>();
    Runner runner = builder().build();
    try (runner) {
      runner.run(() -> {
        calls.add(1);
      });
    }

    assertThatIllegalStateException().isThrownBy(() -> {
      try (runner) {
        runner.run(() -> {
          calls.add(2);
        });
      }
    }).withMessageContaining("Runner is closed");

    assertThat(calls).containsExactly(1);
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_run_keeps_context")
  void test_run_keeps_context() {
    ContextVar<Integer> variable = ContextVar.withDefault("cvar", -1);

    try (Runner runner = builder().build()) {
      assertThat(runner.run(exchange(variable, 1))).isEqualTo(-1);
      assertThat(runner.run(exchange(variable, 2))).isEqualTo(1);

      Context context = runner.run(Context::copyCurrent);
      assertThat(context.get(variable)).isEqualTo(2);
    }
    assertThat(variable.get()).as("outside the runs").isEqualTo(-1);
  }

  private static Coroutine<Integer, RuntimeException> exchange(ContextVar<Integer> variable, int value) {
    return () -> {
      int old = variable.get();
      Async.sleep(Duration.ZERO);
      variable.set(value);
      return old;
    };
  }

  /** That a coroutine was never awaited is nothing to warn of in Java. */
  @Test
  @Conformance("test_runners.RunnerTests.test_recursive_run")
  void test_recursive_run() {
    List<String> ran = new ArrayList<>();

    try (Runner runner = builder().build()) {
      assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {
        runner.run(() -> {
          ran.add("inner");
        });
      })).withMessageContaining("Runner.run() cannot be called from a running event loop");
    }

    assertThat(ran).isEmpty();
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_runners.RunnerTests.test_interrupt_call_soon")
  void test_interrupt_call_soon() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.BUSY, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("cancelled");
      expectKeyboardInterrupt(child);
    }
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_runners.RunnerTests.test_interrupt_wait")
  void test_interrupt_wait() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.WAIT, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("cancelled");
      child.expect("the future is cancelled: true");
      expectKeyboardInterrupt(child);
    }
  }

  private static void expectKeyboardInterrupt(ChildJvm child) throws InterruptedException {
    child.expect("KeyboardInterrupt: received SIGINT");
    child.expect("closed");
    assertThat(child.exitStatus()).isZero();
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_runners.RunnerTests.test_interrupt_cancelled_task")
  void test_interrupt_cancelled_task() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.CANCELLED_BEFORE, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("requests: 2");
      child.expect("CancellationException");
      child.expect("closed");
      assertThat(child.exitStatus()).isZero();
    }
  }

  /** On the main thread of a JVM that leaves all signals alone, with the Runner's own wish for SIGINT. */
  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_runners.RunnerTests.test_signal_install_not_supported_ok")
  void test_signal_install_not_supported_ok() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.HAM, kit, "-Xrs")) {
      child.expect("ham");
      assertThat(child.exitStatus()).isZero();
    }
  }

  /** There is no current loop to be set in Java; what it was made for is one loop for all runs, made once. */
  @Test
  @Conformance("test_runners.RunnerTests.test_set_event_loop_called_once")
  void test_set_event_loop_called_once() {
    try (Runner runner = builder().build()) {
      EventLoop first = runner.run(EventLoop::running);
      EventLoop second = runner.run(EventLoop::running);

      assertThat(second).isSameAs(first);
    }
    assertThat(madeByRunners()).hasSize(1);
  }

  @Test
  @Conformance("test_runners.RunnerTests.test_no_repr_is_call_on_the_task_result")
  void test_no_repr_is_call_on_the_task_result() {
    class MyResult {
      private final AtomicInteger calls = new AtomicInteger();

      @Override
      public String toString() {
        return "call " + calls.incrementAndGet();
      }
    }

    MyResult result = run(MyResult::new);

    assertThat(result.calls.get()).isZero();
  }
}
