package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The rules of what is thrown: groups of exceptions, and what a cancellation says of itself. */
public abstract class FailureRules extends PortedTests {
  private final IOException checked = new IOException("checked");
  private final IllegalStateException unchecked = new IllegalStateException("unchecked");
  private final IllegalArgumentException another = new IllegalArgumentException("another");
  private final ExceptionGroup inner = new ExceptionGroup("inner", List.of(checked, unchecked));
  private final ExceptionGroup outer = new ExceptionGroup("outer", List.of(another, inner));

  protected FailureRules(LoopSource source) {
    super(source);
  }

  // --- groups ---

  @Test
  void groups_nameTheFirstAsTheirCauseAndTheOthersAsSuppressed() {
    assertThat(inner).hasMessageStartingWith("inner (2 exceptions): " + checked.getClass().getName())
        .hasCause(checked)
        .hasSuppressedException(unchecked);
    assertThat(inner.getSuppressed()).hasSize(1);
    assertThat(inner.exceptions()).containsExactly(checked, unchecked);
    assertThat(new ExceptionGroup("one", List.of(checked)))
        .hasMessageStartingWith("one (1 exception): " + checked.getClass().getName());
    assertThatIllegalArgumentException().isThrownBy(() -> new ExceptionGroup("none", List.of()));
  }

  @Test
  void groups_areSplitWithTheirNesting() {
    ExceptionGroup.Split split = outer.split(thrown -> thrown == checked || thrown == another);
    assertThat(split.matching()).hasMessageStartingWith("outer (2 exceptions): ");
    assertThat(split.matching().getStackTrace()).isEqualTo(outer.getStackTrace());
    assertThat(split.matching().exceptions().get(0)).isSameAs(another);
    assertThat(((ExceptionGroup) split.matching().exceptions().get(1)).exceptions()).containsExactly(checked);
    assertThat(split.rest().exceptions()).singleElement()
        .isInstanceOfSatisfying(ExceptionGroup.class, rest -> assertThat(rest.exceptions()).containsExactly(unchecked));
    assertThat(outer.exceptions()).containsExactly(another, inner);
  }

  @Test
  void groups_ofWhichAllOrNothingFits_areLeftWhole() {
    assertThat(outer.split(thrown -> true)).isEqualTo(new ExceptionGroup.Split(outer, null));
    assertThat(outer.split(thrown -> false).matching()).isNull();
    assertThat(outer.subgroup(InterruptedException.class)).isNull();
    assertThat(outer.subgroup(ExceptionGroup.class)).isSameAs(outer);
    assertThat(outer.subgroup(IllegalArgumentException.class).exceptions()).containsExactly(another);
    assertThat(outer.split(thrown -> thrown == inner).rest().exceptions()).containsExactly(another);
  }

  @Test
  void groups_ofTasks_haveCheckedExceptionsAsTheyWereThrown() {
    run(() -> {
      Throwable failed = catchThrowable(() -> TaskGroup.run(group -> {
        Task<?> failing = group.createTask(() -> {
          throw checked;
        });
        failing.await(); // which wraps it
      }));
      assertThat(failed).isInstanceOfSatisfying(ExceptionGroup.class,
          group -> assertThat(group.exceptions()).containsOnly(checked));
      Throwable awaited = catchThrowable(() -> Async.gather(() -> "result", () -> {
        throw checked;
      }));
      assertThat(awaited).isSameAs(checked);
    });
  }

  /** A checked exception comes wrapped out of a future, and stands in the group as it was thrown; what others have wrapped, does not. */
  @Test
  void groups_ofWhatTheBodyThrows_haveItUnwrappedIfItIsChecked() {
    run(() -> {
      Task<String> outside = Async.createTask(() -> {
        throw checked;
      });
      assertThat(groupOf(outside::await)).containsExactly(checked);
      for (Throwable cause : Arrays.asList(unchecked, new AssertionError("error"), null)) {
        CompletionException wrapped = new CompletionException("by hand", cause);
        assertThat(groupOf(() -> {
          throw wrapped;
        })).containsExactly(wrapped);
      }
    });
  }

  private static List<Throwable> groupOf(ThrowingCallable body) {
    Throwable failed = catchThrowable(() -> TaskGroup.run((TaskGroup group) -> body.call()));
    assertThat(failed).isInstanceOf(ExceptionGroup.class);
    return ((ExceptionGroup) failed).exceptions();
  }

  // --- cancellations ---

  @Test
  void cancellations_sayWhoWhyAndWhen() {
    run(() -> {
      long begun = EventLoop.running().time();
      Task<?> victim = Async.createTask(() -> waitForever());
      Task<?> canceller = Async.createTask(TaskOptions.named("canceller"), () -> {
        sleep(2000);
        victim.cancel("no longer needed");
      });
      canceller.await();
      Async.awaitAll(List.of(victim));
      CancelledError error = victim.cancellation();
      long when = error.when().getAsLong();
      assertThat(when).isGreaterThanOrEqualTo(begun + Duration.ofSeconds(2).toNanos());
      assertThat(error.source().canceller()).isEqualTo("canceller");
      assertThat(error.source().deadline()).isNull();
      assertThat(error).hasMessage("no longer needed (cancelled by canceller at " + seconds(when) + " s)");
      assertThat(victim.toString()).contains(error.getMessage());
    });
  }

  private static String seconds(long nanos) {
    return java.math.BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
  }

  @Test
  void cancellations_byCallbacksAndTimeouts_sayWhatIsKnown() {
    run(() -> {
      Task<?> victim = Async.createTask(() -> waitForever());
      EventLoop.running().callLater(Duration.ofSeconds(1), victim::cancel);
      Async.awaitAll(List.of(victim));
      assertThat(victim.cancellation().getMessage()).matches("\\(cancelled at [\\d.]+ s\\)");
      Throwable late = catchThrowable(() -> Async.timeout(Duration.ofSeconds(2), () -> waitForever()));
      assertThat(late.getCause()).isInstanceOfSatisfying(CancelledError.class, error -> {
        assertThat(error.source().deadline()).isEqualTo(Duration.ofSeconds(2));
        assertThat(error.getMessage()).matches("\\(a timeout of PT2S ran out at [\\d.]+ s\\)");
      });
    });
  }

  @Test
  void cancellations_ofShieldedFutures_arePassedOnWithTheirSource() {
    run(() -> {
      Task<String> inner = Async.createTask(() -> {
        waitForever();
        return "never";
      });
      AsyncFuture<String> outer = Async.shield(inner);
      giveATurn();
      Async.createTask(TaskOptions.named("canceller"), () -> {
        inner.cancel();
      }).await();
      Async.awaitAll(List.of(outer));
      assertThat(outer.cancellation().source().canceller()).isEqualTo("canceller");
      AsyncFuture<String> ofByHand = Async.shield(Async.createTask(() -> {
        throw new CancelledError("by hand");
      }));
      Async.awaitAll(List.of(ofByHand));
      assertThat(ofByHand.isCancelled()).isTrue();
      assertThat(ofByHand.cancellation().source().canceller()).isNull();
    });
  }

  @Test
  void cancellations_raisedByHand_sayNoMoreThanTheirReason() {
    run(() -> {
      Task<?> task = Async.createTask(() -> {
        throw new CancelledError("by hand");
      });
      Throwable first = catchThrowable(task::await);
      assertThat(first).isInstanceOf(CancelledError.class).hasMessage("by hand");
      assertThat(task.cancellation().when()).isEmpty();
      Throwable again = catchThrowable(task::await);
      assertThat(again).isNotSameAs(first).hasMessage("by hand");
      assertThat(new CancelledError((String) null)).hasMessage(null);
    });
  }
}
