package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncLock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A lock, whose waiters are cancelled at every step. */
class LockStepsTest extends ToolkitTestCase {
  /** A lock, and who has held it in one exchange. */
  private static final class Guarded {
    final Exchange exchange;
    final AsyncLock lock = new AsyncLock();
    final List<String> holders = new ArrayList<>();
    private int inside;

    Guarded(Exchange exchange) {
      this.exchange = exchange;
    }

    void holdOnce(String name) {
      lock.acquire();
      ensure(() -> ++inside == 1, name + " got a lock that another holds");
      holders.add(name);
      try {
        exchange.pause();
      } finally {
        inside--;
        exchange.point();
        lock.release();
        exchange.point();
      }
    }

    void assertFree() {
      assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
      exchange.probe(lock::acquire);
    }
  }

  @Test
  void waiters_inARow_passTheLockOn() {
    cancelAtEveryStep(exchange -> {
      Guarded guarded = new Guarded(exchange);
      exchange.victim("A", () -> guarded.holdOnce("A"));
      exchange.victim("B", () -> guarded.holdOnce("B"));
      exchange.victim("C", () -> guarded.holdOnce("C"));
      exchange.other("D", () -> guarded.holdOnce("D"));
      return () -> {
        List<String> missing = new ArrayList<>(List.of("A", "B", "C", "D"));
        missing.removeAll(guarded.holders);
        assertThat(guarded.holders).as("in the order in which they came").isSorted().doesNotHaveDuplicates();
        assertThat(missing).allMatch(name -> exchange.participants.stream()
            .anyMatch(each -> each.name.equals(name) && each.wasHit()));
        guarded.assertFree();
      };
    });
  }

  @Test
  void holder_whoTakesItBackAtOnce_comesAfterThoseWhoWait() {
    cancelAtEveryStep(exchange -> {
      Guarded guarded = new Guarded(exchange);
      exchange.other("holder", () -> {
        for (int i = 0; i < 4; i++) {
          guarded.holdOnce("holder");
        }
      });
      exchange.victim("A", () -> guarded.holdOnce("A"));
      exchange.victim("B", () -> {
        guarded.holdOnce("B");
        guarded.holdOnce("B");
      });
      exchange.other("last", () -> guarded.holdOnce("last"));
      return () -> {
        assertThat(guarded.holders).filteredOn("holder"::equals).hasSize(4);
        assertThat(guarded.holders).filteredOn("last"::equals).hasSize(1);
        assertThat(guarded.holders.indexOf("last")).as("place of who came before the holder's third time")
            .isLessThan(guarded.holders.lastIndexOf("holder"));
        guarded.assertFree();
      };
    });
  }

  @Test
  void newcomer_whileTheLockIsOnItsWay_waitsOrTakesIt() {
    cancelAtEveryStep(exchange -> {
      Guarded guarded = new Guarded(exchange);
      exchange.other("holder", () -> {
        guarded.lock.acquire();
        exchange.pause();
        exchange.pause();
        guarded.lock.release();
        exchange.point();
        exchange.other("newcomer", () -> guarded.holdOnce("newcomer"));
        exchange.pause();
      });
      exchange.victim("A", () -> guarded.holdOnce("A"));
      exchange.victim("B", () -> guarded.holdOnce("B"));
      return () -> {
        assertThat(guarded.holders).contains("newcomer").doesNotHaveDuplicates();
        guarded.assertFree();
      };
    });
  }

  @Test
  void with_atEveryStep_givesTheLockBack() {
    cancelAtEveryStep(exchange -> {
      Guarded guarded = new Guarded(exchange);
      List<String> done = new ArrayList<>();
      for (String name : List.of("A", "B", "C")) {
        exchange.victim(name, () -> done.add(guarded.lock.with(() -> {
          exchange.pause();
          return name;
        })));
      }
      return () -> {
        for (Participant each : exchange.participants) {
          assertThat(done.contains(each.name)).as("%s got its result", each.name).isEqualTo(each.hasReturned());
        }
        guarded.assertFree();
      };
    });
  }
}
