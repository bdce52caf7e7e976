package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The harness itself: primitives with the bugs that it is there for do not get past it, and one without them does. */
class CancelAtEveryStepTest extends ToolkitTestCase {
  /** What is wrong with a semaphore. */
  enum Bug {
    NONE,
    /** A waiter that is cancelled after it was woken keeps the permit that it was given. */
    LOSES_THE_PERMIT,
    /** A waiter that is cancelled gives a permit back, whether it was given one or not. */
    DUPLICATES_THE_PERMIT,
    /** A waiter that is cancelled stays in the list. */
    STAYS_IN_LINE,
    /** A waiter that is cancelled after it was woken puts the permit back and wakes nobody. */
    FORGETS_THE_NEXT,
    /** A waiter that is cancelled goes on as if it had its permit. */
    SWALLOWS_THE_CANCELLATION
  }

  /** A semaphore as one might write it. */
  private static final class NaiveSemaphore {
    private final Bug bug;
    private final ArrayDeque<CompletableAsyncFuture<Void>> waiters = new ArrayDeque<>();
    private int permits;

    NaiveSemaphore(int permits, Bug bug) {
      this.permits = permits;
      this.bug = bug;
    }

    void acquire() {
      if (permits > 0) {
        permits--;
        return;
      }
      CompletableAsyncFuture<Void> waiter = EventLoop.running().createFuture();
      waiters.add(waiter);
      try {
        waiter.await();
        waiters.remove(waiter);
      } catch (CancelledError cancelled) {
        boolean given = !waiter.isCancelled();
        if (bug != Bug.STAYS_IN_LINE) {
          waiters.remove(waiter);
        }
        if (bug == Bug.SWALLOWS_THE_CANCELLATION && given) {
          return;
        }
        if ((given && bug == Bug.FORGETS_THE_NEXT) || (!given && bug == Bug.DUPLICATES_THE_PERMIT)) {
          permits++;
        } else if (given && bug != Bug.LOSES_THE_PERMIT) {
          release();
        }
        throw cancelled;
      }
    }

    void release() {
      for (CompletableAsyncFuture<Void> waiter : waiters) {
        if (!waiter.isDone()) {
          waiter.setResult(null);
          return;
        }
      }
      permits++;
    }
  }

  private static CancelAtEveryStep.Script takeTurns(Bug bug) {
    return exchange -> {
      NaiveSemaphore semaphore = new NaiveSemaphore(1, bug);
      exchange.other("holder", () -> holdOnce(exchange, semaphore));
      exchange.victim("waiter", () -> holdOnce(exchange, semaphore));
      exchange.other("next", () -> holdOnce(exchange, semaphore));
      return () -> {
        assertThat(semaphore.permits).as("permits").isEqualTo(1);
        assertThat(semaphore.waiters).as("waiters").isEmpty();
      };
    };
  }

  private static void holdOnce(Exchange exchange, NaiveSemaphore semaphore) {
    semaphore.acquire();
    try {
      exchange.pause();
    } finally {
      semaphore.release();
      exchange.point();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void brokenSemaphore_isFoundOut(Bug bug) {
    String found = switch (bug) {
      case LOSES_THE_PERMIT, FORGETS_THE_NEXT -> "forgotten: next";
      case DUPLICATES_THE_PERMIT -> "permits";
      case STAYS_IN_LINE -> "waiters";
      default -> "waiter has ended as cancelled";
    };
    assertThatThrownBy(() -> cancelAtEveryStep(takeTurns(bug)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("of waiter, before step ")
        .hasMessageContaining(found);
  }

  @Test
  void soundSemaphore_passes() {
    cancelAtEveryStep(takeTurns(Bug.NONE));
  }

  @Test
  void run_attacksEachVictimOncePerStep() {
    List<Integer> cancelledAfter = new ArrayList<>();
    cancelAtEveryStep(exchange -> {
      int[] passed = new int[1];
      Participant victim = exchange.victim("victim", () -> {
        for (int i = 0; i < 3; i++) {
          exchange.loop.yieldNow();
          passed[0]++;
        }
      });
      return () -> {
        if (victim.wasHit()) {
          cancelledAfter.add(passed[0]);
        }
      };
    });
    assertThat(cancelledAfter).contains(0, 1, 2).doesNotContain(3);
  }

  @Test
  void run_ofAScriptThatNoAttackReaches_fails() {
    assertThatThrownBy(() -> cancelAtEveryStep(exchange -> {
      exchange.other("bystander", exchange::pause);
      exchange.victim("victim", () -> {});
      return () -> {};
    })).isInstanceOf(AssertionError.class).hasMessageContaining("attacks that had an effect");
  }

  @Test
  void run_ofAScriptThatVaries_fails() {
    int[] runs = new int[1];
    assertThatThrownBy(() -> cancelAtEveryStep(exchange -> {
      int pauses = ++runs[0];
      exchange.victim("victim", () -> {
        for (int i = 0; i < pauses; i++) {
          exchange.pause();
        }
      });
      return () -> {};
    })).isInstanceOf(AssertionError.class).hasMessageContaining("a script has to be the same each time");
  }

  @Test
  void run_ofATaskThatFails_fails() {
    assertThatThrownBy(() -> cancelAtEveryStep(exchange -> {
      exchange.victim("victim", () -> {
        throw new IllegalStateException("on purpose");
      });
      return () -> {};
    })).isInstanceOf(AssertionError.class)
        .hasMessage("victim failed")
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }
}
