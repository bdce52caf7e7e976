package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** {@link Async#timeout} and {@link Timeout}. */
class TimeoutTest extends ConstructTestCase {
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

  @Test
  void timeout_inTime_givesResultOrWhatWasThrown() {
    run(() -> {
      IOException checked = new IOException("checked");
      assertThat(Async.timeout(TWO_SECONDS, () -> after(SECOND, "result"))).isEqualTo("result");
      assertThatThrownBy(() -> Async.timeout(TWO_SECONDS, () -> failAfter(SECOND, checked))).isSameAs(checked);
      Async.sleep(HOUR); // the deadlines that are left do nothing
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void timeout_passes_saysWhichTaskAndHowLongAndIsCausedByTheCancellation() {
    run(() -> {
      Task<?> task = Async.createTask(TaskOptions.named("slow"), () -> {
        assertThatThrownBy(() -> Async.timeout(SECOND, () -> Async.sleep(HOUR)))
            .isExactlyInstanceOf(DeadlineExceededException.class)
            .hasMessage("task slow was not done within PT1S")
            .hasCauseExactlyInstanceOf(CancelledError.class);
        assertThat(Async.currentTask().cancelling()).isZero();
      });
      task.await();
      assertThat(elapsed()).isEqualTo(SECOND);
    });
  }

  @Test
  void timeout_passes_awaitsTheCleanUpWhichMayWait() {
    run(() -> {
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> {
        try {
          return sleepLogging("body");
        } finally {
          log.add(after(TWO_SECONDS, "cleaned up"));
        }
      })).isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
      assertThat(log).containsExactly("body cancelled", "cleaned up");
    });
  }

  @Test
  void timeout_passesAndTheBodyEndsOtherwise_isHowItEnded() {
    run(() -> {
      assertThat(Async.timeout(SECOND, () -> {
        try {
          return sleepLogging("body");
        } catch (CancelledError swallowed) {
          return "a result after all";
        }
      })).isEqualTo("a result after all");
      IOException checked = new IOException("clean-up failed");
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> failWhenCancelled(checked))).isSameAs(checked);
      assertThat(Async.currentTask().cancelling()).isZero();
      Async.sleep(SECOND); // no cancellation is left
    });
  }

  /** The code did not suspend any more: nothing is thrown, and nothing is left of the request. */
  @Test
  void timeout_passesWhileTheBodyIsBusy_givesItsResultAndLeavesNoCancellation() {
    run(() -> {
      boolean[] expired = new boolean[1];
      String result = Timeout.call(Duration.ZERO, scope -> {
        Throwable cancelled = thrownBy(() -> after(Duration.ZERO, "never"));
        assertThat(cancelled).isInstanceOf(CancelledError.class);
        expired[0] = scope.expired();
        return "busy";
      });
      assertThat(result).isEqualTo("busy");
      assertThat(expired[0]).isTrue();
      Async.sleep(SECOND);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void timeout_cancelledFromOutside_staysACancellation() {
    run(() -> {
      Task<?> task = Async.createTask(() -> Async.timeout(HOUR, () -> sleepLogging("body")));
      letOthersRun();
      end(task);
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @Test
  void timeout_passesWhileCancelledFromOutside_staysACancellation() {
    run(() -> {
      Throwable[] seen = new Throwable[1];
      Task<?> task = Async.createTask(() -> {
        seen[0] = thrownBy(() -> Async.timeout(SECOND, () -> {
          try {
            return sleepLogging("body");
          } finally {
            Async.sleep(TWO_SECONDS); // the deadline passes meanwhile
          }
        }));
        assertThat(Async.currentTask().cancelling()).isEqualTo(1);
        throw (CancelledError) seen[0];
      });
      letOthersRun();
      end(task);
      assertThat(seen[0]).isInstanceOf(CancelledError.class);
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @Test
  void timeout_cancelledBeforeItIsEntered_theDeadlineCountsByItself() {
    run(() -> {
      Task<?> task = Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError cancelled) {
          assertThatThrownBy(() -> Async.timeout(SECOND, () -> Async.sleep(HOUR)))
              .isExactlyInstanceOf(DeadlineExceededException.class);
          assertThat(Async.currentTask().cancelling()).isEqualTo(1);
          throw cancelled;
        }
      });
      letOthersRun();
      end(task);
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @Test
  void timeout_nested_theOneThatPassedThrows() {
    run(() -> {
      assertThat(Async.timeout(TWO_SECONDS, () -> {
        assertThatThrownBy(() -> Async.timeout(SECOND, () -> Async.sleep(HOUR))).hasMessageContaining("PT1S");
        return "outer goes on";
      })).isEqualTo("outer goes on");
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> Async.timeout(TWO_SECONDS, () -> Async.sleep(HOUR))))
          .hasMessageContaining("PT1S");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  /** For the inner one there is another request than its own, so it stays a cancellation. */
  @Test
  void timeout_nestedThatPassTogether_theOuterThrows() {
    run(() -> {
      Throwable[] inner = new Throwable[1];
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> {
        inner[0] = thrownBy(() -> Async.timeout(SECOND, () -> sleepLogging("body")));
        throw inner[0];
      })).isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(inner[0]).isInstanceOf(CancelledError.class);
      assertThat(elapsed()).isEqualTo(SECOND);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void reschedule_laterEarlierAndNever_countsFromNow() {
    run(() -> {
      Async.timeout(SECOND, (Timeout scope) -> {
        assertThat(scope.when()).isEqualTo(OptionalLong.of(SECOND.toNanos()));
        scope.reschedule(Duration.ofSeconds(10));
        Async.sleep(Duration.ofSeconds(5));
        scope.reschedule(Duration.ofSeconds(10));
        assertThat(scope.when()).isEqualTo(OptionalLong.of(Duration.ofSeconds(15).toNanos()));
        Async.sleep(Duration.ofSeconds(9));
        scope.reschedule(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(scope.when()).isEmpty();
        Async.sleep(HOUR);
        assertThat(scope.expired()).isFalse();
      });
      assertThatThrownBy(() -> Async.timeout(HOUR, (Timeout scope) -> {
        scope.reschedule(SECOND);
        Async.sleep(HOUR);
      })).hasMessageContaining("PT1S");
    });
  }

  @Test
  void rescheduleAt_thePast_expiresInTheNextTurn() {
    run(() -> {
      Async.sleep(SECOND);
      assertThatThrownBy(() -> Async.timeout(HOUR, (Timeout scope) -> {
        scope.rescheduleAt(0);
        Async.sleep(HOUR);
      })).isExactlyInstanceOf(DeadlineExceededException.class).hasMessageContaining("by its deadline");
      assertThat(elapsed()).isEqualTo(SECOND);
    });
  }

  @Test
  void reschedule_byAnotherTaskOfTheLoop_moves() {
    run(() -> {
      Timeout[] given = new Timeout[1];
      Task<?> guarded = Async.createTask(() -> {
        Async.timeout(SECOND, (Timeout scope) -> {
          given[0] = scope;
          Async.sleep(TWO_SECONDS);
        });
      });
      letOthersRun();
      given[0].reschedule(HOUR);
      guarded.await();
      assertThat(elapsed()).isEqualTo(TWO_SECONDS);
    });
  }

  @Test
  void reschedule_expiredOrLeft_refusedAndNothingChanges() {
    run(() -> {
      Timeout[] left = new Timeout[1];
      assertThatThrownBy(() -> Async.timeout(SECOND, (Timeout scope) -> {
        left[0] = scope;
        try {
          Async.sleep(HOUR);
        } finally {
          assertThat(scope.expired()).isTrue();
          assertThatIllegalStateException().isThrownBy(() -> scope.reschedule(HOUR)).withMessageContaining("expiring");
        }
      })).isExactlyInstanceOf(DeadlineExceededException.class);
      assertThatIllegalStateException().isThrownBy(() -> left[0].reschedule(SECOND)).withMessageContaining("expired");
      Async.timeout(SECOND, (Timeout scope) -> {
        left[0] = scope;
      });
      assertThatIllegalStateException().isThrownBy(() -> left[0].rescheduleAt(0)).withMessageContaining("finished");
      assertThat(left[0].expired()).isFalse();
      Async.sleep(HOUR);
      assertLoopWorks();
    });
  }

  @Test
  void timeoutAt_aTimeOfTheLoop_isWhenItPasses() {
    run(() -> {
      Async.sleep(SECOND);
      long when = EventLoop.running().time() + SECOND.toNanos();
      assertThatThrownBy(() -> Timeout.callAt(when, scope -> sleepLogging("body")))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(elapsed()).isEqualTo(TWO_SECONDS);
    });
  }

  @Test
  void timeout_inACallbackOrOutside_refusedAndTheBodyNotCalled() {
    Coroutine<?, RuntimeException> timeout = () -> Async.timeout(SECOND, () -> log.add("called"));
    assertThat(thrownBy(timeout)).isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no running event loop");
    run(() -> {
      assertThat(inCallback(() -> thrownBy(timeout))).isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Async.timeout");
      assertThat(awaitOnAnotherThread(() -> thrownBy(timeout))).isExactlyInstanceOf(IllegalStateException.class);
      assertLoopWorks();
    });
    assertThat(log).isEmpty();
  }
}
