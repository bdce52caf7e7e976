package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Async#race} and {@link Async#raceStaggered}. */
class RaceTest extends ConstructTestCase {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  private final IOException checked = new IOException("checked");

  @Test
  void race_oneSucceeds_cancelsTheOthersAndAwaitsThem() {
    run(() -> {
      String winner = Async.race(() -> {
        try {
          return sleepLogging("loser");
        } finally {
          log.add(after(SECOND, "cleaned up"));
        }
      }, () -> failAfter(Duration.ofMillis(1), checked), () -> after(SECOND, "winner"));
      assertThat(winner).isEqualTo("winner");
      assertThat(log).containsExactly("loser cancelled", "cleaned up");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void race_twoSucceedInOneTurn_theFirstWins() {
    run(() -> {
      String winner = Async.race(() -> after(SECOND, "first"), () -> after(SECOND, "second"));
      assertThat(winner).isEqualTo("first");
    });
  }

  @Test
  void race_winsWithNull_givesNull() {
    run(() -> assertThat(Async.<String>race(() -> sleepLogging("loser"), () -> null)).isNull());
  }

  @Test
  void race_allFail_groupsThemInTheOrderInWhichTheyFailed() {
    run(() -> {
      IllegalStateException late = new IllegalStateException("late");
      CancelledError byHand = new CancelledError("by hand"); // nobody cancelled: a failure as any other
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> Async.race(
          () -> failAfter(Duration.ofSeconds(3), late),
          () -> failAfter(Duration.ofSeconds(2), byHand),
          () -> failAfter(SECOND, checked)));
      assertThat(failed.exceptions()).containsExactly(checked, byHand, late);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
    });
  }

  @Test
  void race_loserFailsWhenCancelled_isNoMatter() {
    run(() -> assertThat(Async.race(() -> failWhenCancelled(checked), () -> after(SECOND, "winner")))
        .isEqualTo("winner"));
  }

  @Test
  void race_waitingTaskCancelled_cancelsAllAndAwaitsThem() {
    run(() -> {
      Task<?> racing = Async.createTask(() -> Async.race(() -> sleepLogging("a"), () -> {
        try {
          return sleepLogging("b");
        } finally {
          log.add(after(SECOND, "b cleaned up"));
        }
      }));
      letOthersRun();
      end(racing);
      assertThat(racing.isCancelled()).isTrue();
      assertThat(log).containsExactly("a cancelled", "b cancelled", "b cleaned up");
    });
  }

  @Test
  void race_noContestants_refused() {
    run(() -> assertThatIllegalArgumentException().isThrownBy(() -> Async.race(List.<Coroutine<String, ?>>of())));
  }

  @Test
  void race_inACallback_refusedByItsName() {
    run(() -> {
      assertThat(inCallback(() -> thrownBy(() -> Async.race(() -> log.add("never")))))
          .hasMessageContaining("Async.race");
      assertThat(inCallback(() -> thrownBy(() -> Async.mapConcurrently(List.of(1), i -> log.add("never")))))
          .hasMessageContaining("Async.mapConcurrently");
      assertThat(log).isEmpty();
      assertLoopWorks();
    });
  }

  // --- staggered ---

  @Test
  void raceStaggered_slowOnes_startOneDelayApartAndTheFirstToSucceedWins() {
    run(() -> {
      Async.Staggered<String> result = Async.raceStaggered(SECOND, List.<Coroutine<String, ?>>of(
          () -> started("a", Duration.ofSeconds(10)),
          () -> started("b", Duration.ofSeconds(2)),
          () -> started("c", Duration.ofSeconds(10)),
          () -> started("never begins", SECOND)));
      assertThat(result.winner()).isEqualTo("b");
      assertThat(result.winnerIndex()).isEqualTo(1);
      assertThat(result.exceptions().get(0)).isInstanceOf(CancelledError.class);
      assertThat(result.exceptions().get(1)).isNull();
      assertThat(log).startsWith("a begins at PT0S", "b begins at PT1S", "c begins at PT2S");
      assertThat(log).filteredOn(entry -> entry.contains("cancelled")).containsExactly("a cancelled", "c cancelled");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
    });
  }

  private String started(String name, Duration duration) {
    log.add(name + " begins at " + elapsed());
    try {
      return after(duration, name);
    } catch (CancelledError cancelled) {
      log.add(name + " cancelled");
      throw cancelled;
    }
  }

  @Test
  void raceStaggered_oneFails_startsTheNextAtOnce() {
    run(() -> {
      Async.Staggered<String> result = Async.raceStaggered(
          HOUR, List.<Coroutine<String, ?>>of(() -> failAfter(SECOND, checked), () -> after(SECOND, "second")));
      assertThat(result.winner()).isEqualTo("second");
      assertThat(result.exceptions()).containsExactly(checked, null);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    });
  }

  @Test
  void raceStaggered_delayForEver_runsOneAfterAnother() {
    run(() -> {
      Async.Staggered<String> result = Async.raceStaggered(
          FOREVER, List.<Coroutine<String, ?>>of(() -> failAfter(HOUR, checked), () -> after(HOUR, "second")));
      assertThat(result.winnerIndex()).isEqualTo(1);
      assertThat(elapsed()).isEqualTo(HOUR.multipliedBy(2));
    });
  }

  @Test
  void raceStaggered_allFailOrNone_saysSoWithoutThrowing() {
    run(() -> {
      IllegalStateException unchecked = new IllegalStateException("unchecked");
      assertThat(Async.<String>raceStaggered(
          HOUR, List.<Coroutine<String, ?>>of(() -> failAfter(SECOND, checked), () -> failAfter(SECOND, unchecked))))
          .isEqualTo(new Async.Staggered<String>(null, -1, List.of(checked, unchecked)));
      assertThat(Async.<String>raceStaggered(SECOND, List.<Coroutine<String, ?>>of()))
          .isEqualTo(new Async.Staggered<String>(null, -1, List.of()));
    });
  }

  @Test
  void raceStaggered_waitingTaskCancelled_cancelsAllAndAwaitsThem() {
    run(() -> {
      Task<?> racing = Async.createTask(() -> Async.raceStaggered(
          SECOND, List.<Coroutine<String, ?>>of(() -> sleepLogging("a"), () -> sleepLogging("b"))));
      Async.sleep(Duration.ofSeconds(2));
      end(racing);
      assertThat(racing.isCancelled()).isTrue();
      assertThat(log).containsExactlyInAnyOrder("a cancelled", "b cancelled");
    });
  }

  @Test
  void raceStaggered_theIteratorFails_isThrownWhenTheOthersHaveEnded() {
    run(() -> {
      IllegalStateException failure = new IllegalStateException("the iterator failed");
      Iterable<Coroutine<String, ?>> contestants = () -> new Iterator<>() {
        private int asked;

        @Override
        public boolean hasNext() {
          return true;
        }

        @Override
        public Coroutine<String, ?> next() {
          if (asked++ > 0) {
            throw failure;
          }
          return () -> after(Duration.ofSeconds(5), "first");
        }
      };
      assertThatThrownBy(() -> Async.raceStaggered(SECOND, contestants)).isSameAs(failure);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(5));
    });
  }
}
