package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What tests of the toolkit share: a loop of each kind on a virtual clock. After each test no task is left, and
 * the loop has reported nothing that the test did not take.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Loops.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ConstructTestCase {
  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration HOUR = Duration.ofHours(1);

  @Parameter
  Loops loops;

  /** What happened, in order. */
  final List<String> log = Collections.synchronizedList(new ArrayList<>());

  private final List<ExceptionContext> reports = Collections.synchronizedList(new ArrayList<>());

  /** Starts at zero and jumps to the next timer when nothing is ready; without a timer the loop waits for other threads. */
  private static final class Clock implements Ticker {
    private volatile long nanos;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public long waitNanos(long deadline) {
      if (deadline == Long.MAX_VALUE) {
        return Long.MAX_VALUE;
      }
      nanos = Math.max(nanos, deadline);
      return 0;
    }
  }

  private final Clock clock = new Clock();

  /** The time since the test began. */
  final Duration elapsed() {
    return Duration.ofNanos(clock.nanos);
  }

  final LoopEngine newEventLoop() {
    LoopEngine loop = loops.newEventLoop(clock);
    loop.setExceptionHandler((reporting, context) -> reports.add(context));
    return loop;
  }

  final Runner newRunner() {
    return Runner.builder().loopFactory(this::newEventLoop).build();
  }

  /** Runs the test in the main task of a loop, which has to leave no other task behind. */
  final <X extends Throwable> void run(VoidCoroutine<X> test) throws X {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        test.run();
        assertThat(Async.allTasks()).as("tasks that are left").containsExactly(Async.currentTask());
      });
    }
  }

  /** The reports to the exception handler since the last call. */
  final List<ExceptionContext> takeReports() {
    List<ExceptionContext> taken = List.copyOf(reports);
    reports.clear();
    return taken;
  }

  @AfterEach
  final void nothingWasReported() {
    assertThat(takeReports()).as("reports that the test did not expect").isEmpty();
  }

  // --- in tasks ---

  /** Gives all that is ready, and what comes of it, some turns. */
  static void letOthersRun() {
    for (int i = 0; i < 8; i++) {
      EventLoop.running().yieldNow();
    }
  }

  /** A task that waits for an hour, and has begun to. */
  final Task<String> sleeper(String name) {
    Task<String> task = Async.createTask(() -> sleepLogging(name));
    EventLoop.running().yieldNow();
    return task;
  }

  /** Waits for an hour, and logs if it is cancelled. */
  final String sleepLogging(String name) {
    try {
      Async.sleep(HOUR);
      return name;
    } catch (CancelledError cancelled) {
      log.add(name + " cancelled");
      throw cancelled;
    }
  }

  /** Cancels a task and waits until it has ended. */
  static void end(Task<?> task) {
    task.cancel();
    Async.awaitAll(List.of(task));
  }

  static <T> T after(Duration delay, T value) {
    Async.sleep(delay);
    return value;
  }

  static <X extends Throwable> String failAfter(Duration delay, X exception) throws X {
    Async.sleep(delay);
    throw exception;
  }

  /** Waits for an hour; what it does when it is cancelled is to throw something else. */
  static <X extends Throwable> String failWhenCancelled(X exception) throws X {
    try {
      Async.sleep(HOUR);
      return "never";
    } catch (CancelledError cancelled) {
      throw exception;
    }
  }

  /** What a coroutine throws, with a {@code CancelledError} of the calling task among it. */
  static Throwable thrownBy(Coroutine<?, ?> coroutine) {
    try {
      Object _ = coroutine.run();
      return null;
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  /** As {@link #thrownBy(Coroutine)}. */
  static Throwable thrownBy(VoidCoroutine<?> coroutine) {
    return thrownBy(coroutine.returningNull());
  }

  /** Calls something in a callback while the calling task waits. */
  static <T> T inCallback(Callable<T> body) {
    CompletableAsyncFuture<T> result = EventLoop.running().createFuture();
    EventLoop.running().callSoon(() -> {
      try {
        result.setResult(body.call());
      } catch (Throwable thrown) {
        result.setException(thrown);
      }
    });
    return result.await();
  }

  /** Calls something in a task of another loop, which runs on a thread of its own, while the calling task waits. */
  final <T> T onAnotherLoop(Coroutine<T, ?> body) {
    return awaitOnAnotherThread(() -> {
      try (Runner other = Runner.builder()
          .loopFactory(() -> loops.newEventLoop(Ticker.SYSTEM))
          .build()) {
        return other.run(() -> {
          try {
            return body.run();
          } catch (Exception | Error unchecked) {
            throw unchecked;
          } catch (Throwable checked) {
            throw new AssertionError(checked);
          }
        });
      }
    });
  }

  /** Asserts that whatever was done before has left the loop as it should be: tasks, timers, callbacks, groups, timeouts. */
  final void assertLoopWorks() {
    assertThat(Async.currentTask().cancelling()).as("requests to cancel the task").isZero();
    String both = TaskGroup.call((TaskGroup group) -> {
      Task<String> slow = group.createTask(() -> after(SECOND, "slow"));
      Task<String> quick = group.createTask(() -> "quick");
      return quick.await() + " " + slow.await();
    });
    assertThat(both).isEqualTo("quick slow");
    assertThat(inCallback(() -> "callback")).isEqualTo("callback");
    assertThat(awaitOnAnotherThread(() -> "thread")).isEqualTo("thread");
    assertThat(catchThrowable(() -> Async.timeout(SECOND, () -> Async.sleep(HOUR))))
        .isInstanceOf(io.asyncrunner.DeadlineExceededException.class);
  }
}
