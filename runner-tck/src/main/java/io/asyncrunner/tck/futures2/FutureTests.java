package io.asyncrunner.tck.futures2;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code FutureTests} of {@code test_futures2.py}. */
public abstract class FutureTests extends PortedTests {
  private static final ContextVar<String> NAME = ContextVar.withDefault("name", "foo");

  private final Reports reports = new Reports();
  private final List<String> namesSeen = new ArrayList<>();

  protected FutureTests(LoopSource source) {
    super(source);
  }

  /** Keeps the report, and the name that is current. */
  private void handle(EventLoop loop, ExceptionContext context) {
    namesSeen.add(NAME.get());
    reports.handle(loop, context);
  }

  private static void failAsBar() {
    NAME.set("bar");
    throw new ArithmeticException("by zero");
  }

  @Test
  @Conformance("test_futures2.FutureTests.test_future_traceback")
  void test_future_traceback() {
    IllegalArgumentException exception = new IllegalArgumentException("42");
    StackTraceElement[] stackTrace = exception.getStackTrace();
    run(() -> {
      Task<?> task = Async.createTask(() -> {
        throw exception;
      });

      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(task::await).isSameAs(exception);
        assertThat(exception.getStackTrace()).isEqualTo(stackTrace);
        assertThat(exception.getSuppressed()).isEmpty();
        assertThat(exception.getCause()).isNull();
      }
    });
  }

  /** Both when the task is garbage, and when the loop closes before it is. */
  @Test
  @Conformance("test_futures2.FutureTests.test_task_exc_handler_correct_context")
  void test_task_exc_handler_correct_context() {
    loop().setExceptionHandler(this::handle);

    loop().createTask(FutureTests::failAsBar);
    assertThat(reportsOnGarbage(loop(), reports)).hasSize(1);
    assertThat(namesSeen).containsExactly("bar");

    LoopEngine other = newEventLoop();
    other.setExceptionHandler(this::handle);
    Task<?> kept = other.createTask(FutureTests::failAsBar);
    runBriefly(other);
    assertThat(kept.isDone()).isTrue();
    other.close();
    assertThat(reports.take()).hasSize(1);
    assertThat(namesSeen).containsExactly("bar", "bar");
    assertThat(NAME.get()).isEqualTo("foo");
  }

  @Test
  @Conformance("test_futures2.FutureTests.test_handle_exc_handler_correct_context")
  void test_handle_exc_handler_correct_context() {
    run(() -> {
      EventLoop.running().setExceptionHandler(this::handle);
      EventLoop.running().callSoon(FutureTests::failAsBar);

      Async.sleep(ZERO);

      assertThat(namesSeen).containsExactly("bar");
      assertThat(reports.take()).singleElement().satisfies(report -> {
        assertThat(report.exception()).isInstanceOf(ArithmeticException.class);
      });
      assertThat(NAME.get()).isEqualTo("foo");
    });
  }
}
