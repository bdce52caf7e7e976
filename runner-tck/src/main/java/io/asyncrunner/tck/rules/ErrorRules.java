package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Handle;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of what becomes of exceptions: which end the run, which are reported, and what the reports say. */
public abstract class ErrorRules extends PortedTests {
  private final IllegalStateException failure = new IllegalStateException("of a callback");

  protected ErrorRules(LoopSource source) {
    super(source);
  }

  private void fail() {
    throw failure;
  }

  // --- what ends the run ---

  @Test
  void interruptsByKeyboardAndErrorsOfTheJvm_endTheRunWhereverTheyAreThrown() {
    for (Throwable ending : List.of(new KeyboardInterrupt("thrown"), new InternalError("thrown"))) {
      List<Consumer<EventLoop>> places = List.of(
          loop -> loop.callSoon(() -> sneaky(ending)),
          loop -> loop.callSoon((Runnable & InPlace) () -> sneaky(ending)),
          loop -> loop.callSoonThreadsafe(() -> sneaky(ending)),
          loop -> loop.callAt(loop.time(), () -> sneaky(ending)),
          loop -> loop.createTask(() -> sneaky(ending)),
          loop -> {
            loop.setExceptionHandler((reporting, context) -> sneaky(ending));
            loop.callSoon(this::fail);
          });
      for (Consumer<EventLoop> place : places) {
        List<String> order = new ArrayList<>();
        try (Runner runner = builder().build()) {
          Throwable thrown = catchThrowable(() -> runner.run(() -> {
            place.accept(EventLoop.running());
            EventLoop.running().callSoon(() -> order.add("behind it"));
            waitForever();
          }));
          assertThat(thrown).isSameAs(ending);
          assertThat(order.size()).isLessThanOrEqualTo(1);
          runner.loop().setExceptionHandler(null);
          assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
          assertThat(order).containsExactly("behind it");
        }
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> void sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }

  // --- what is reported ---

  @Test
  void failures_ofCallbacks_areReportedWithWhatFailed() {
    Reports reports = reportsOf(loop());
    List<Handle> handles = new ArrayList<>();
    runUntilComplete(() -> {
      handles.add(loop().callSoon(this::fail));
      handles.add(loop().callSoon((Runnable & InPlace) this::fail));
      handles.add(loop().callSoonThreadsafe(this::fail));
      handles.add(loop().callAt(loop().time(), this::fail));
      CompletableAsyncFuture<String> future = loop().createFuture();
      future.addDoneCallback(done -> fail());
      future.setResult("done");
      sleep(1);
      giveATurn();
    });
    List<ExceptionContext> taken = reports.take();
    assertThat(taken).hasSize(5).allSatisfy(report -> {
      assertThat(report.exception()).isSameAs(failure);
      assertThat(report.message()).startsWith("exception in callback ").contains(getClass().getPackageName());
    });
    assertThat(taken).extracting(ExceptionContext::handle).containsAll(new ArrayList<>(handles));
    assertThat(failure.getSuppressed()).as("where they were made, which only debug mode says").isEmpty();
  }

  @Test
  void failures_inDebugMode_sayWhereTheCallbackWasGiven() {
    loop().setDebug(true);
    assertThat(loop().isDebug()).isTrue();
    Reports reports = reportsOf(loop());
    runUntilComplete(() -> {
      loop().callSoon(this::fail);
      giveATurn();
    });
    assertThat(reports.take()).hasSize(1);
    assertThat(failure.getSuppressed()).singleElement()
        .satisfies(origin -> assertThat(Arrays.stream(origin.getStackTrace()).map(StackTraceElement::getMethodName))
            .anyMatch(method -> method.contains("failures_inDebugMode_sayWhereTheCallbackWasGiven")));
  }

  @Test
  void cancellations_thatAreSwallowed_areReportedInDebugMode() {
    for (boolean debug : List.of(true, false)) {
      LoopEngine loop = newEventLoop();
      loop.setDebug(debug);
      Reports reports = reportsOf(loop);
      loop.runUntilComplete(loop.createTask(() -> {
        Task<?> swallowing = Async.createTask(() -> {
          assertThatThrownBy(PortedTests::waitForever).isInstanceOf(io.asyncrunner.CancelledError.class);
        });
        Task<?> uncancelled = Async.createTask(() -> {
          assertThatThrownBy(PortedTests::waitForever).isInstanceOf(io.asyncrunner.CancelledError.class);
          assertThat(Async.currentTask().uncancel()).isZero();
        });
        giveATurn();
        swallowing.cancel();
        uncancelled.cancel();
        Async.awaitAll(List.of(swallowing, uncancelled));
        assertThat(swallowing.isCancelled()).isFalse();
        giveATurn();
        giveATurn();
      }));
      assertThat(reports.take()).hasSize(debug ? 1 : 0)
          .allSatisfy(report -> assertThat(report.message()).contains("swallowed a cancellation"));
    }
  }

  @Test
  void handlers_areGivenAndTakenBack() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      assertThat(loop.exceptionHandler()).isNull();
      Reports reports = reportsOf(loop);
      assertThat(loop.exceptionHandler()).isSameAs(reports);
      ExceptionContext report = new ExceptionContext("by hand", failure);
      loop.callExceptionHandler(report);
      assertThat(reports.take()).containsExactly(report);
      loop.setExceptionHandler(null);
      assertThat(loop.exceptionHandler()).isNull();
    });
  }

  @Test
  void handlers_thatFail_haveWhatTheyWereToldSuppressed() {
    IllegalArgumentException ofHandler = new IllegalArgumentException("of the handler");
    run(() -> {
      EventLoop loop = EventLoop.running();
      loop.setExceptionHandler((reporting, context) -> {
        throw ofHandler;
      });
      List<String> order = new ArrayList<>();
      loop.callSoon(this::fail);
      loop.callSoon(() -> order.add("the next callback"));
      giveATurn();
      assertThat(order).containsExactly("the next callback");
      loop.callExceptionHandler(new ExceptionContext("without an exception", null));
      loop.callExceptionHandler(new ExceptionContext("its own", ofHandler));
    });
    assertThat(ofHandler.getSuppressed()).containsExactly(failure);
  }

  // --- what is thrown to who asks ---

  @Test
  void futures_throwWhatTheyFailedWith() {
    run(() -> {
      IOException checked = new IOException("checked");
      AssertionError error = new AssertionError("error");
      for (Throwable thrown : Stream.of(checked, error, failure).toList()) {
        CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
        future.setException(thrown);
        Throwable out = catchThrowable(future::result);
        if (thrown == checked) {
          assertThat(out).isExactlyInstanceOf(CompletionException.class).hasCause(checked);
        } else {
          assertThat(out).isSameAs(thrown);
        }
        assertThat(future.exception()).isSameAs(thrown);
        assertThat(future.toString()).contains("failed with " + thrown.getClass().getName());
        assertThat(future.isCancelled()).isFalse();
        assertThat(catchThrowable(future::cancellation)).isInstanceOf(InvalidStateException.class);
        assertThat(catchThrowable(() -> future.setResult("late"))).isInstanceOf(InvalidStateException.class);
        assertThat(catchThrowable(() -> future.setException(failure))).isInstanceOf(InvalidStateException.class);
        assertThat(future.cancel()).isFalse();
      }
      Task<String> task = Async.createTask(() -> "result");
      assertThat(task).isNotInstanceOf(CompletableAsyncFuture.class);
      assertThat(task.await()).isEqualTo("result");
    });
  }
}
