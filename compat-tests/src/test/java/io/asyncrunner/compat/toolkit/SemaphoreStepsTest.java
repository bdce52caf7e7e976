package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Semaphores, whose waiters are cancelled at every step. */
class SemaphoreStepsTest extends ToolkitTestCase {
  enum SemaphoreKind {
    UNBOUNDED,
    BOUNDED;

    AsyncSemaphore withPermits(int permits) {
      return this == BOUNDED ? new BoundedAsyncSemaphore(permits) : new AsyncSemaphore(permits);
    }
  }

  private static void assertAllThere(Exchange exchange, AsyncSemaphore semaphore, int permits) {
    assertThat(semaphore)
        .hasToString(semaphore.getClass().getSimpleName() + "[permits=" + permits + ", waiters=0]");
    exchange.probe(() -> {
      for (int i = 0; i < permits; i++) {
        semaphore.acquire();
      }
    });
    assertThat(semaphore.isLocked()).isTrue();
  }

  private static void holdOnce(Exchange exchange, AsyncSemaphore semaphore, int permits, int[] inside) {
    semaphore.acquire();
    ensure(() -> ++inside[0] <= permits, "more are inside than there are permits");
    try {
      exchange.pause();
    } finally {
      inside[0]--;
      exchange.point();
      semaphore.release();
      exchange.point();
    }
  }

  private static CancelAtEveryStep.Script takeTurns(SemaphoreKind semaphores, int permits) {
    return exchange -> {
      AsyncSemaphore semaphore = semaphores.withPermits(permits);
      int[] inside = new int[1];
      VoidCoroutine<RuntimeException> holdOnce = () -> holdOnce(exchange, semaphore, permits, inside);
      exchange.other("first", holdOnce);
      exchange.victim("A", holdOnce);
      exchange.victim("B", holdOnce);
      exchange.victim("C", () -> {
        holdOnce.run();
        holdOnce.run();
      });
      exchange.other("last", holdOnce);
      return () -> assertAllThere(exchange, semaphore, permits);
    };
  }

  @ParameterizedTest
  @EnumSource
  void waiters_forOnePermit_passItOn(SemaphoreKind semaphores) {
    cancelAtEveryStep(takeTurns(semaphores, 1));
  }

  @ParameterizedTest
  @EnumSource
  void waiters_forTwoPermits_passThemOn(SemaphoreKind semaphores) {
    cancelAtEveryStep(takeTurns(semaphores, 2));
  }

  /** Three permits for three waiters, given in one go and singly; those of who is cancelled are left over. */
  @Test
  void permits_givenByOthers_areTakenOnceOrLeft() {
    cancelAtEveryStep(exchange -> {
      AsyncSemaphore semaphore = new AsyncSemaphore(0);
      List<String> got = new ArrayList<>();
      for (String name : List.of("A", "B", "C")) {
        exchange.victim(name, () -> {
          semaphore.acquire();
          got.add(name);
          exchange.point();
        });
      }
      exchange.other("giver", () -> {
        exchange.pause();
        semaphore.release();
        exchange.point();
        semaphore.release();
        exchange.pause();
        exchange.pause();
        semaphore.release();
        exchange.pause();
      });
      return () -> {
        assertThat(got).isSorted().doesNotHaveDuplicates();
        assertAllThere(exchange, semaphore, 3 - got.size());
      };
    });
  }

  /** A permit too many is refused, also while one is on its way to a waiter that is cancelled. */
  @Test
  void release_ofABoundedOneThatIsFull_isRefusedAtEveryStep() {
    cancelAtEveryStep(exchange -> {
      AsyncSemaphore semaphore = new BoundedAsyncSemaphore(1);
      exchange.other("holder", () -> {
        semaphore.acquire();
        exchange.pause();
        semaphore.release();
        exchange.pause();
        exchange.awaitTurn(12);
        assertThatThrownBy(semaphore::release).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("all of its 1 permits are there already");
      });
      exchange.victim("A", () -> semaphore.with(exchange::pause));
      exchange.victim("B", () -> semaphore.with(exchange::pause));
      return () -> assertAllThere(exchange, semaphore, 1);
    });
  }
}
