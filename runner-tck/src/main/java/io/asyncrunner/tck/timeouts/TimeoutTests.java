package io.asyncrunner.tck.timeouts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.Timeout;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code TimeoutTests} of {@code test_timeouts.py}. */
public abstract class TimeoutTests extends PortedTests {
  /** What happened, in order; used on the loop and, when that is over, by the test. */
  private final List<String> log = new ArrayList<>();

  protected TimeoutTests(LoopSource source) {
    super(source);
  }

  /** A block that was left: its timeout, and what came out of it. */
  private record Left(Timeout timeout, @Nullable Throwable thrown) {
    static Left after(Duration duration, Timeout.VoidBody<?> body) {
      Timeout[] entered = new Timeout[1];
      Throwable thrown = catchThrowable(() -> Async.timeout(duration, timeout -> {
        entered[0] = timeout;
        body.run(timeout);
      }));
      return new Left(entered[0], thrown);
    }

    static Left at(long when, Timeout.VoidBody<?> body) {
      Timeout[] entered = new Timeout[1];
      Throwable thrown = catchThrowable(() -> Timeout.callAt(when, timeout -> {
        entered[0] = timeout;
        body.run(timeout);
        return null;
      }));
      return new Left(entered[0], thrown);
    }

    void assertDeadlineExceeded() {
      assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(timeout.expired()).isTrue();
    }

    /** The block was left by its expiry: the cancellation that its code saw. */
    CancelledError cancellation() {
      assertDeadlineExceeded();
      assertThat(thrown).hasCauseExactlyInstanceOf(CancelledError.class);
      return (CancelledError) thrown.getCause();
    }
  }

  /** Sleeps; logs that it was cancelled. */
  private void sleepLogging(long millis) {
    try {
      sleep(millis);
    } catch (CancelledError cancelled) {
      log.add("cancelled");
      throw cancelled;
    }
  }

  /** Throws, where a statement that throws would be warned of. */
  private static <X extends Throwable> void raise(X exception) throws X {
    throw exception;
  }

  private static long millisFromNow(long millis) {
    return EventLoop.running().deadline(Duration.ofMillis(millis));
  }

  private static long now() {
    return EventLoop.running().time();
  }

  // --- expiry ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_basic")
  void test_timeout_basic() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> sleep(10_000));
      left.assertDeadlineExceeded();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_at_basic")
  void test_timeout_at_basic() {
    run(() -> {
      long deadline = millisFromNow(10);
      Left left = Left.at(deadline, timeout -> sleep(10_000));
      left.assertDeadlineExceeded();
      assertThat(left.timeout().when()).hasValue(deadline);
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_nested_timeouts")
  void test_nested_timeouts() {
    run(() -> {
      long deadline = millisFromNow(10);
      List<Left> inner = new ArrayList<>();
      Left outer = Left.at(deadline, timeout -> {
        inner.add(Left.at(deadline, nested -> sleepLogging(10_000)));
        raise(inner.get(0).thrown());
      });
      outer.assertDeadlineExceeded();
      assertThat(log).containsExactly("cancelled");
      assertThat(inner.get(0).thrown()).isExactlyInstanceOf(CancelledError.class).isSameAs(outer.cancellation());
      assertThat(inner.get(0).timeout().expired()).isTrue();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_waiter_cancelled")
  void test_waiter_cancelled() {
    run(() -> {
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(10), () -> sleepLogging(10_000)))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(log).containsExactly("cancelled");
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_not_called")
  void test_timeout_not_called() {
    run(() -> {
      long begin = now();
      Left left = Left.after(Duration.ofSeconds(10), timeout -> sleep(10));
      assertThat(left.thrown()).isNull();
      assertThat(left.timeout().expired()).isFalse();
      assertThat(left.timeout().when()).hasValue(begin + Duration.ofSeconds(10).toNanos());
      assertThat(now()).isLessThan(left.timeout().when().getAsLong());
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_disabled")
  void test_timeout_disabled() {
    run(() -> assertNoDeadline(Left.after(FOREVER, timeout -> sleep(10))));
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_at_disabled")
  void test_timeout_at_disabled() {
    run(() -> assertNoDeadline(Left.at(Long.MAX_VALUE, timeout -> sleep(10))));
  }

  private static void assertNoDeadline(Left left) {
    assertThat(left.thrown()).isNull();
    assertThat(left.timeout().expired()).isFalse();
    assertThat(left.timeout().when()).isEmpty();
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_zero")
  void test_timeout_zero() {
    run(() -> {
      long begin = now();
      Left left = Left.after(Duration.ZERO, timeout -> sleep(10_000));
      left.assertDeadlineExceeded();
      assertThat(left.timeout().when().getAsLong()).isBetween(begin, now());
      assertThat(elapsed(EventLoop.running(), begin)).isLessThan(Duration.ofSeconds(10));
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_zero_sleep_zero")
  void test_timeout_zero_sleep_zero() {
    run(() -> {
      long begin = now();
      Left left = Left.after(Duration.ZERO, timeout -> giveATurn());
      left.assertDeadlineExceeded();
      assertThat(left.timeout().when().getAsLong()).isBetween(begin, now());
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_in_the_past_sleep_zero")
  void test_timeout_in_the_past_sleep_zero() {
    run(() -> {
      long past = now() - Duration.ofSeconds(11).toNanos();
      Left at = Left.at(past, timeout -> giveATurn());
      at.assertDeadlineExceeded();
      assertThat(at.timeout().when()).hasValue(past);

      long begin = now();
      Left after = Left.after(Duration.ofSeconds(-11), timeout -> giveATurn()); // counts as zero
      after.assertDeadlineExceeded();
      assertThat(after.timeout().when().getAsLong()).isBetween(begin, now());
    });
  }

  // --- other exceptions ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_foreign_exception_passed")
  void test_foreign_exception_passed() {
    run(() -> {
      NoSuchElementException exception = new NoSuchElementException();
      Left left = Left.after(Duration.ofMillis(10), timeout -> raise(exception));
      assertThat(left.thrown()).isSameAs(exception);
      assertThat(left.timeout().expired()).isFalse();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_exception_context")
  void test_timeout_exception_context() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> {
        try {
          crash();
        } finally {
          sleep(1000);
        }
      });
      assertThat(left.cancellation()).hasNoCause();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_exception_cause")
  void test_timeout_exception_cause() {
    run(() -> {
      List<CancelledError> seen = new ArrayList<>();
      Left left = Left.after(Duration.ofMillis(10), timeout -> {
        try {
          sleep(1000);
        } catch (CancelledError cancelled) {
          seen.add(cancelled);
          throw cancelled;
        }
      });
      assertThat(seen).containsExactly(left.cancellation());
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_foreign_exception_on_timeout")
  void test_foreign_exception_on_timeout() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> {
        try {
          sleep(1000);
        } finally {
          crash();
        }
      });
      assertThat(left.thrown()).isExactlyInstanceOf(ArithmeticException.class).hasNoCause();
      assertThat(left.timeout().expired()).isTrue();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_foreign_exception_on_timeout_2")
  void test_foreign_exception_on_timeout_2() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> {
        try {
          try {
            raise(new IllegalArgumentException());
          } finally {
            sleepLogging(1000);
          }
        } finally {
          try {
            raise(new NoSuchElementException());
          } finally {
            crash();
          }
        }
      });
      assertThat(log).containsExactly("cancelled");
      assertThat(left.thrown()).isExactlyInstanceOf(ArithmeticException.class).hasNoCause();
      assertThat(left.timeout().expired()).isTrue();
    });
  }

  // --- cancellation by others ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired")
  void test_foreign_cancel_doesnt_timeout_if_not_expired() {
    run(() -> {
      Left left = Left.after(Duration.ofSeconds(10), timeout -> {
        Async.currentTask().cancel();
        sleep(10_000);
      });
      assertThat(left.thrown()).isExactlyInstanceOf(CancelledError.class);
      assertThat(left.timeout().expired()).isFalse();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_outer_task_is_not_cancelled")
  void test_outer_task_is_not_cancelled() {
    run(() -> {
      Task<?> outer = Async.createTask(
          () -> Left.after(Duration.ofMillis(1), timeout -> sleep(10_000)).assertDeadlineExceeded());
      outer.await();
      assertThat(outer.isCancelled()).isFalse();
      assertThat(outer.isDone()).isTrue();
    });
  }

  /**
   * Has the deadlines of two timeouts pass in one turn of the loop, as if it had been held up until both were over: virtual
   * time does not go on while a step runs.
   */
  private static void passWhileTheLoopIsBusy(Timeout first, Timeout second) {
    long now = now();
    first.rescheduleAt(now);
    second.rescheduleAt(now);
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_nested_timeouts_concurrent")
  void test_nested_timeouts_concurrent() {
    run(() -> {
      List<Left> inner = new ArrayList<>();
      Left outer = Left.after(Duration.ofMillis(2), timeout -> {
        inner.add(Left.after(Duration.ofMillis(100), nested -> {
          passWhileTheLoopIsBusy(timeout, nested);
          sleep(1000);
        }));
        raise(inner.get(0).thrown());
      });
      outer.assertDeadlineExceeded();
      assertThat(inner.get(0).thrown()).isSameAs(outer.cancellation());
      assertThat(inner.get(0).timeout().expired()).isTrue();
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy")
  void test_nested_timeouts_loop_busy() {
    run(() -> {
      long begin = now();
      for (boolean busy : new boolean[] {true, false}) {
        List<Left> inner = new ArrayList<>();
        Left outer = Left.after(Duration.ofMillis(100), timeout -> {
          inner.add(Left.after(Duration.ofMillis(10), nested -> {
            if (busy) {
              passWhileTheLoopIsBusy(nested, timeout);
            }
            sleep(1000);
          }));
          if (inner.get(0).thrown() instanceof CancelledError cancelled) {
            throw cancelled;
          }
          sleepLogging(10_000); // has to be interrupted by the outer timeout
        });
        outer.assertDeadlineExceeded();
        assertThat(inner.get(0).thrown())
            .isExactlyInstanceOf(busy ? CancelledError.class : DeadlineExceededException.class);
        assertThat(inner.get(0).timeout().expired()).isTrue();
      }
      assertThat(log).containsExactly("cancelled"); // only where the inner timeout did not cancel with the outer one
      assertThat(elapsed(EventLoop.running(), begin)).isLessThan(Duration.ofSeconds(1));
    });
  }

  // --- moving the deadline ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_reschedule")
  void test_reschedule() {
    run(() -> {
      long deadline = millisFromNow(10_000);
      long later = millisFromNow(30_000);
      CompletableAsyncFuture<Timeout> entered = EventLoop.running().createFuture();
      Task<?> task = Async.createTask(() -> Timeout.callAt(deadline, timeout -> {
        entered.setResult(timeout);
        sleep(50_000);
        return null;
      }));
      Timeout timeout = entered.await();
      assertThat(timeout.when()).hasValue(deadline);

      timeout.rescheduleAt(later);
      assertThat(timeout.when()).hasValue(later);
      timeout.rescheduleAt(Long.MAX_VALUE);
      assertThat(timeout.when()).isEqualTo(OptionalLong.empty());
      sleep(40_000); // past both deadlines
      assertThat(task.isDone()).isFalse();

      task.cancel();
      assertThatThrownBy(task::await).isExactlyInstanceOf(CancelledError.class);
      assertThat(timeout.expired()).isFalse();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_finished")
  void test_timeout_finished() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> {});
      assertThat(left.thrown()).isNull();
      assertCannotReschedule(left.timeout(), "finished");
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_expired")
  void test_timeout_expired() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> sleep(1000));
      left.assertDeadlineExceeded();
      assertCannotReschedule(left.timeout(), "expired");
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_expiring")
  void test_timeout_expiring() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> {
        assertThatThrownBy(() -> sleep(1000)).isExactlyInstanceOf(CancelledError.class);
        assertCannotReschedule(timeout, "expiring");
      });
      assertThat(left.thrown()).isNull();
      assertThat(left.timeout().expired()).isTrue();
    });
  }

  private static void assertCannotReschedule(Timeout timeout, String state) {
    OptionalLong when = timeout.when();
    assertThatThrownBy(() -> timeout.reschedule(Duration.ofMillis(20))).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("that is " + state);
    assertThatThrownBy(() -> timeout.rescheduleAt(millisFromNow(20))).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("that is " + state);
    assertThat(timeout.when()).isEqualTo(when);
  }

  // --- texts ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_repr_active")
  void test_repr_active() {
    run(() -> {
      Left left = Left.after(Duration.ofSeconds(10),
          timeout -> assertThat(timeout).hasToString("Timeout[active, when=" + millisFromNow(10_000) + "]"));
      assertThat(left.thrown()).isNull();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_repr_expired")
  void test_repr_expired() {
    run(() -> {
      long deadline = millisFromNow(10);
      Left left = Left.at(deadline, timeout -> sleep(10_000));
      left.assertDeadlineExceeded();
      assertThat(left.timeout()).hasToString("Timeout[expired, when=" + deadline + "]");
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_repr_finished")
  void test_repr_finished() {
    run(() -> {
      long deadline = millisFromNow(10_000);
      Left left = Left.at(deadline, timeout -> giveATurn());
      assertThat(left.timeout()).hasToString("Timeout[finished, when=" + deadline + "]");
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_repr_disabled")
  void test_repr_disabled() {
    run(() -> {
      Left left = Left.after(FOREVER, timeout -> assertThat(timeout).hasToString("Timeout[active]"));
      assertThat(left.thrown()).isNull();
    });
  }

  // --- in clean-up ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_nested_timeout_in_finally")
  void test_nested_timeout_in_finally() {
    run(() -> {
      List<Left> inner = new ArrayList<>();
      Left outer = Left.after(Duration.ofMillis(10), timeout -> {
        try {
          sleep(1000);
        } finally {
          inner.add(Left.after(Duration.ofMillis(10), nested -> sleep(10_000)));
        }
      });
      assertThat(outer.cancellation()).hasNoCause().isNotSameAs(inner.get(0).cancellation());
      assertThat(inner.get(0).cancellation()).hasNoCause();
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_after_cancellation")
  void test_timeout_after_cancellation() {
    run(() -> {
      swallowACancellation();
      Left left = Left.after(Duration.ZERO, timeout -> sleep(1000));
      left.assertDeadlineExceeded();
      assertThat(Async.currentTask().cancelling()).isEqualTo(1);
    });
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_cancel_in_timeout_after_cancellation")
  void test_cancel_in_timeout_after_cancellation() {
    run(() -> {
      swallowACancellation();
      Left left = Left.after(Duration.ofSeconds(1), timeout -> {
        Async.currentTask().cancel();
        sleep(2000);
      });
      assertThat(left.thrown()).isExactlyInstanceOf(CancelledError.class);
      assertThat(left.timeout().expired()).isFalse();
      assertThat(Async.currentTask().cancelling()).isEqualTo(2);
    });
  }

  private static void swallowACancellation() {
    Async.currentTask().cancel();
    assertThatThrownBy(() -> sleep(1000)).isExactlyInstanceOf(CancelledError.class);
  }

  // --- who can use them ---

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_without_task")
  void test_timeout_without_task() {
    List<Throwable> thrown = new ArrayList<>();
    loop().callSoon(
        () -> thrown.add(catchThrowable(() -> Async.timeout(Duration.ofMillis(10), () -> log.add("called")))));
    runOnce(loop());

    assertThat(thrown).singleElement()
        .isInstanceOfSatisfying(IllegalStateException.class,
            exception -> assertThat(exception).hasMessageContaining("has to be called in a task"));
    assertThat(log).isEmpty();
  }

  @Test
  @Conformance("test_timeouts.TimeoutTests.test_timeout_taskgroup")
  void test_timeout_taskgroup() {
    run(() -> {
      Left left = Left.after(Duration.ofMillis(10), timeout -> TaskGroup.run(group -> {
        group.createTask(() -> {
          try {
            sleepLogging(2000);
          } finally {
            crash();
          }
        });
        try {
          raise(new IllegalArgumentException());
        } finally {
          sleepLogging(1000);
        }
      }));
      assertThat(log).containsExactly("cancelled", "cancelled");
      assertThat(left.timeout().expired()).isTrue();
      assertThat(left.thrown()).isInstanceOfSatisfying(ExceptionGroup.class,
          group -> assertThat(group.exceptions()).singleElement()
              .satisfies(failure -> assertThat(failure).isExactlyInstanceOf(ArithmeticException.class).hasNoCause()));
    });
  }
}
