package io.asyncrunner.tck.extras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
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
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code MissingCoverageTests}, which the backport of {@code Runner} has on top of CPython's. */
public abstract class MissingCoverageTests extends PortedTests {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final Class<?> kit;

  protected MissingCoverageTests(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  @Test
  @Conformance("test_extras.MissingCoverageTests.test_no_threading")
  void test_no_threading() {
    try (Runner runner = builder().build()) {
      assertThat(runner.<String, RuntimeException>run(() -> "ham")).isEqualTo("ham");
    }
  }

  @Test
  @Conformance("test_extras.MissingCoverageTests.test_with_threading")
  void test_with_threading() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(1);
    try {
      Future<String> result = pool.submit(() -> run(() -> "ham"));

      assertThat(result.get()).isEqualTo("ham");
    } finally {
      pool.shutdown();
    }
  }

  /** The body waits for a thread rather than for half a second, so that the outcome is not a matter of luck. */
  @Test
  @Conformance("test_extras.MissingCoverageTests.test_with_threading_and_delayed_task")
  void test_with_threading_and_delayed_task() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(1);
    try {
      Future<String> result = pool.submit(() -> run(() -> {
        Async.toThread(() -> {
          begun.countDown();
          end.await();
        });
        return "ham";
      }));

      begun.await();
      assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> result.get(100, TimeUnit.MILLISECONDS));

      pool.shutdownNow(); // interrupts the run
      end.countDown();
      assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get)
          .withCauseInstanceOf(CancellationException.class);
    } finally {
      pool.shutdownNow();
      end.countDown();
    }
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_extras.MissingCoverageTests.test_with_process")
  void test_with_process() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.HAM, kit)) {
      child.expect("ham");
      assertThat(child.exitStatus()).isZero();
    }
  }

  /** The body would sleep for a day rather than half a second, so that the outcome is not a matter of luck. */
  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_extras.MissingCoverageTests.test_with_process_and_delayed_task")
  void test_with_process_and_delayed_task() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.SLEEP, kit)) {
      child.expect("ready");

      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> child.expect("run returned", Duration.ofMillis(100)));
      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_extras.MissingCoverageTests.test_interrupted")
  void test_interrupted() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.SLEEP, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("KeyboardInterrupt: received SIGINT");
      child.expect("closed");
    }
  }

  /**
   * In Python, main's own handler raises {@code KeyboardInterrupt} at the second signal. Here the handler from before has it again,
   * and ends the JVM; main is not asked a second time.
   */
  @Test
  @Tag(ChildJvm.TAG)
  @Conformance("test_extras.MissingCoverageTests.test_interrupted_not_done")
  void test_interrupted_not_done() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.STUBBORN, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("cancelled, requests: 1");
      child.signal("INT");
      assertThat(child.exitStatus()).isEqualTo(128 + 2); // ended by SIGINT
      assertThat(child.output()).endsWith("cancelled, requests: 1");
    }
  }

  /** Cancelling all tasks of a loop is a step of {@link Runner#close()}. */
  @Test
  @Conformance("test_extras.MissingCoverageTests.test_tasks_cancellation")
  void test_tasks_cancellation() {
    List<ExceptionContext> reports = new ArrayList<>();
    IllegalStateException error = new IllegalStateException("ignores its cancellation");
    Runner runner = builder().build();
    EventLoop loop = runner.loop();
    loop.setExceptionHandler((reporter, report) -> reports.add(report));
    Task<?> obedient = loop.createTask(() -> {
      Async.sleep(FOR_EVER);
      return null;
    });
    Task<?> failing = loop.createTask(() -> {
      try {
        Async.sleep(FOR_EVER);
      } catch (CancelledError ignored) {
        Async.sleep(Duration.ofMillis(1));
      }
      throw error;
    });
    runner.run(() -> Async.sleep(Duration.ZERO)); // both have begun
    assertThat(loop.allTasks()).containsExactly(obedient, failing);

    assertThatCode(runner::close).doesNotThrowAnyException();

    assertThat(obedient.isCancelled()).isTrue();
    assertThat(failing.isDone()).isTrue();
    assertThat(failing.isCancelled()).isFalse();
    assertThat(reports).singleElement().satisfies(report -> {
      assertThat(report.exception()).isSameAs(error);
      assertThat(report.future()).isSameAs(failing);
    });
  }

  @Test
  @Conformance("test_extras.MissingCoverageTests.test_executor_shutdown")
  void test_executor_shutdown() {
    IllegalStateException error = new IllegalStateException("shutdown");
    List<String> events = new ArrayList<>();

    ExecutorService threads = Executors.newFixedThreadPool(1);
    try (Runner runner = builder().build()) {
      runner.loop().handOverDefaultExecutor(new FailingShutdown(threads, error));
      runner.run(() -> {
        events.add(Async.toThread(() -> "ham"));
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> LoopEngine.running().shutdownDefaultExecutor(Duration.ofSeconds(10)))
            .isSameAs(error);
        events.add("went on");
      });
    } finally {
      threads.shutdown();
    }
    assertThat(events).containsExactly("ham", "went on");
  }

  /** Works, but cannot be shut down. */
  private static final class FailingShutdown extends AbstractExecutorService {
    private final ExecutorService threads;
    private final RuntimeException error;

    FailingShutdown(ExecutorService threads, RuntimeException error) {
      this.threads = threads;
      this.error = error;
    }

    @Override
    public void execute(Runnable command) {
      threads.execute(command);
    }

    @Override
    public void shutdown() {
      throw error;
    }

    @Override
    public List<Runnable> shutdownNow() {
      throw error;
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
