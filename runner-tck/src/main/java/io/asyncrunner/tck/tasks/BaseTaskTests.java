package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.fail;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import io.asyncrunner.tck.support.VirtualTime;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code BaseTaskTests} of {@code test_tasks.py}. */
public abstract class BaseTaskTests extends PortedTests {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  protected BaseTaskTests(LoopSource source) {
    super(source);
  }

  /** Ways to cancel a task, and the message that it then ends with. */
  private record Cancel(Consumer<Task<?>> call, @Nullable String reason) {
    static final List<Cancel> ALL = List.of(
        new Cancel(task -> task.cancel(), null),
        new Cancel(task -> task.cancel((String) null), null),
        new Cancel(task -> task.cancel("my message"), "my message"));
  }

  /** Runs the loop until a task has been cancelled; gives the error that says so. */
  private CancelledError runUntilCancelled(Task<?> task) {
    CancelledError error = assertThatExceptionOfType(CancelledError.class)
        .isThrownBy(() -> loop().runUntilComplete(task))
        .actual();
    assertThat(task.isDone()).isTrue();
    assertThat(task.isCancelled()).isTrue();
    return error;
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static VoidCoroutine<RuntimeException> sleeping(long millis) {
    return () -> Async.sleep(millis(millis));
  }

  private static <T> Coroutine<T, RuntimeException> sleeping(long millis, T result) {
    return () -> {
      Async.sleep(millis(millis));
      return result;
    };
  }

  // --- cancel messages ---

  /** Nothing shows the message of a cancellation but the error. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_cancel_message_getter")
  void test_task_cancel_message_getter() {
    Task<?> task = loop().createTask(() -> {});

    assertThat(task.cancel("my message")).isTrue();

    assertThat(runUntilCancelled(task).reason()).isEqualTo("my message");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_cancel_message_setter")
  void test_task_cancel_message_setter() {
    Task<?> task = loop().createTask(() -> {});

    task.cancel("my message");
    task.cancel("my new message");

    assertThat(runUntilCancelled(task).reason()).isEqualTo("my new message");
  }

  // --- tasks, futures and their loops ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_other_loop_future")
  void test_other_loop_future() {
    AsyncFuture<String> foreign = newEventLoop().createFuture();

    assertThatIllegalStateException().isThrownBy(() -> runUntilComplete(() -> {
      foreign.await();
    })).withMessageContainingAll("has to be called in a task of", "found a task of", "toCompletableFuture");

    assertThat(foreign.isDone()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_awaits_on_itself")
  void test_task_awaits_on_itself() {
    Task<?> task = loop().createTask(() -> {
      Async.currentTask().await();
    });

    assertThatIllegalStateException().isThrownBy(() -> loop().runUntilComplete(task))
        .withMessageContaining("cannot await itself");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_class")
  void test_task_class() {
    for (LoopEngine loop : List.of(loop(), newEventLoop())) {
      Task<String> task = loop.createTask(() -> "ok");

      assertThat(loop.runUntilComplete(task)).isEqualTo("ok");

      assertThat(task.isDone()).isTrue();
      assertThat(task.result()).isEqualTo("ok");
      assertThat(task.loop()).isSameAs(loop);
    }
  }

  /** What makes a coroutine a future is {@code createTask}. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_coroutine")
  void test_ensure_future_coroutine() {
    Task<String> ofLoop = loop().createTask(() -> "ok");
    assertThat(ofLoop.loop()).isSameAs(loop());
    assertThat(loop().runUntilComplete(ofLoop)).isEqualTo("ok");
    assertThat(ofLoop.isDone()).isTrue();

    assertThatIllegalStateException().isThrownBy(() -> Async.createTask(() -> "ok"))
        .withMessageContaining("no running event loop");

    Task<String> ofRunningLoop = runUntilComplete(() -> Async.createTask(() -> "ok"));
    assertThat(ofRunningLoop.loop()).isSameAs(loop());
    assertThat(loop().runUntilComplete(ofRunningLoop)).isEqualTo("ok");
    assertThat(ofRunningLoop.isDone()).isTrue();
  }

  /** A future is taken as it is where one is wanted, by its own loop alone. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_future")
  void test_ensure_future_future() {
    CompletableAsyncFuture<String> future = loop().createFuture();
    future.setResult("ko");

    assertThat(loop().runUntilComplete(future)).isEqualTo("ko");
    assertThatIllegalArgumentException().isThrownBy(() -> newEventLoop().runUntilComplete(future));
    assertThat(loop().runUntilComplete(future)).isEqualTo("ko");
  }

  /** As with futures. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_task")
  void test_ensure_future_task() {
    Task<String> task = loop().createTask(() -> "ok");

    assertThat(loop().runUntilComplete(task)).isEqualTo("ok");
    assertThat(task.isDone()).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> newEventLoop().runUntilComplete(task));
    assertThat(loop().runUntilComplete(task)).isEqualTo("ok");
  }

  /** A coroutine of the user's own making. */
  private record Delegating(Coroutine<String, RuntimeException> other) implements Coroutine<String, RuntimeException> {
    @Override
    public String run() throws InterruptedException {
      return other.run();
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_awaitable")
  void test_ensure_future_awaitable() {
    Task<String> task = loop().createTask(new Delegating(() -> "ok"));

    assertThat(loop().runUntilComplete(task)).isEqualTo("ok");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_task_awaitable")
  void test_ensure_future_task_awaitable() {
    Task<String> task = loop().createTask(new Delegating(sleeping(0, "ok")));

    loop().runUntilComplete(task);

    assertThat(task.isDone()).isTrue();
    assertThat(task.result()).isEqualTo("ok");
  }

  /** The compiler refuses all else; what is left is {@code null}. */
  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_neither")
  void test_ensure_future_neither() {
    assertThatNullPointerException().isThrownBy(() -> loop().runUntilComplete(null)).withMessageContaining("future");
    assertThatNullPointerException().isThrownBy(() -> loop().createTask((Coroutine<String, RuntimeException>) null))
        .withMessageContaining("coroutine");
    assertThatNullPointerException().isThrownBy(() -> loop().createTask((VoidCoroutine<RuntimeException>) null))
        .withMessageContaining("coroutine");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_ensure_future_error_msg")
  void test_ensure_future_error_msg() {
    AsyncFuture<String> future = loop().createFuture();

    assertThatIllegalArgumentException().isThrownBy(() -> newEventLoop().runUntilComplete(future))
        .withMessageStartingWith("future: of " + loop())
        .withMessageContaining("expected one of");

    assertThat(future.isDone()).isFalse();
  }

  // --- what a task shows ---

  private static List<StackTraceElement> foo(AsyncFuture<String> release) {
    return bar(release);
  }

  private static List<StackTraceElement> bar(AsyncFuture<String> release) {
    List<StackTraceElement> ofRunningTask = Async.currentTask().stack();
    release.await();
    return ofRunningTask;
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_get_stack")
  void test_get_stack() {
    CompletableAsyncFuture<String> release = loop().createFuture();
    Task<List<StackTraceElement>> task = loop().createTask(() -> foo(release));
    assertThat(task.stack()).as("before the first step").isEmpty();

    runBriefly(loop());
    List<StackTraceElement> suspended = task.stack();
    release.setResult("go on");
    List<StackTraceElement> running = loop().runUntilComplete(task);

    for (List<StackTraceElement> stack : List.of(suspended, running)) {
      assertThat(stack).filteredOn(frame -> Set.of("foo", "bar").contains(frame.getMethodName()))
          .extracting(StackTraceElement::getMethodName)
          .as("innermost first")
          .containsExactly("bar", "foo");
      assertThat(stack).anySatisfy(frame -> assertThat(frame.toString()).contains(
          BaseTaskTests.class.getName() + ".foo(BaseTaskTests.java:"));
    }
    assertThat(task.stack()).as("after the end").isEmpty();
  }

  /** Result, coroutine and callbacks are not shown: their {@code toString} is the user's code. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_repr")
  void test_task_repr() {
    Task<String> cancelled = loop().createTask(TaskOptions.named("TestTask"), () -> "abc");
    cancelled.addDoneCallback(done -> {});
    assertThat(cancelled).hasToString("Task[TestTask, not started]");

    cancelled.cancel();
    assertThat(cancelled).hasToString("Task[TestTask, cancelling]");

    runUntilCancelled(cancelled);
    assertThat(cancelled.toString()).startsWith("Task[TestTask, cancelled");

    Task<String> yielding = loop().createTask(TaskOptions.named("TestTask"), sleeping(0, "abc"));
    AtomicReference<String> inside = new AtomicReference<>();
    loop().callSoon(() -> inside.set(yielding.toString()));
    loop().runUntilComplete(yielding);
    assertThat(inside).hasValue("Task[TestTask, pending]");
    assertThat(yielding).hasToString("Task[TestTask, finished]");

    Task<?> failed = loop().createTask(TaskOptions.named("TestTask"), () -> {
      throw new ArithmeticException();
    });
    assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> loop().runUntilComplete(failed));
    assertThat(failed).hasToString("Task[TestTask, failed with java.lang.ArithmeticException]");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_repr_autogenerated")
  void test_task_repr_autogenerated() {
    Task<?> first = loop().createTask(() -> {});
    Task<?> second = loop().createTask(() -> {});

    assertThat(numberIn(first)).isLessThan(numberIn(second));
    assertThat(first.name()).isNotEqualTo(second.name());
    assertThat(first.toString()).contains(first.name());
    assertThat(second.toString()).contains(second.name());
    loop().runUntilComplete(first);
    loop().runUntilComplete(second);
  }

  private static int numberIn(Task<?> task) {
    Matcher name = Pattern.compile("Task\\[Task-(\\d+), .*]").matcher(task.toString());
    assertThat(name.matches()).as(task.toString()).isTrue();
    return Integer.parseInt(name.group(1));
  }

  /** Names are strings. One that is a number is not taken for that of a generated name. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_set_name_pylong")
  void test_task_set_name_pylong() {
    Task<?> task = loop().createTask(TaskOptions.named("987654321"), () -> 123);
    assertThat(task.name()).isEqualTo("987654321");

    task.setName("123456789");

    assertThat(task.name()).isEqualTo("123456789");
    loop().runUntilComplete(task);
    assertThat(task.name()).isEqualTo("123456789");
  }

  /** Names are strings, of any characters. */
  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_tasks.BaseTaskTests.test_task_repr_name_not_str")
  void test_task_repr_name_not_str() {
    Task<?> task = loop().createTask(() -> 123);

    task.setName(Set.of(6).toString());

    assertThat(task.name()).isEqualTo("[6]");
    assertThat(task).hasToString("Task[[6], not started]");
    assertThatNullPointerException().isThrownBy(() -> task.setName(null)).withMessageContaining("name");
    assertThat(task.name()).isEqualTo("[6]");
    loop().runUntilComplete(task);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_repr_wait_for")
  void test_task_repr_wait_for() {
    CompletableAsyncFuture<String> future = loop().createFuture();
    Task<String> task = loop().createTask(() -> future.await());
    runBriefly(loop());

    assertThat(task.toString()).endsWith(", waiting for " + future + "]");

    future.setResult("over");
    assertThat(task.toString()).as("until its next step").endsWith(", waiting for " + future + "]");
    loop().runUntilComplete(task);
    assertThat(task.toString()).doesNotContain("waiting");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_basics")
  void test_task_basics() {
    Coroutine<Integer, RuntimeException> inner1 = () -> 42;
    Coroutine<Integer, RuntimeException> inner2 = () -> 1000;

    int result = runUntilComplete(() -> inner1.run() + inner2.run());

    assertThat(result).isEqualTo(1042);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_exception_chaining_after_await_with_context_cycle")
  void test_exception_chaining_after_await_with_context_cycle() {
    AtomicReference<Throwable> caught = new AtomicReference<>();
    IllegalArgumentException handled = new IllegalArgumentException("a");

    runUntilComplete(() -> {
      try {
        throw handled;
      } catch (IllegalArgumentException e) {
        Task<?> task = Async.createTask(() -> {
          throw e;
        });
        try {
          task.await();
        } catch (IllegalArgumentException again) {
          caught.set(again);
        }
      }
    });

    assertThat(caught.get()).isSameAs(handled).hasNoCause().hasNoSuppressedExceptions();
  }

  // --- cancelling ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancelling")
  void test_cancelling() {
    Task<?> task = loop().createTask(sleeping(10_000));
    assertThat(task.cancelling()).isZero();
    assertThat(task.toString()).doesNotContain("cancelling");

    assertThat(task.cancel()).isTrue();
    assertThat(task.cancelling()).isEqualTo(1);
    assertThat(task.toString()).contains(", cancelling");

    assertThat(task.cancel()).isTrue();
    assertThat(task.cancelling()).isEqualTo(2);

    runUntilCancelled(task);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_uncancel_basic")
  void test_uncancel_basic() {
    Task<?> task = loop().createTask(() -> {
      try {
        Async.sleep(TEN_SECONDS);
      } catch (CancelledError first) {
        Async.currentTask().uncancel();
        Async.sleep(TEN_SECONDS);
      }
    });
    runUntilComplete(sleeping(10));

    assertThat(task.cancel()).isTrue();
    assertThat(task.toString()).contains(", cancelling");
    assertThat(task.cancelling()).isEqualTo(1);
    assertThat(task.isCancelled()).isFalse();
    runUntilComplete(sleeping(10));

    assertThat(task.toString()).contains(", pending").doesNotContain("cancelling");
    assertThat(task.cancelling()).isZero();
    assertThat(task.isCancelled()).isFalse();

    assertThat(task.cancel()).isTrue();
    assertThat(task.cancelling()).isEqualTo(1);
    assertThat(task.isCancelled()).isFalse();
    runUntilCancelled(task);

    task.uncancel();
    assertThat(task.isCancelled()).isTrue();
    assertThat(task.isDone()).isTrue();
  }

  /** A timeout as one writes it by hand; tells what was reached. */
  private static Coroutine<List<String>, RuntimeException> requestWithTimeout(Duration sleep, Duration timeout) {
    return () -> {
      List<String> reached = new ArrayList<>();
      Task<?> task = Async.currentTask();
      AtomicBoolean timedOut = new AtomicBoolean();
      TimerHandle timer = task.loop().callLater(timeout, () -> {
        timedOut.set(true);
        task.cancel();
      });
      try {
        Async.sleep(sleep);
        reached.add("end of the block");
      } catch (CancelledError cancelled) {
        if (!timedOut.get() || task.uncancel() > 0) {
          throw cancelled;
        }
        reached.add("timeout");
      } finally {
        timer.cancel();
      }
      Async.sleep(Duration.ZERO);
      reached.add("outer code");
      return reached;
    };
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_uncancel_structured_blocks")
  void test_uncancel_structured_blocks() {
    Task<List<String>> late = loop().createTask(requestWithTimeout(TEN_SECONDS, millis(100)));
    assertThat(loop().runUntilComplete(late)).containsExactly("timeout", "outer code");
    assertThat(late.cancelling()).isZero();

    Task<List<String>> inTime = loop().createTask(requestWithTimeout(Duration.ZERO, TEN_SECONDS));
    assertThat(loop().runUntilComplete(inTime)).containsExactly("end of the block", "outer code");
    assertThat(inTime.cancelling()).isZero();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_uncancel_resets_must_cancel")
  void test_uncancel_resets_must_cancel() {
    CompletableAsyncFuture<String> future = loop().createFuture();
    Task<Integer> task = loop().createTask(() -> {
      future.await();
      return 42;
    });
    runBriefly(loop());
    future.setResult("runnable");

    task.cancel();
    assertThat(task.cancelling()).isEqualTo(1);
    assertThat(task.uncancel()).isZero();
    assertThat(task.cancelling()).isZero();

    assertThat(loop().runUntilComplete(task)).isEqualTo(42);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel")
  void test_cancel() {
    long start = loop().time();
    Task<Integer> task = loop().createTask(sleeping(10_000, 12));
    loop().callSoon(() -> task.cancel());

    runUntilCancelled(task);

    assertThat(task.cancel()).isFalse();
    assertThat(elapsed(loop(), start)).isZero();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_with_message_then_future_result")
  void test_cancel_with_message_then_future_result() {
    for (Cancel cancel : Cancel.ALL) {
      assertCancelledWith(cancel, child -> child.result());
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_with_message_then_future_exception")
  void test_cancel_with_message_then_future_exception() {
    for (Cancel cancel : Cancel.ALL) {
      assertCancelledWith(cancel, child -> child.exception());
    }
  }

  /** A task cancels another, waits for its end, and asks how it ended. */
  private void assertCancelledWith(Cancel cancel, Consumer<Task<?>> ask) {
    Task<?> parent = loop().createTask(() -> {
      Task<?> child = Async.createTask(sleeping(10_000));
      Async.sleep(Duration.ZERO);
      cancel.call().accept(child);
      Async.awaitAll(List.of(child));
      ask.accept(child);
      fail("asking a cancelled task should have thrown");
    });

    CancelledError error = runUntilCancelled(parent);

    assertThat(error.reason()).isEqualTo(cancel.reason());
    assertThat(error).hasNoCause();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancellation_exception_context")
  void test_cancellation_exception_context() {
    CompletableAsyncFuture<String> started = loop().createFuture();
    Task<?> parent = loop().createTask(() -> {
      Task<?> child = Async.createTask(() -> {
        started.setResult("started");
        Async.sleep(TEN_SECONDS);
      });
      started.await();
      EventLoop.running().callSoon(() -> child.cancel("msg"));
      try {
        child.await();
      } catch (CancelledError e) {
        throw new IllegalArgumentException("cancelled", e);
      }
    });

    IllegalArgumentException thrown = assertThatIllegalArgumentException()
        .isThrownBy(() -> loop().runUntilComplete(parent))
        .withMessage("cancelled")
        .actual();

    assertThat(thrown.getCause()).isInstanceOfSatisfying(CancelledError.class,
        cause -> assertThat(cause.reason()).isEqualTo("msg"))
        .hasNoCause();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task")
  void test_cancel_with_message_before_starting_task() {
    AtomicBoolean started = new AtomicBoolean();
    Task<?> parent = loop().createTask(() -> {
      Task<?> child = Async.createTask(() -> started.set(true));
      child.cancel("my message");
      Async.awaitAll(List.of(child));
      Throwable exception = child.exception();
      fail("asking a cancelled task should have thrown, found " + exception);
    });

    CancelledError error = runUntilCancelled(parent);

    assertThat(error.reason()).isEqualTo("my message");
    assertThat(error).hasNoCause();
    assertThat(started).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_yield")
  void test_cancel_yield() {
    Task<Integer> task = loop().createTask(() -> {
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
      return 12;
    });
    runOnce(loop());
    assertThat(task.isDone()).isFalse();

    assertThat(task.cancel()).isTrue();

    runUntilCancelled(task);
    assertThat(task.cancel()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_inner_future")
  void test_cancel_inner_future() {
    AsyncFuture<String> future = loop().createFuture();
    Task<Integer> task = loop().createTask(() -> {
      future.await();
      return 12;
    });
    runBriefly(loop());

    future.cancel();

    runUntilCancelled(task);
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_both_task_and_inner_future")
  void test_cancel_both_task_and_inner_future() {
    AsyncFuture<String> future = loop().createFuture();
    Task<Integer> task = loop().createTask(() -> {
      future.await();
      return 12;
    });
    runBriefly(loop());

    future.cancel();
    task.cancel();

    runUntilCancelled(task);
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_task_catching")
  void test_cancel_task_catching() {
    CompletableAsyncFuture<String> first = loop().createFuture();
    AsyncFuture<String> second = loop().createFuture();
    Task<Integer> task = loop().createTask(() -> {
      first.await();
      try {
        second.await();
        return 0;
      } catch (CancelledError cancelled) {
        return 42;
      }
    });
    runBriefly(loop());
    first.setResult("over");
    runBriefly(loop());

    task.cancel();
    assertThat(second.isCancelled()).isTrue();

    assertThat(loop().runUntilComplete(task)).isEqualTo(42);
    assertThat(task.isCancelled()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_task_ignoring")
  void test_cancel_task_ignoring() {
    CompletableAsyncFuture<String> first = loop().createFuture();
    AsyncFuture<String> second = loop().createFuture();
    CompletableAsyncFuture<Integer> third = loop().createFuture();
    List<String> reached = new ArrayList<>();
    Task<Integer> task = loop().createTask(() -> {
      first.await();
      try {
        reached.add("second");
        second.await();
        reached.add("past the second");
      } catch (CancelledError ignored) {
        reached.add("cancelled");
      }
      return third.await();
    });
    runBriefly(loop());
    first.setResult("over");
    runBriefly(loop());
    assertThat(reached).containsExactly("second");

    task.cancel();
    assertThat(second.isCancelled()).isTrue();
    runBriefly(loop());
    assertThat(reached).containsExactly("second", "cancelled");
    assertThat(third.isDone()).isFalse();
    third.setResult(42);

    assertThat(loop().runUntilComplete(task)).isEqualTo(42);
    assertThat(third.isCancelled()).isFalse();
    assertThat(task.isCancelled()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_current_task")
  void test_cancel_current_task() {
    long start = loop().time();
    List<String> reached = new ArrayList<>();
    Task<Integer> task = loop().createTask(() -> {
      assertThat(Async.currentTask().cancel()).isTrue();
      reached.add("asked");
      Async.sleep(Duration.ofSeconds(100));
      reached.add("past the sleep");
      return 12;
    });
    assertThat(task.isCancelled()).isFalse();

    runUntilCancelled(task);

    assertThat(reached).containsExactly("asked");
    assertThat(elapsed(loop(), start)).isZero();
    assertThat(task.cancel()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_at_end")
  void test_cancel_at_end() {
    Task<Integer> task = loop().createTask(() -> {
      assertThat(Async.currentTask().cancel()).isTrue();
      return 12;
    });
    assertThat(task.isCancelled()).isFalse();

    runUntilCancelled(task);

    assertThat(task.cancel()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_awaited_task")
  void test_cancel_awaited_task() {
    AsyncFuture<String> future = loop().createFuture();
    AtomicReference<Task<?>> child = new AtomicReference<>();
    Task<?> parent = loop().createTask(() -> {
      Task<String> waiting = Async.createTask(() -> future.await());
      child.set(waiting);
      Async.sleep(Duration.ZERO);
      Async.currentTask().cancel();
      waiting.await();
    });

    runUntilCancelled(parent);

    assertThat(child.get().isCancelled()).isTrue();
    assertThat(future.isCancelled()).isTrue();
  }

  private static void interruptedSleep() {
    Async.sleep(TEN_SECONDS);
  }

  private static void awaitOf(Task<?> task) {
    task.await();
  }

  private static void exceptionOf(Task<?> task) {
    Throwable exception = task.exception();
    fail("asking a cancelled task should have thrown, found " + exception);
  }

  /** In debug mode alone; the places that the error passed are suppressed exceptions of it. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_traceback_for_future_result")
  void test_cancel_traceback_for_future_result() {
    loop().setDebug(true);
    Task<?> parent = loop().createTask(() -> {
      Task<?> child = Async.createTask(() -> interruptedSleep());
      Async.sleep(Duration.ZERO);
      child.cancel();
      awaitOf(child);
    });

    assertThat(methodsIn(runUntilCancelled(parent))).contains("interruptedSleep", "awaitOf");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_traceback_for_future_exception")
  void test_cancel_traceback_for_future_exception() {
    loop().setDebug(true);
    Task<?> parent = loop().createTask(() -> {
      Task<?> child = Async.createTask(() -> interruptedSleep());
      Async.sleep(Duration.ZERO);
      child.cancel();
      Async.awaitAll(List.of(child));
      exceptionOf(child);
    });

    assertThat(methodsIn(runUntilCancelled(parent))).contains("interruptedSleep", "exceptionOf");
  }

  /** The methods of this class in the stack traces of an error, its causes and its suppressed exceptions. */
  private static List<String> methodsIn(@Nullable Throwable error) {
    List<String> methods = new ArrayList<>();
    for (Throwable at = error; at != null; at = at.getCause()) {
      for (StackTraceElement frame : at.getStackTrace()) {
        if (frame.getClassName().equals(BaseTaskTests.class.getName())) {
          methods.add(frame.getMethodName());
        }
      }
      for (Throwable suppressed : at.getSuppressed()) {
        methods.addAll(methodsIn(suppressed));
      }
    }
    return methods;
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_stop_while_run_in_complete")
  void test_stop_while_run_in_complete() {
    long start = loop().time();
    AtomicInteger steps = new AtomicInteger();
    Task<?> task = loop().createTask(() -> {
      while (steps.get() < 10) {
        Async.sleep(millis(100));
        if (steps.incrementAndGet() == 2) {
          LoopEngine.running().stop();
        }
      }
    });

    assertThatIllegalStateException().isThrownBy(() -> loop().runUntilComplete(task))
        .withMessageContaining("stopped before its future was done");
    assertThat(task.isDone()).isFalse();
    assertThat(steps).hasValue(2);
    assertThat(elapsed(loop(), start)).isEqualTo(millis(200));

    task.cancel();
    runUntilCancelled(task);
    assertThat(steps).hasValue(2);
  }

  // --- waiting for several ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait")
  void test_wait() {
    long start = loop().time();
    Task<?> a = loop().createTask(sleeping(100));
    Task<?> b = loop().createTask(sleeping(150));

    for (int i = 0; i < 2; i++) { // the second time, both are done
      Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitAll(List.of(b, a)));

      assertThat(waited.done()).containsExactly(b, a);
      assertThat(waited.pending()).isEmpty();
      assertThat(elapsed(loop(), start)).isEqualTo(millis(150));
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_duplicate_coroutines")
  void test_wait_duplicate_coroutines() {
    Task<String> twice = loop().createTask(() -> "test");
    Task<String> once = loop().createTask(() -> "spam");

    Async.Waited<Task<String>> waited = runUntilComplete(() -> Async.awaitAll(List.of(twice, twice, once)));

    assertThat(waited.pending()).isEmpty();
    assertThat(waited.done()).extracting(Task::result).containsExactly("test", "spam");
  }

  /** What to wait for is part of the methods' names. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_errors")
  void test_wait_errors() {
    assertThatIllegalArgumentException().isThrownBy(() -> runUntilComplete(() -> Async.awaitAll(Set.of())))
        .withMessageContaining("futures");
    assertThatIllegalArgumentException().isThrownBy(() -> runUntilComplete(() -> Async.awaitAny(Set.of())))
        .withMessageContaining("futures");
    assertThatIllegalArgumentException().isThrownBy(() -> runUntilComplete(() -> Async.awaitFirstFailure(Set.of())))
        .withMessageContaining("futures");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_first_completed")
  void test_wait_first_completed() {
    long start = loop().time();
    Task<?> a = loop().createTask(sleeping(10_000));
    Task<?> b = loop().createTask(sleeping(100));

    Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitAny(List.of(b, a)));

    assertThat(waited.done()).containsExactly(b);
    assertThat(waited.pending()).containsExactly(a);
    assertThat(a.isDone()).isFalse();
    assertThat(b.isDone()).isTrue();
    assertThat(b.result()).isNull();
    assertThat(elapsed(loop(), start)).isEqualTo(millis(100));
    loop().runUntilComplete(a);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_really_done")
  void test_wait_really_done() {
    Task<?> a = loop().createTask(sleeping(0));
    Task<?> b = loop().createTask(() -> {
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
    });

    Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitAny(List.of(b, a)));

    assertThat(waited.done()).containsExactly(b, a);
    assertThat(waited.pending()).isEmpty();
    assertThat(a.isDone()).isTrue();
    assertThat(a.result()).isNull();
    assertThat(b.isDone()).isTrue();
    assertThat(b.result()).isNull();
  }

  private static VoidCoroutine<RuntimeException> failing(long afterMillis) {
    return () -> {
      if (afterMillis > 0) {
        Async.sleep(millis(afterMillis));
      }
      throw new ArithmeticException("err");
    };
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_first_exception")
  void test_wait_first_exception() {
    assertFirstFailureEndsTheWait(0);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_first_exception_in_wait")
  void test_wait_first_exception_in_wait() {
    assertFirstFailureEndsTheWait(10);
  }

  private void assertFirstFailureEndsTheWait(long afterMillis) {
    long start = loop().time();
    Task<?> a = loop().createTask(sleeping(10_000));
    Task<?> b = loop().createTask(failing(afterMillis));

    Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitFirstFailure(List.of(b, a)));

    assertThat(waited.done()).containsExactly(b);
    assertThat(waited.pending()).containsExactly(a);
    assertThat(b.exception()).isExactlyInstanceOf(ArithmeticException.class);
    assertThat(a.isDone()).isFalse();
    assertThat(elapsed(loop(), start)).isEqualTo(millis(afterMillis));
    loop().runUntilComplete(a);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_with_exception")
  void test_wait_with_exception() {
    long start = loop().time();
    Task<?> a = loop().createTask(sleeping(100));
    Task<?> b = loop().createTask(failing(150));

    for (int i = 0; i < 2; i++) { // the second time, both are done
      Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitAll(List.of(b, a)));

      assertThat(waited.done()).containsExactly(b, a);
      assertThat(waited.pending()).isEmpty();
      assertThat(waited.done()).filteredOn(task -> task.exception() != null).containsExactly(b);
      assertThat(elapsed(loop(), start)).isEqualTo(millis(150));
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_with_timeout")
  void test_wait_with_timeout() {
    assertWaitEndsAt(millis(110));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_concurrent_complete")
  void test_wait_concurrent_complete() {
    assertWaitEndsAt(millis(100));
  }

  /** A wait for tasks of 100 and 150 ms, with a timeout between. */
  private void assertWaitEndsAt(Duration timeout) {
    long start = loop().time();
    Task<?> a = loop().createTask(sleeping(100));
    Task<?> b = loop().createTask(sleeping(150));

    Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitAll(timeout, List.of(b, a)));

    assertThat(waited.done()).containsExactly(a);
    assertThat(waited.pending()).containsExactly(b);
    assertThat(elapsed(loop(), start)).isEqualTo(timeout);

    loop().runUntilComplete(b);
    assertThat(b.isCancelled()).isFalse();
    assertThat(elapsed(loop(), start)).isEqualTo(millis(150));
  }

  /** A collection whose elements can be had once. */
  private static <E> Collection<E> onceOnly(int size, Iterator<E> elements) {
    AtomicBoolean used = new AtomicBoolean();
    return new AbstractCollection<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Iterator<E> iterator() {
        assertThat(used.getAndSet(true)).as("iterated before").isFalse();
        return elements;
      }
    };
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_with_iterator_of_tasks")
  void test_wait_with_iterator_of_tasks() {
    long start = loop().time();
    Task<?> a = loop().createTask(sleeping(100));
    Task<?> b = loop().createTask(sleeping(150));
    Collection<Task<?>> once = onceOnly(2, List.<Task<?>>of(b, a).iterator());

    Async.Waited<Task<?>> waited = runUntilComplete(() -> Async.awaitAll(once));

    assertThat(waited.done()).containsExactly(b, a);
    assertThat(waited.pending()).isEmpty();
    assertThat(elapsed(loop(), start)).isEqualTo(millis(150));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_wait_generator")
  void test_wait_generator() {
    Async.Waited<Task<Integer>> waited = runUntilComplete(() -> {
      Iterator<Task<Integer>> lazy = IntStream.range(0, 10).mapToObj(i -> Async.createTask(() -> i)).iterator();
      return Async.awaitAll(onceOnly(10, lazy));
    });

    assertThat(waited.done()).extracting(Task::result).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(waited.pending()).isEmpty();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed")
  void test_as_completed() {
    long start = loop().time();
    List<String> values = runUntilComplete(() -> {
      Task<String> a = Async.createTask(sleeping(10, "a"));
      Task<String> b = Async.createTask(sleeping(10, "b"));
      Task<String> c = Async.createTask(sleeping(150, "c"));
      List<String> results = new ArrayList<>();
      for (Task<String> done : Async.asCompleted(List.of(b, c, a))) {
        results.add(done.result() + " at " + elapsed(loop(), start).toMillis());
      }
      return results;
    });

    assertThat(values).containsExactly("a at 10", "b at 10", "c at 150");
  }

  /** What goes in are futures, and tasks are futures; coroutines do not go in. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_same_tasks_in_as_out")
  void test_as_completed_same_tasks_in_as_out() {
    CompletableAsyncFuture<String> future = loop().createFuture();
    List<AsyncFuture<String>> in = List.of(loop().createTask(() -> "a"), future, loop().createTask(() -> "c"));
    loop().callSoon(() -> future.setResult("b"));

    List<AsyncFuture<String>> out = runUntilComplete(() -> {
      List<AsyncFuture<String>> given = new ArrayList<>();
      Async.asCompleted(in).forEach(given::add);
      return given;
    });

    assertThat(out).usingElementComparator((x, y) -> x == y ? 0 : 1).containsExactlyInAnyOrderElementsOf(in);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_with_timeout")
  void test_as_completed_with_timeout() {
    long start = loop().time();
    Task<String> a = loop().createTask(sleeping(100, "a"));
    Task<String> b = loop().createTask(sleeping(150, "b"));
    List<String> values = new ArrayList<>();

    runUntilComplete(() -> {
      Iterator<Task<String>> completed = Async.asCompleted(millis(120), List.of(a, b)).iterator();
      values.add(completed.next().result());
      assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(completed::next);
    });

    assertThat(values).containsExactly("a");
    assertThat(elapsed(loop(), start)).isEqualTo(millis(120));
    assertThat(b.isDone()).isFalse();
    assertThat(loop().runUntilComplete(b)).isEqualTo("b");
    assertThat(elapsed(loop(), start)).isEqualTo(millis(150));
  }

  /** The clock does not stop at the timeout later, so no timer was left. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout")
  void test_as_completed_with_unused_timeout() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    long start = loop.time();
    List<String> values = new ArrayList<>();

    loop.runUntilComplete(loop.createTask(() -> {
      Task<String> a = Async.createTask(sleeping(10, "a"));
      for (Task<String> done : Async.asCompleted(Duration.ofSeconds(1), List.of(a))) {
        values.add(done.result());
      }
      assertThat(elapsed(loop, start)).isEqualTo(millis(10));
      Async.sleep(Duration.ofSeconds(2));
    }));

    assertThat(values).containsExactly("a");
    assertThat(time.deadlines()).doesNotContain(start + Duration.ofSeconds(1).toNanos());
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_resume_iterator")
  void test_as_completed_resume_iterator() {
    List<Integer> collected = new ArrayList<>();

    runUntilComplete(() -> {
      List<Task<Integer>> tasks = IntStream.range(0, 4).mapToObj(i -> Async.createTask(() -> i)).toList();
      Iterable<Task<Integer>> completed = Async.asCompleted(tasks);
      for (Task<Integer> done : completed) {
        collected.add(done.result());
        if (collected.size() == 2) {
          break;
        }
      }
      collected.add(-1);
      for (Task<Integer> done : completed) {
        collected.add(done.result());
      }
    });

    assertThat(collected).containsExactly(0, 1, -1, 2, 3);
  }

  /** What comes out is done, so what one waits for concurrently are the futures that went in. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_concurrent")
  void test_as_completed_concurrent() {
    long start = loop().time();
    List<String> results = runUntilComplete(() -> {
      Task<String> a = Async.createTask(sleeping(50, "a"));
      Task<String> b = Async.createTask(sleeping(50, "b"));
      List<Task<String>> completed = new ArrayList<>();
      Async.asCompleted(List.of(a, b)).forEach(completed::add);
      Async.Waited<Task<String>> waited = Async.awaitAll(completed);
      assertThat(waited.pending()).isEmpty();
      return waited.done().stream().map(Task::result).toList();
    });

    assertThat(results).containsExactly("a", "b");
    assertThat(elapsed(loop(), start)).isEqualTo(millis(50));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_duplicate_coroutines")
  void test_as_completed_duplicate_coroutines() {
    List<String> results = new ArrayList<>();

    runUntilComplete(() -> {
      Task<String> twice = Async.createTask(() -> "ham");
      Task<String> once = Async.createTask(() -> "spam");
      for (Task<String> done : Async.asCompleted(List.of(twice, twice, once))) {
        results.add(done.result());
      }
    });

    assertThat(results).containsExactly("ham", "spam");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_coroutine_without_loop")
  void test_as_completed_coroutine_without_loop() {
    AsyncFuture<Integer> future = loop().createFuture();

    assertThatIllegalStateException().isThrownBy(() -> Async.asCompleted(List.of(future)))
        .withMessageContaining("no running event loop");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_as_completed_coroutine_use_running_loop")
  void test_as_completed_coroutine_use_running_loop() {
    List<Integer> results = new ArrayList<>();

    runUntilComplete(() -> {
      for (Task<Integer> done : Async.asCompleted(List.of(Async.createTask(() -> 42)))) {
        results.add(done.await());
      }
    });

    assertThat(results).containsExactly(42);
  }

  // --- sleeping ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_sleep")
  void test_sleep() {
    long start = loop().time();
    List<Duration> times = new ArrayList<>();
    Task<String> task = loop().createTask(() -> {
      Async.sleep(millis(50));
      times.add(elapsed(loop(), start));
      Async.sleep(millis(50));
      return "yeah";
    });

    loop().runUntilComplete(task);

    assertThat(task.isDone()).isTrue();
    assertThat(task.result()).isEqualTo("yeah");
    assertThat(times).containsExactly(millis(50));
    assertThat(elapsed(loop(), start)).isEqualTo(millis(100));
  }

  /** The clock does not stop at the end of the sleep later, so its timer was called off. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_sleep_cancel")
  void test_sleep_cancel() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    long start = loop.time();
    Task<String> task = loop.createTask(sleeping(10_000, "yeah"));
    runBriefly(loop);
    assertThat(task.isDone()).isFalse();

    task.cancel();
    runBriefly(loop);

    assertThat(task.isCancelled()).isTrue();
    loop.runUntilComplete(loop.createTask(sleeping(20_000)));
    assertThat(elapsed(loop, start)).isEqualTo(Duration.ofSeconds(20));
    assertThat(time.deadlines()).doesNotContain(start + TEN_SECONDS.toNanos());
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_cancel_sleeping_task")
  void test_task_cancel_sleeping_task() {
    long start = loop().time();

    String result = runUntilComplete(() -> {
      Task<?> sleeper = Async.createTask(sleeping(5_000_000));
      EventLoop.running().callLater(millis(100), () -> sleeper.cancel());
      try {
        sleeper.await();
        return "slept in";
      } catch (CancelledError cancelled) {
        return "cancelled";
      }
    });

    assertThat(result).isEqualTo("cancelled");
    assertThat(elapsed(loop(), start)).isEqualTo(millis(100));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_cancel_waiter_future")
  void test_task_cancel_waiter_future() {
    AsyncFuture<String> future = loop().createFuture();
    Task<String> task = loop().createTask(() -> future.await());
    runBriefly(loop());
    assertThat(task.toString()).contains("waiting for " + future);

    task.cancel();
    assertThat(future.isCancelled()).isTrue();
    runBriefly(loop());

    runUntilCancelled(task);
    assertThat(task.toString()).doesNotContain("waiting");
  }

  // --- bodies ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_set_methods")
  void test_task_set_methods() {
    Task<String> task = loop().createTask(() -> "ko");

    assertThat(task).isNotInstanceOf(CompletableAsyncFuture.class);
    assertThat(task.isDone()).isFalse();
    assertThat(loop().runUntilComplete(task)).isEqualTo("ko");
  }

  /** Futures are the loop's; that the task waits shows in its going on. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_step_result_future")
  void test_step_result_future() {
    CompletableAsyncFuture<Object> future = loop().createFuture();
    List<Object> results = new ArrayList<>();
    Task<?> task = loop().createTask(() -> {
      results.add(future.await());
    });
    runBriefly(loop());
    assertThat(results).isEmpty();
    Object result = new Object();

    future.setResult(result);
    assertThat(results).as("before the next turn").isEmpty();
    runOnce(loop());

    assertThat(results).singleElement().isSameAs(result);
    assertThat(task.isDone()).isTrue();
    assertThat(task.result()).isNull();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_baseexception_during_cancel")
  void test_baseexception_during_cancel() {
    KeyboardInterrupt fatal = new KeyboardInterrupt();
    Task<?> task = loop().createTask(() -> {
      try {
        Async.sleep(TEN_SECONDS);
      } catch (CancelledError cancelled) {
        throw fatal;
      }
    });
    runBriefly(loop());

    task.cancel();
    assertThat(task.isDone()).isFalse();
    assertThatExceptionOfType(KeyboardInterrupt.class).isThrownBy(() -> runBriefly(loop())).isSameAs(fatal);

    assertThat(task.isDone()).isTrue();
    assertThat(task.isCancelled()).isFalse();
    assertThat(task.exception()).isSameAs(fatal);
    runBriefly(loop()); // the loop can be used again
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_coroutine_non_gen_function")
  void test_coroutine_non_gen_function() {
    assertThat(runUntilComplete(() -> "test")).isEqualTo("test");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_coroutine_non_gen_function_return_future")
  void test_coroutine_non_gen_function_return_future() {
    CompletableAsyncFuture<String> future = loop().createFuture();
    Task<AsyncFuture<String>> returning = loop().createTask(() -> future);
    Task<?> setting = loop().createTask(() -> future.setResult("test"));

    assertThat(loop().runUntilComplete(returning)).isSameAs(future);
    assertThat(setting.isDone()).isTrue();
    assertThat(setting.result()).isNull();
  }

  /** Which task is current is asked by running code alone, so no loop is named. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_current_task")
  void test_current_task() {
    assertNoCurrentTask();

    Task<Task<?>> task = loop().createTask(() -> {
      Async.sleep(Duration.ZERO);
      return Async.currentTask();
    });

    assertThat(loop().runUntilComplete(task)).isSameAs(task);
    assertNoCurrentTask();
  }

  private static void assertNoCurrentTask() {
    assertThat(Fiber.current()).isNull();
    assertThatIllegalStateException().isThrownBy(Async::currentTask).withMessageContaining("no running event loop");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_current_task_with_interleaving_tasks")
  void test_current_task_with_interleaving_tasks() {
    assertNoCurrentTask();
    CompletableAsyncFuture<String> first = loop().createFuture();
    CompletableAsyncFuture<String> second = loop().createFuture();
    List<Task<?>> seen = new ArrayList<>();

    Task<?> task1 = loop().createTask(() -> {
      seen.add(Async.currentTask());
      first.await();
      seen.add(Async.currentTask());
      second.setResult("two");
    });
    Task<?> task2 = loop().createTask(() -> {
      seen.add(Async.currentTask());
      first.setResult("one");
      seen.add(Async.currentTask());
      second.await();
      seen.add(Async.currentTask());
    });
    runUntilComplete(() -> Async.awaitAll(List.of(task1, task2)));

    assertThat(seen).containsExactly(task1, task2, task2, task1, task2);
    assertNoCurrentTask();
  }

  // --- how a cancellation spreads ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_yield_future_passes_cancel")
  void test_yield_future_passes_cancel() {
    AsyncFuture<String> waiter = loop().createFuture();
    List<String> proof = new ArrayList<>();
    VoidCoroutine<RuntimeException> inner = () -> {
      try {
        waiter.await();
        proof.add("past the wait");
      } catch (CancelledError cancelled) {
        proof.add("inner");
        throw cancelled;
      }
    };
    Task<?> outer = loop().createTask(() -> {
      try {
        inner.run();
        proof.add("past inner");
      } catch (CancelledError cancelled) {
        proof.add("outer");
      }
    });
    runBriefly(loop());

    outer.cancel();
    loop().runUntilComplete(outer);

    assertThat(proof).containsExactly("inner", "outer");
    assertThat(waiter.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_yield_wait_does_not_shield_cancel")
  void test_yield_wait_does_not_shield_cancel() {
    CompletableAsyncFuture<String> waiter = loop().createFuture();
    List<String> proof = new ArrayList<>();
    Task<?> outer = loop().createTask(() -> {
      Task<?> inner = Async.createTask(() -> {
        waiter.await();
        proof.add("inner");
      });
      Async.awaitAll(List.of(inner));
      proof.add("outer");
    });
    runBriefly(loop());

    outer.cancel();
    runUntilCancelled(outer);
    assertThat(proof).isEmpty();
    waiter.setResult("over");
    runBriefly(loop());

    assertThat(proof).containsExactly("inner");
  }

  // --- shield: a function of tasks and callbacks, so it is called in one ---

  private <T> AsyncFuture<T> shield(AsyncFuture<T> inner) {
    return runUntilComplete(() -> Async.shield(inner));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_result")
  void test_shield_result() {
    CompletableAsyncFuture<Integer> inner = loop().createFuture();
    AsyncFuture<Integer> outer = shield(inner);
    inner.setResult(42);

    assertThat(loop().runUntilComplete(outer)).isEqualTo(42);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_exception")
  void test_shield_exception() {
    CompletableAsyncFuture<Integer> inner = loop().createFuture();
    AsyncFuture<Integer> outer = shield(inner);
    RuntimeException expected = new RuntimeException("expected");

    inner.setException(expected);
    runBriefly(loop());

    assertThat(outer.exception()).isSameAs(expected);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_cancel_inner")
  void test_shield_cancel_inner() {
    AsyncFuture<Integer> inner = loop().createFuture();
    AsyncFuture<Integer> outer = shield(inner);

    inner.cancel();
    assertThat(outer.isDone()).isFalse();
    runOnce(loop());

    assertThat(outer.isCancelled()).isTrue();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_cancel_outer")
  void test_shield_cancel_outer() {
    AsyncFuture<Integer> inner = loop().createFuture();
    AsyncFuture<Integer> outer = shield(inner);
    List<AsyncFuture<?>> called = new ArrayList<>();
    Consumer<AsyncFuture<Integer>> callback = called::add;
    outer.addDoneCallback(callback);

    assertThat(outer.cancel()).isTrue();
    runBriefly(loop());

    assertThat(outer.isCancelled()).isTrue();
    assertThat(inner.isDone()).isFalse();
    assertThat(called).containsExactly(outer);
    assertThat(outer.removeDoneCallback(callback)).as("callbacks left").isZero();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_cancel_outer_result")
  void test_shield_cancel_outer_result() {
    Reports reports = reportsOf(loop());
    CompletableAsyncFuture<Integer> inner = loop().createFuture();
    AsyncFuture<Integer> outer = shield(inner);
    outer.cancel();
    runBriefly(loop());

    inner.setResult(1);
    runBriefly(loop());

    loop().close();
    assertThat(reports.take()).isEmpty();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_cancel_outer_exception")
  void test_shield_cancel_outer_exception() {
    assertReportedOnceBehindShields(1);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_duplicate_log_once")
  void test_shield_duplicate_log_once() {
    assertReportedOnceBehindShields(2);
  }

  private void assertReportedOnceBehindShields(int shields) {
    Reports reports = reportsOf(loop());
    CompletableAsyncFuture<Integer> inner = loop().createFuture();
    List<AsyncFuture<Integer>> outers = new ArrayList<>();
    for (int i = 0; i < shields; i++) {
      outers.add(shield(inner));
    }
    outers.forEach(AsyncFuture::cancel);
    runBriefly(loop());
    RuntimeException failure = new RuntimeException("foo");

    inner.setException(failure);
    runBriefly(loop());

    loop().close();
    assertThat(reports.take()).singleElement().satisfies(report -> {
      assertThat(report.message()).contains("shielded");
      assertThat(report.exception()).isSameAs(failure);
      assertThat(report.future()).isSameAs(inner);
    });
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_shortcut")
  void test_shield_shortcut() {
    CompletableAsyncFuture<Integer> future = loop().createFuture();
    future.setResult(42);

    AsyncFuture<Integer> outer = shield(future);

    assertThat(outer.isDone()).isTrue();
    assertThat(loop().runUntilComplete(outer)).isEqualTo(42);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_effect")
  void test_shield_effect() {
    CompletableAsyncFuture<String> waiter = loop().createFuture();
    List<String> proof = new ArrayList<>();
    Task<?> outer = loop().createTask(() -> {
      Task<?> inner = Async.createTask(() -> {
        waiter.await();
        proof.add("inner");
      });
      Async.shield(inner).await();
      proof.add("outer");
    });
    runBriefly(loop());

    outer.cancel();
    runUntilCancelled(outer);
    waiter.setResult("over");
    runBriefly(loop());

    assertThat(proof).containsExactly("inner");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_gather")
  void test_shield_gather() {
    CompletableAsyncFuture<Integer> child1 = loop().createFuture();
    CompletableAsyncFuture<Integer> child2 = loop().createFuture();
    Task<List<Integer>> parent = loop().createTask(() -> Async.gather(child1, child2));
    AsyncFuture<List<Integer>> outer = shield(parent);
    runBriefly(loop());

    outer.cancel();
    runBriefly(loop());
    assertThat(outer.isCancelled()).isTrue();
    assertThat(parent.isDone()).isFalse();
    child1.setResult(1);
    child2.setResult(2);
    runBriefly(loop());

    assertThat(loop().runUntilComplete(parent)).containsExactly(1, 2);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_gather_shield")
  void test_gather_shield() {
    CompletableAsyncFuture<Integer> child1 = loop().createFuture();
    CompletableAsyncFuture<Integer> child2 = loop().createFuture();
    AsyncFuture<Integer> inner1 = shield(child1);
    AsyncFuture<Integer> inner2 = shield(child2);
    Task<List<Integer>> parent = loop().createTask(() -> Async.gather(inner1, inner2));
    runBriefly(loop());

    parent.cancel();
    runUntilCancelled(parent);

    assertThat(inner1.isCancelled()).isTrue();
    assertThat(inner2.isCancelled()).isTrue();
    assertThat(child1.isDone()).isFalse();
    assertThat(child2.isDone()).isFalse();
    child1.setResult(1);
    child2.setResult(2);
    runBriefly(loop());
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_coroutine_without_loop")
  void test_shield_coroutine_without_loop() {
    Task<Integer> inner = loop().createTask(() -> 42);

    assertThatIllegalStateException().isThrownBy(() -> Async.shield(inner))
        .withMessageContaining("no running event loop");

    assertThat(loop().runUntilComplete(inner)).isEqualTo(42);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_shield_coroutine_use_running_loop")
  void test_shield_coroutine_use_running_loop() {
    AsyncFuture<Integer> outer = runUntilComplete(() -> Async.shield(Async.createTask(() -> 42)));

    assertThat(outer.loop()).isSameAs(loop());
    assertThat(loop().runUntilComplete(outer)).isEqualTo(42);
  }

  /** The compiler refuses what is no collection of futures. */
  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_tasks.BaseTaskTests.test_wait_invalid_args")
  void test_wait_invalid_args() {
    assertThatIllegalArgumentException().isThrownBy(() -> runUntilComplete(() -> Async.awaitAll(List.of())))
        .withMessageContaining("found none");
    assertThatNullPointerException().isThrownBy(() -> runUntilComplete(() -> Async.awaitAll(null)))
        .withMessageContaining("futures");
  }

  // --- what is reported ---

  /** A task that is suspended is never garbage: it is the loop's close that finds it. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_log_destroyed_pending_task")
  void test_log_destroyed_pending_task() {
    Reports reports = reportsOf(loop());
    loop().setDebug(true);
    AsyncFuture<String> never = loop().createFuture();
    List<String> reached = new ArrayList<>();
    Task<?> task = loop().createTask(() -> {
      never.await();
      reached.add("past the wait");
    });
    assertThat(loop().allTasks()).containsExactly(task);
    runOnce(loop());
    assertThat(loop().allTasks()).containsExactly(task);
    assertThat(reports.take()).isEmpty();

    loop().close();

    assertThat(loop().allTasks()).isEmpty();
    assertThat(reports.take()).singleElement().satisfies(report -> {
      assertThat(report.message()).contains("closed before " + task.name() + " was done");
      assertThat(report.future()).isSameAs(task);
      assertThat(methodsIn(report.exception())).contains("test_log_destroyed_pending_task");
    });
    assertThat(reached).isEmpty();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_tb_logger_not_called_after_cancel")
  void test_tb_logger_not_called_after_cancel() {
    Reports reports = reportsOf(loop());

    runUntilComplete(() -> {
      Task<?> failed = Async.createTask(failing(0));
      Async.sleep(millis(50));
      assertThat(failed.cancel()).isFalse();
    });

    loop().close();
    assertThat(reports.take()).isEmpty();
  }

  /** It is shown where the task is reported. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_task_source_traceback")
  void test_task_source_traceback() {
    Reports reports = reportsOf(loop());
    loop().setDebug(true);

    loop().createTask(() -> {});
    StackTraceElement nextLine = new Throwable().getStackTrace()[0];

    loop().close();
    assertThat(reports.take()).singleElement()
        .satisfies(report -> assertThat(report.exception()).isNotNull()
            .satisfies(
                origin -> assertThat(origin.getStackTrace()).filteredOn(
                    frame -> frame.getMethodName().equals("test_task_source_traceback"))
                    .extracting(StackTraceElement::getLineNumber)
                    .containsExactly(nextLine.getLineNumber() - 1)));
  }

  // --- cancelling what gathers ---

  /**
   * Gathering is not a future but a wait of a task, which accepts a request until it is done, as a task that awaits
   * {@code gather} does in asyncio. A request that was accepted is not dropped, though the children have ended.
   */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_gather_1")
  void test_cancel_gather_1() {
    CompletableAsyncFuture<Integer> future = loop().createFuture();
    Task<Integer> child = loop().createTask(() -> future.await());
    Task<List<Integer>> gathering = loop().createTask(() -> Async.gather(child));
    runBriefly(loop());
    List<Boolean> accepted = new ArrayList<>();
    future.addDoneCallback(done -> {
      assertThat(child.isDone()).isTrue();
      assertThat(gathering.isDone()).isFalse();
      accepted.add(gathering.cancel());
    });

    future.setResult(42);
    runUntilCancelled(gathering);

    assertThat(accepted).containsExactly(true);
    assertThat(child.result()).isEqualTo(42);
    assertThat(gathering.cancel()).isFalse();
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_cancel_gather_2")
  void test_cancel_gather_2() {
    for (Cancel cancel : Cancel.ALL) {
      Task<?> main = loop().createTask(() -> {
        Task<?> gathering = Async.createTask(() -> {
          for (int i = 0; i < 20; i++) {
            List<Outcome<Void>> outcomes = Async.gatherOutcomes(Async.<Void>createTask(sleeping(50, null)));
            assertThat(outcomes).hasSize(1);
          }
        });
        Async.sleep(millis(210));
        cancel.call().accept(gathering);
        gathering.await();
      });

      CancelledError error = runUntilCancelled(main);

      assertThat(error.reason()).isEqualTo(cancel.reason());
      assertThat(error).hasNoCause();
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_exception_traceback")
  void test_exception_traceback() {
    runUntilComplete(() -> {
      Task<?> task = Async.createTask(failing(0));
      Async.sleep(Duration.ZERO);
      Throwable exception = task.exception();
      assertThat(exception).isExactlyInstanceOf(ArithmeticException.class);
      assertThat(methodsIn(exception)).anyMatch(method -> method.contains("failing"));
    });
  }

  // --- making tasks ---

  /** What fails while a task is made: a propagator. */
  @Test
  @Conformance("test_tasks.BaseTaskTests.test_error_in_call_soon")
  void test_error_in_call_soon() {
    Reports reports = reportsOf(loop());
    IllegalArgumentException failure = new IllegalArgumentException("refused");
    AtomicBoolean ran = new AtomicBoolean();
    loop().setPropagators(List.of(() -> {
      throw failure;
    }));

    assertThatIllegalArgumentException().isThrownBy(() -> loop().createTask(() -> ran.set(true))).isSameAs(failure);

    assertThat(loop().allTasks()).isEmpty();
    loop().setPropagators(List.of());
    runBriefly(loop());
    assertThat(ran).isFalse();
    loop().close();
    assertThat(reports.take()).isEmpty();
  }

  /** The compiler refuses what is no coroutine; what is left is {@code null}. */
  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_tasks.BaseTaskTests.test_create_task_with_noncoroutine")
  void test_create_task_with_noncoroutine() {
    for (int i = 0; i < 2; i++) {
      assertThatNullPointerException()
          .isThrownBy(() -> loop().newTask(TaskOptions.DEFAULT, (Coroutine<String, RuntimeException>) null))
          .withMessageContaining("coroutine");
      assertThat(loop().allTasks()).isEmpty();
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_create_task_with_async_function")
  void test_create_task_with_async_function() {
    AtomicInteger runs = new AtomicInteger();
    VoidCoroutine<RuntimeException> body = runs::incrementAndGet;
    for (int i = 1; i <= 2; i++) {
      Task<?> task = loop().createTask(body);
      loop().runUntilComplete(task);
      assertThat(task.isDone()).isTrue();
      assertThat(runs).hasValue(i);
    }
  }

  /** A coroutine of the user's own making that ends at once. */
  private static final class Answer implements Coroutine<Integer, RuntimeException> {
    @Override
    public Integer run() {
      return 42;
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_create_task_with_asynclike_function")
  void test_create_task_with_asynclike_function() {
    for (int i = 0; i < 2; i++) {
      Task<Integer> task = loop().createTask(new Answer());
      assertThat(loop().runUntilComplete(task)).isEqualTo(42);
    }
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_bare_create_task")
  void test_bare_create_task() {
    int result = runUntilComplete(() -> {
      Task<Integer> task = Async.createTask(() -> 1);
      assertThat(task.loop()).isSameAs(loop());
      return task.await();
    });

    assertThat(result).isEqualTo(1);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_bare_create_named_task")
  void test_bare_create_named_task() {
    runUntilComplete(() -> {
      Task<?> task = Async.createTask(TaskOptions.named("No-op"), () -> {});
      assertThat(task.name()).isEqualTo("No-op");
      task.await();
    });
  }

  // --- contexts ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_context_1")
  void test_context_1() {
    ContextVar<String> variable = ContextVar.withDefault("variable", "nope");

    runUntilComplete(() -> {
      assertThat(variable.get()).isEqualTo("nope");
      Task<?> child = Async.createTask(() -> {
        Async.sleep(millis(10));
        assertThat(variable.get()).isEqualTo("nope");
        variable.set("something else");
      });
      variable.set("yes");
      assertThat(variable.get()).isEqualTo("yes");
      child.await();
      assertThat(variable.get()).isEqualTo("yes");
    });
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_context_2")
  void test_context_2() {
    ContextVar<String> variable = ContextVar.withDefault("variable", "nope");
    AtomicInteger calls = new AtomicInteger();

    runUntilComplete(() -> {
      assertThat(variable.get()).isEqualTo("nope");
      for (int j = 0; j < 2; j++) {
        CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
        future.addDoneCallback(done -> {
          calls.incrementAndGet();
          variable.set("something else");
        });
        variable.set("yes" + j);
        EventLoop.running().callSoon(() -> future.setResult("over"));
        future.await();
        assertThat(variable.get()).isEqualTo("yes" + j);

        for (int i = 0; i < 3; i++) {
          variable.set("yes" + i + "-" + j);
          Async.sleep(millis(1));
          assertThat(variable.get()).isEqualTo("yes" + i + "-" + j);
        }
      }
    });

    assertThat(calls).hasValue(2);
    assertThat(variable.get()).isEqualTo("nope");
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_context_3")
  void test_context_3() {
    ContextVar<Integer> variable = ContextVar.withDefault("variable", -1);
    Random random = new Random(3);

    runUntilComplete(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      for (int task = 0; task < 100; task++) {
        int number = random.nextInt(11);
        tasks.add(Async.createTask(() -> {
          for (int i = 0; i < 10; i++) {
            variable.set(number + i);
            Async.sleep(millis(random.nextInt(1, 50)));
            assertThat(variable.get()).isEqualTo(number + i);
          }
          return number;
        }));
      }
      assertThat(Async.gather(tasks)).hasSize(100);
    });

    assertThat(variable.get()).isEqualTo(-1);
  }

  /** Makes a task that sets a variable in a context; how is what differs between the tests. */
  @FunctionalInterface
  private interface Spawn {
    Task<?> task(TaskOptions options, VoidCoroutine<RuntimeException> body);
  }

  private void assertContextIsShared(Spawn spawn) {
    ContextVar<Integer> variable = ContextVar.named("variable");
    List<@Nullable Integer> reads = new ArrayList<>();

    runUntilComplete(() -> {
      Context context = Context.copyCurrent();
      reads.add(context.get(variable));
      for (int i = 1; i <= 2; i++) {
        int value = i;
        spawn.task(TaskOptions.DEFAULT.withContext(context), () -> {
          Async.sleep(Duration.ZERO);
          variable.set(value);
        }).await();
        reads.add(context.get(variable));
      }
      assertThat(Context.current().contains(variable)).isFalse();
    });

    assertThat(reads).containsExactly(null, 1, 2);
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_context_4")
  void test_context_4() {
    assertContextIsShared((options, body) -> loop().newTask(options, body.returningNull()));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_context_5")
  void test_context_5() {
    assertContextIsShared((options, body) -> Async.createTask(options, body));
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_context_6")
  void test_context_6() {
    assertContextIsShared((options, body) -> loop().createTask(options, body.returningNull()));
  }

  // --- eager start, and what a task was made with ---

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_eager_start_true")
  void test_eager_start_true() {
    runUntilComplete(() -> {
      List<String> names = new ArrayList<>();
      Task<?> task = Async.createTask(TaskOptions.named("example").withEagerStart(true), () -> {
        names.add(Async.currentTask().name());
      });
      assertThat(task.isDone()).isTrue();
      assertThat(names).containsExactly("example");
    });
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_eager_start_false")
  void test_eager_start_false() {
    runUntilComplete(() -> {
      List<String> names = new ArrayList<>();
      Task<?> task = Async.createTask(TaskOptions.named("example").withEagerStart(false), () -> {
        names.add(Async.currentTask().name());
      });
      assertThat(task.isDone()).isFalse();
      assertThat(names).isEmpty();
      task.await();
      assertThat(names).containsExactly("example");
    });
  }

  @Test
  @Conformance("test_tasks.BaseTaskTests.test_get_context")
  void test_get_context() {
    Context context = Context.copyCurrent();
    Task<?> task = loop().createTask(TaskOptions.DEFAULT.withContext(context), () -> "ran");
    assertThat(task.context()).isSameAs(context);

    loop().runUntilComplete(task);

    assertThat(task.context()).isSameAs(context);
  }
}
