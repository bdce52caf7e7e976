package io.asyncrunner.tck.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Handle;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code HandleTests} of {@code test_events.py}. */
public abstract class HandleTests extends PortedTests {
  protected HandleTests(LoopSource source) {
    super(source);
  }

  /** A callback with a name. */
  private static final class Noop implements Runnable {
    @Override
    public void run() {}
  }

  @Test
  @Conformance("test_events.HandleTests.test_handle")
  void test_handle() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    Handle kept = loop.callSoon(() -> called.add("kept"));
    Handle cancelled = loop.callSoon(() -> called.add("cancelled"));

    assertThat(kept.isCancelled()).isFalse();
    assertThat(cancelled.isCancelled()).isFalse();
    cancelled.cancel();
    assertThat(cancelled.isCancelled()).isTrue();
    runBriefly(loop);

    assertThat(called).containsExactly("kept");
    assertThat(kept.isCancelled()).isFalse();
    kept.cancel(); // too late, but said
    assertThat(kept.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_events.HandleTests.test_callback_with_exception")
  void test_callback_with_exception() {
    LoopEngine loop = loop();
    loop.setDebug(true);
    Reports reports = reportsOf(loop);
    IllegalArgumentException failure = new IllegalArgumentException("of a callback");

    Handle handle = loop.callSoon(() -> {
      throw failure;
    });
    runBriefly(loop);

    List<ExceptionContext> all = reports.take();
    assertThat(all).hasSize(1);
    ExceptionContext report = all.get(0);
    assertThat(report.message()).startsWith("exception in callback");
    assertThat(report.exception()).isSameAs(failure);
    assertThat(report.handle()).isSameAs(handle);
    assertThat(report.future()).isNull();
    assertThat(failure.getSuppressed()).as("where it was given to the loop").hasSize(1);
  }

  @Test
  @Conformance("test_events.HandleTests.test_handle_repr")
  void test_handle_repr() {
    EventLoop loop = loop();
    Handle handle = loop.callSoon(new Noop());
    Handle lambda = loop.callSoon(() -> {});

    assertThat(handle.toString()).isEqualTo("Handle[" + Noop.class.getName() + "]");
    assertThat(lambda.toString()).startsWith("Handle[" + HandleTests.class.getName());
    handle.cancel();
    assertThat(handle.toString()).isEqualTo("Handle[cancelled]");
  }

  @Test
  @Conformance("test_events.HandleTests.test_handle_repr_debug")
  void test_handle_repr_debug() {
    EventLoop loop = loop();
    loop.setDebug(true);
    Handle handle = loop.callSoon(new Noop());

    assertThat(handle.toString()).isEqualTo("Handle[" + Noop.class.getName() + "]");
    handle.cancel();
    assertThat(handle.toString()).isEqualTo("Handle[cancelled]");
    handle.cancel();
    assertThat(handle.toString()).isEqualTo("Handle[cancelled]");
  }

  private static int lineOfCaller() {
    return new Throwable().getStackTrace()[1].getLineNumber();
  }

  /** Each callback throws, because the place where it was given to the loop is shown with its exception. */
  @Test
  @Conformance("test_events.HandleTests.test_handle_source_traceback")
  void test_handle_source_traceback() {
    LoopEngine loop = loop();
    loop.setDebug(true);
    Reports reports = reportsOf(loop);
    List<Integer> lines = new ArrayList<>();
    Runnable crash = PortedTests::crash;
    Context context = new Context();
    long when = loop.time();

    lines.add(lineOfCaller() + 1);
    loop.callSoon(context, crash);
    lines.add(lineOfCaller() + 1);
    loop.callLater(Duration.ZERO, crash);
    lines.add(lineOfCaller() + 1);
    loop.callAt(when, context, crash);
    runOnce(loop);
    assertThat(linesOf(reports)).containsExactlyInAnyOrderElementsOf(lines);

    lines.clear();
    lines.add(lineOfCaller() + 1);
    loop.callSoonThreadsafe(context, crash);
    runOnce(loop);
    assertThat(linesOf(reports)).isEqualTo(lines);
  }

  /** The line that the traces of all that was reported have first of this class. */
  private static List<Integer> linesOf(Reports reports) {
    return reports.take().stream().map(report -> {
      Throwable failure = Objects.requireNonNull(report.exception());
      assertThat(failure).isInstanceOf(ArithmeticException.class);
      assertThat(failure.getSuppressed()).hasSize(1);
      return Arrays.stream(failure.getSuppressed()[0].getStackTrace())
          .filter(frame -> frame.getClassName().equals(HandleTests.class.getName()))
          .findFirst()
          .orElseThrow()
          .getLineNumber();
    }).toList();
  }
}
