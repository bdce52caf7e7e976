package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An event, whose waiters are cancelled at every step. */
class EventStepsTest extends ToolkitTestCase {
  @Test
  void set_andClearedAtOnce_letsAllThatWaitGoOn() {
    cancelAtEveryStep(exchange -> {
      AsyncEvent event = new AsyncEvent();
      List<String> through = new ArrayList<>();
      int[] sets = new int[1];
      for (String name : List.of("A", "B", "C")) {
        exchange.victim(name, () -> {
          event.await();
          ensure(() -> sets[0] == 1, name + " came through without a set");
          through.add(name);
          exchange.point();
        });
      }
      exchange.other("D", () -> {
        event.await();
        through.add("D");
      });
      exchange.other("setter", () -> {
        exchange.pause();
        sets[0]++;
        event.set();
        exchange.point();
        event.clear();
        exchange.pause();
        exchange.other("late", () -> {
          event.await();
          ensure(() -> sets[0] == 2, "late came through by a set that was over");
        });
        exchange.awaitTurn(10);
        sets[0]++;
        event.set();
        exchange.point();
        event.await(); // set: returns at once
      });
      return () -> {
        assertThat(through).contains("D").isSorted().doesNotHaveDuplicates();
        assertThat(event).hasToString("AsyncEvent[set, waiters=0]");
      };
    });
  }

  @Test
  void set_byAWaiterOfAnother_reachesAll() {
    cancelAtEveryStep(exchange -> {
      AsyncEvent first = new AsyncEvent();
      AsyncEvent second = new AsyncEvent();
      exchange.victim("relay", () -> {
        try {
          first.await();
        } finally {
          second.set();
          exchange.point();
        }
      });
      exchange.victim("A", second::await);
      exchange.other("B", second::await);
      exchange.other("setter", () -> {
        exchange.pause();
        first.set();
        exchange.awaitTurn(10);
        second.set(); // for a relay that was cancelled before it began
      });
      return () -> {
        assertThat(first).hasToString("AsyncEvent[set, waiters=0]");
        assertThat(second).hasToString("AsyncEvent[set, waiters=0]");
      };
    });
  }
}
