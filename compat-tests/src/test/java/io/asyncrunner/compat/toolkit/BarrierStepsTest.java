package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.BrokenAsyncBarrierException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A barrier, whose waiters are cancelled at every step: while it fills, while it drains, and at its lock. */
class BarrierStepsTest extends ToolkitTestCase {
  private static void assertAsNew(Exchange exchange, AsyncBarrier barrier) {
    assertThat(barrier).hasToString("AsyncBarrier[FILLING, inside=0 of " + barrier.parties() + "]");
    List<Integer> indices = new ArrayList<>();
    exchange.probe(() -> {
      for (int i = 1; i < barrier.parties(); i++) {
        exchange.loop.createTask(() -> indices.add(barrier.await()));
      }
      exchange.loop.yieldNow();
      indices.add(barrier.await());
      while (indices.size() < barrier.parties()) {
        exchange.loop.yieldNow();
      }
    });
    assertThat(indices).as("indices of a round afterwards").doesNotHaveDuplicates().hasSize(barrier.parties());
  }

  /** Brings as many as are missing, when all else has settled. */
  private static void fillUp(Exchange exchange, AsyncBarrier barrier, int turn) {
    exchange.other("filler", () -> {
      exchange.awaitTurn(turn);
      while (barrier.waiting() > 0) {
        exchange.other("extra", barrier::await);
        exchange.pause();
        exchange.pause();
      }
    });
  }

  @Test
  void parties_ofTwoRounds_comeThroughTogether() {
    cancelAtEveryStep(exchange -> {
      AsyncBarrier barrier = new AsyncBarrier(3);
      List<Integer> indices = new ArrayList<>();
      for (String name : List.of("A", "B", "C")) {
        exchange.victim(name, () -> {
          for (int round = 0; round < 2; round++) {
            indices.add(barrier.await());
            exchange.point();
          }
        });
      }
      exchange.other("D", () -> indices.add(barrier.await()));
      exchange.other("E", () -> {
        exchange.pause();
        indices.add(barrier.await());
      });
      fillUp(exchange, barrier, 30);
      return () -> {
        long rounds = indices.stream().filter(index -> index == 2).count()
            + exchange.participants.stream().filter(each -> each.name.equals("extra")).count();
        for (int index = 0; index < 3; index++) {
          int each = index;
          assertThat(indices.stream().filter(found -> found == each).count())
              .as("parties with the index %s, of %s rounds", index, rounds)
              .isLessThanOrEqualTo(rounds);
        }
        assertAsNew(exchange, barrier);
      };
    });
  }

  @Test
  void abort_whileTheyWait_reachesAllThatAreLeft() {
    cancelAtEveryStep(exchange -> {
      AsyncBarrier barrier = new AsyncBarrier(4);
      List<String> broken = new ArrayList<>();
      for (String name : List.of("A", "B")) {
        exchange.victim(name, () -> {
          awaitBroken(barrier);
          broken.add(name);
        });
      }
      exchange.other("C", () -> {
        awaitBroken(barrier);
        broken.add("C");
      });
      exchange.other("breaker", () -> {
        exchange.pause();
        exchange.pause();
        barrier.abort();
        exchange.point();
        awaitBroken(barrier);
        exchange.awaitTurn(20);
        assertThat(barrier.isBroken()).isTrue();
        barrier.reset();
      });
      return () -> {
        assertThat(broken).contains("C");
        assertAsNew(exchange, barrier);
      };
    });
  }

  private static void awaitBroken(AsyncBarrier barrier) {
    try {
      barrier.await();
    } catch (BrokenAsyncBarrierException broken) {
      return;
    }
    throw new AssertionError("came through a barrier that was broken");
  }

  /** Those who wait when it is reset are turned away; who comes while they leave waits for the next round. */
  @Test
  void reset_whileTheyWait_turnsAwayThoseAndNoOthers() {
    cancelAtEveryStep(exchange -> {
      AsyncBarrier barrier = new AsyncBarrier(3);
      List<String> through = new ArrayList<>();
      exchange.victim("A", () -> awaitBroken(barrier));
      exchange.other("B", () -> awaitBroken(barrier));
      exchange.other("resetter", () -> {
        exchange.pause();
        exchange.pause();
        barrier.reset();
        exchange.point();
        exchange.victim("C", () -> {
          barrier.await();
          through.add("C");
        });
        exchange.other("D", () -> {
          barrier.await();
          through.add("D");
        });
        exchange.awaitTurn(12);
        barrier.await();
        through.add("E");
      });
      fillUp(exchange, barrier, 30);
      return () -> {
        assertThat(through).contains("D", "E").doesNotHaveDuplicates();
        assertAsNew(exchange, barrier);
      };
    });
  }

  /** A reset or abort that is cancelled at the barrier's lock changes nothing, or is done whole. */
  @Test
  void resetAndAbort_cancelled_areDoneWholeOrNot() {
    cancelAtEveryStep(exchange -> {
      AsyncBarrier barrier = new AsyncBarrier(3);
      List<String> done = new ArrayList<>();
      exchange.other("A", () -> {
        try {
          barrier.await();
        } catch (BrokenAsyncBarrierException broken) {
          done.add("turned away");
        }
      });
      exchange.victim("breaker", () -> {
        exchange.pause();
        barrier.abort();
        done.add("abort");
        exchange.pause();
        barrier.reset();
        done.add("reset");
      });
      exchange.other("last", () -> {
        exchange.awaitTurn(15);
        if (barrier.isBroken()) {
          barrier.reset();
        }
      });
      fillUp(exchange, barrier, 20);
      return () -> {
        assertThat(done.contains("turned away")).isEqualTo(done.contains("abort"));
        assertAsNew(exchange, barrier);
      };
    });
  }
}
