package io.asyncrunner.tck.futures;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.Task;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** {@code BaseFutureTests} of {@code test_futures.py}. */
public abstract class BaseFutureTests extends PortedTests {
  private final List<String> trace = new ArrayList<>();

  protected BaseFutureTests(LoopSource source) {
    super(source);
  }

  private CompletableAsyncFuture<Integer> newFuture() {
    return loop().createFuture();
  }

  // --- states ---

  @Test
  @Conformance("test_futures.BaseFutureTests.test_initial_state")
  void test_initial_state() {
    AsyncFuture<Integer> future = newFuture();
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.isDone()).isFalse();

    future.cancel();

    assertThat(future.isCancelled()).isTrue();
  }

  /** There is no constructor: who has no loop at hand asks for the running one. */
  @Test
  @Conformance("test_futures.BaseFutureTests.test_constructor_without_loop")
  void test_constructor_without_loop() {
    assertThatIllegalStateException().isThrownBy(() -> EventLoop.running().createFuture())
        .withMessageContaining("no running event loop");
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_constructor_use_running_loop")
  void test_constructor_use_running_loop() {
    AsyncFuture<Integer> future = runUntilComplete(() -> EventLoop.running().<Integer>createFuture());

    assertThat(future.loop()).isSameAs(loop());
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_future_cancel_message_getter")
  void test_future_cancel_message_getter() {
    AsyncFuture<Integer> future = newFuture();
    assertThatExceptionOfType(InvalidStateException.class).isThrownBy(future::cancellation)
        .withMessageContaining("pending");

    future.cancel("my message");

    assertThat(future.cancellation().reason()).isEqualTo("my message");
    assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> loop().runUntilComplete(future))
        .withMessageStartingWith("my message")
        .satisfies(error -> assertThat(error.reason()).isEqualTo("my message"));
    assertThat(future.cancellation().reason()).isEqualTo("my message");

    AsyncFuture<Integer> withoutAMessage = newFuture();
    withoutAMessage.cancel();
    assertThat(withoutAMessage.cancellation().reason()).isNull();
  }

  private static void assertThatNothingChangesIt(CompletableAsyncFuture<Integer> done) {
    assertThatExceptionOfType(InvalidStateException.class).isThrownBy(() -> done.setResult(0))
        .withMessageContaining("is done already");
    assertThatExceptionOfType(InvalidStateException.class).isThrownBy(() -> done.setException(new RuntimeException()))
        .withMessageContaining("is done already");
    assertThat(done.cancel()).isFalse();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_cancel")
  void test_cancel() {
    CompletableAsyncFuture<Integer> future = newFuture();

    assertThat(future.cancel()).isTrue();

    assertThat(future.isCancelled()).isTrue();
    assertThat(future.isDone()).isTrue();
    assertThatExceptionOfType(CancelledError.class).isThrownBy(future::result);
    assertThatExceptionOfType(CancelledError.class).isThrownBy(future::exception);
    assertThatNothingChangesIt(future);
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_result")
  void test_result() {
    CompletableAsyncFuture<Integer> future = newFuture();
    assertThatExceptionOfType(InvalidStateException.class).isThrownBy(future::result)
        .withMessageContaining("is not done");

    future.setResult(42);

    assertThat(future.isCancelled()).isFalse();
    assertThat(future.isDone()).isTrue();
    assertThat(future.result()).isEqualTo(42);
    assertThat(future.exception()).isNull();
    assertThatNothingChangesIt(future);
    assertThat(future.result()).isEqualTo(42);
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_exception")
  void test_exception() {
    RuntimeException exception = new RuntimeException();
    CompletableAsyncFuture<Integer> future = newFuture();
    assertThatExceptionOfType(InvalidStateException.class).isThrownBy(future::exception)
        .withMessageContaining("is not done");

    future.setException(exception);

    assertThat(future.isCancelled()).isFalse();
    assertThat(future.isDone()).isTrue();
    assertThatThrownBy(future::result).isSameAs(exception);
    assertThat(future.exception()).isSameAs(exception);
    assertThatNothingChangesIt(future);
    assertThat(future.exception()).isSameAs(exception);
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_yield_from_twice")
  void test_yield_from_twice() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<Integer> future = loop.createFuture();
      Task<?> task = Async.createTask(() -> {
        trace.add("A");
        trace.add("B " + future.await());
        loop.callSoon(() -> trace.add("a turn"));
        trace.add("C " + future.await());
      });
      Async.sleep(ZERO);
      assertThat(trace).containsExactly("A");

      future.setResult(42);
      task.await();

      assertThat(trace).as("the second await does not suspend").startsWith("A", "B 42", "C 42");
    });
  }

  /** The text tells the state; results, which are the user's objects, callbacks and the place of creation are left out. */
  @Test
  @Conformance("test_futures.BaseFutureTests.test_future_repr")
  void test_future_repr() {
    for (boolean debug : List.of(true, false)) {
      loop().setDebug(debug);
      AsyncFuture<Integer> cancelled = newFuture();
      assertThat(cancelled).hasToString("AsyncFuture[pending]");
      cancelled.cancel();
      assertThat(cancelled.toString()).startsWith("AsyncFuture[cancelled");

      CompletableAsyncFuture<Integer> finished = newFuture();
      finished.setResult(4);
      assertThat(finished).hasToString("AsyncFuture[finished]");
      assertThat(finished.result()).isEqualTo(4);

      RuntimeException exception = new RuntimeException("its text");
      CompletableAsyncFuture<Integer> failed = newFuture();
      failed.setException(exception);
      assertThat(failed).hasToString("AsyncFuture[failed with java.lang.RuntimeException]");
      assertThat(failed.exception()).isSameAs(exception);

      AsyncFuture<Integer> withCallbacks = newFuture();
      for (int i = 0; i < 10; i++) {
        withCallbacks.addDoneCallback(done -> {});
        assertThat(withCallbacks).hasToString("AsyncFuture[pending]");
      }
      withCallbacks.cancel();
      assertThat(withCallbacks).matches(text -> text.toString().startsWith("AsyncFuture[cancelled"));
    }
  }

  /** What copies a state is a shield. */
  @Test
  @Conformance("test_futures.BaseFutureTests.test_copy_state")
  void test_copy_state() {
    AsyncFuture<Integer> finished = copied(future -> future.setResult(10));
    assertThat(finished.isDone()).isTrue();
    assertThat(finished.result()).isEqualTo(10);

    RuntimeException exception = new RuntimeException();
    StackTraceElement[] stackTrace = exception.getStackTrace();
    AsyncFuture<Integer> failed = copied(future -> future.setException(exception));
    assertThat(failed.isDone()).isTrue();
    assertThatThrownBy(failed::result).isSameAs(exception);
    assertThat(exception.getStackTrace()).isEqualTo(stackTrace);
    assertThat(exception.getSuppressed()).isEmpty();
    assertThat(exception.getCause()).isNull();

    assertThat(copied(AsyncFuture::cancel).isCancelled()).isTrue();
  }

  private AsyncFuture<Integer> copied(Consumer<CompletableAsyncFuture<Integer>> change) {
    return runUntilComplete(() -> {
      CompletableAsyncFuture<Integer> original = newFuture();
      AsyncFuture<Integer> copy = Async.shield(original);
      assertThat(copy).isNotSameAs(original);
      change.accept(original);
      assertThat(copy.isDone()).isFalse();
      Async.sleep(ZERO);
      return copy;
    });
  }

  /** That of a sleep: its timer is due in the same iteration in which the sleeper is cancelled, and comes after that. */
  @Test
  @Conformance("test_futures.BaseFutureTests.test_set_result_unless_cancelled")
  void test_set_result_unless_cancelled() {
    Duration second = Duration.ofSeconds(1);
    Reports reports = reportsOf(loop());
    runUntilComplete(() -> {
      Task<?>[] sleeper = new Task<?>[1];
      loop().callLater(second, () -> trace.add("cancelled: " + sleeper[0].cancel()));
      sleeper[0] = Async.createTask(() -> Async.sleep(second));

      assertThatExceptionOfType(CancelledError.class).isThrownBy(sleeper[0]::await);
      assertThat(sleeper[0].isCancelled()).isTrue();
    });
    assertThat(trace).containsExactly("cancelled: true");
    assertThat(reports.take()).isEmpty();
  }

  // --- exceptions that nobody asks for: reported when the future is garbage, at the latest when the loop closes ---

  /** What is reported of a future that is used in some way and dropped, at the latest. */
  private List<ExceptionContext> reportsOnClose(Consumer<CompletableAsyncFuture<Integer>> use) {
    Reports reports = reportsOf(loop());
    use.accept(newFuture());
    runBriefly(loop());
    loop().close();
    return reports.take();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_abandoned")
  void test_tb_logger_abandoned() {
    assertThat(reportsOnClose(future -> {})).isEmpty();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_not_called_after_cancel")
  void test_tb_logger_not_called_after_cancel() {
    assertThat(reportsOnClose(future -> {
      future.setException(new RuntimeException("boom"));
      future.cancel();
    })).isEmpty();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_result_unretrieved")
  void test_tb_logger_result_unretrieved() {
    assertThat(reportsOnClose(future -> future.setResult(42))).isEmpty();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_result_retrieved")
  void test_tb_logger_result_retrieved() {
    assertThat(reportsOnClose(future -> {
      future.setResult(42);
      assertThat(future.result()).isEqualTo(42);
    })).isEmpty();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_exception_unretrieved")
  void test_tb_logger_exception_unretrieved() {
    assertThat(reportsOnClose(future -> future.setException(new RuntimeException("boom")))).hasSize(1);
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_exception_retrieved")
  void test_tb_logger_exception_retrieved() {
    assertThat(reportsOnClose(future -> {
      future.setException(new RuntimeException("boom"));
      assertThat(future.exception()).hasMessage("boom");
    })).isEmpty();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_tb_logger_exception_result_retrieved")
  void test_tb_logger_exception_result_retrieved() {
    assertThat(reportsOnClose(future -> {
      future.setException(new RuntimeException("boom"));
      assertThatThrownBy(future::result).hasMessage("boom");
    })).isEmpty();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_future_exception_never_retrieved")
  void test_future_exception_never_retrieved() {
    assertThatGarbageIsReported(false);
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_future_exception_never_retrieved_debug")
  void test_future_exception_never_retrieved_debug() {
    assertThatGarbageIsReported(true);
  }

  private void assertThatGarbageIsReported(boolean debug) {
    loop().setDebug(debug);
    Reports reports = reportsOf(loop());
    Error error = new OutOfMemoryError("only made");
    newFuture().setException(error);

    assertThat(reportsOnGarbage(loop(), reports)).singleElement().satisfies(report -> {
      assertThat(report.message()).isEqualTo("exception of a future was never retrieved");
      assertThat(report.exception()).isSameAs(error);
    });
    loop().close();
    assertThat(reports.take()).as("once more when the loop closes").isEmpty();
  }

  /** That of a task, in what debug mode reports of one that swallows a cancellation. */
  @Test
  @Conformance("test_futures.BaseFutureTests.test_future_source_traceback")
  void test_future_source_traceback() {
    loop().setDebug(true);
    Reports reports = reportsOf(loop());

    int line = new Throwable().getStackTrace()[0].getLineNumber() + 1;
    Task<?> task = loop().createTask(BaseFutureTests::swallowACancellation);
    runBriefly(loop());
    task.cancel();
    loop().runUntilComplete(task);
    runBriefly(loop());

    assertThat(reports.take()).singleElement().satisfies(report -> {
      assertThat(report.future()).isSameAs(task);
      assertThat(Objects.requireNonNull(report.exception()).getStackTrace()).anySatisfy(frame -> {
        assertThat(frame.getClassName()).isEqualTo(BaseFutureTests.class.getName());
        assertThat(frame.getMethodName()).isEqualTo("test_future_source_traceback");
        assertThat(frame.getLineNumber()).isEqualTo(line);
      });
    });
  }

  private static void swallowACancellation() {
    try {
      EventLoop.running().createFuture().await();
    } catch (CancelledError swallowed) {
      // as the test wants
    }
  }

  // --- futures of other threads: stages are awaited, not wrapped ---

  private record Ran(String argument, Thread thread) {}

  /** Gives a function a stage that another thread completes once the latch lets it. */
  private static void withStage(CountDownLatch latch, Consumer<CompletableFuture<Ran>> body) {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Supplier<Ran> function = () -> {
        awaitLatch(latch);
        return new Ran("oi", Thread.currentThread());
      };
      body.accept(CompletableFuture.supplyAsync(function, executor));
    } finally {
      executor.shutdownNow();
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("a test has ended early", interrupted);
    }
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_wrap_future")
  void test_wrap_future() {
    withStage(new CountDownLatch(0), stage -> {
      Ran ran = runUntilComplete(() -> Async.await(stage));

      assertThat(ran.argument()).isEqualTo("oi");
      assertThat(ran.thread()).isNotSameAs(Thread.currentThread());
    });
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_wrap_future_without_loop")
  void test_wrap_future_without_loop() {
    withStage(new CountDownLatch(0), stage -> {
      assertThatIllegalStateException().isThrownBy(() -> Async.await(stage))
          .withMessageContaining("no running event loop");
      assertThat(stage.join().argument()).isEqualTo("oi");
    });
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_wrap_future_use_running_loop")
  void test_wrap_future_use_running_loop() {
    CountDownLatch latch = new CountDownLatch(1);
    withStage(latch, stage -> runUntilComplete(() -> {
      Task<?> task = Async.currentTask();
      loop().callSoon(latch::countDown);

      assertThat(Async.await(stage).argument()).isEqualTo("oi");

      assertThat(EventLoop.running()).isSameAs(loop());
      assertThat(Async.currentTask()).isSameAs(task);
      assertThat(loop().isHeldByCurrentThread()).isTrue();
    }));
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_wrap_future_cancel")
  void test_wrap_future_cancel() {
    CompletableFuture<Integer> stage = new CompletableFuture<>();
    Task<Integer> awaiting = loop().createTask(() -> Async.await(stage));
    runBriefly(loop());

    awaiting.cancel();
    runBriefly(loop());

    assertThat(stage.isCancelled()).isTrue();
    assertThat(awaiting.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_futures.BaseFutureTests.test_wrap_future_cancel2")
  void test_wrap_future_cancel2() {
    Reports reports = reportsOf(loop());
    CompletableFuture<Integer> stage = new CompletableFuture<>();
    Task<Integer> awaiting = loop().createTask(() -> Async.await(stage));
    runBriefly(loop());

    stage.complete(42);
    awaiting.cancel();
    runBriefly(loop());

    assertThat(stage.isCancelled()).isFalse();
    assertThat(stage.join()).isEqualTo(42);
    assertThat(awaiting.isCancelled()).isTrue();
    assertThat(reports.take()).isEmpty();
  }
}
