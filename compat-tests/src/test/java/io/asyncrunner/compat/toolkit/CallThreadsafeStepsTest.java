package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Async.callThreadsafe}, whose {@code CompletableFuture} is cancelled at every step, on the loop and by another thread. */
class CallThreadsafeStepsTest extends ToolkitTestCase {
  /** Coroutines that take turns with a lock: those that were queued before the loop ran, and those that come while it does. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void coroutines_sentByOneThread_beginInOrderAndLeaveNothingHeld(boolean cancelledByAnotherThread) {
    cancelAtEveryStep(exchange -> {
      AsyncLock lock = new AsyncLock();
      List<String> begun = new ArrayList<>();
      List<String> through = new ArrayList<>();
      send(exchange, lock, begun, through, cancelledByAnotherThread, "A");
      exchange.inTurn(2, () -> Threads.runOnAnother(loops,
          () -> send(exchange, lock, begun, through, cancelledByAnotherThread, "B", "C")));
      exchange.other("D", () -> lock.with(exchange::pause));
      return () -> {
        assertThat(begun).isSorted().doesNotHaveDuplicates();
        assertThat(begun).containsAll(through);
        for (Participant each : exchange.participants) {
          assertThat(through.contains(each.name)).as("%s came through", each.name)
              .isEqualTo(each.hasReturned() && !each.name.equals("D"));
        }
        assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
      };
    });
  }

  private static void send(Exchange exchange, AsyncLock lock, List<String> begun, List<String> through,
      boolean cancelledByAnotherThread, String... names) {
    for (String name : names) {
      exchange.sent(name, cancelledByAnotherThread, () -> {
        begun.add(name);
        exchange.point();
        lock.with(exchange::pause);
        exchange.point();
        through.add(name);
      });
    }
  }

  /** Items that are put into a queue from outside: each is got, or its future says that it was not put. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void puts_sentFromOutside_areGotOnceOrCancelled(boolean cancelledByAnotherThread) {
    cancelAtEveryStep(exchange -> {
      AsyncQueue<Integer> queue = new AsyncQueue<>(1);
      queue.putNoWait(0);
      List<Integer> put = new ArrayList<>(List.of(0));
      List<Integer> got = new ArrayList<>();
      for (int item = 1; item <= 3; item++) {
        int each = item;
        exchange.sent("put " + item, cancelledByAnotherThread, () -> {
          queue.put(each);
          put.add(each);
          exchange.point();
        });
      }
      exchange.other("consumer", () -> {
        exchange.awaitTurn(3);
        for (int turn = 6; turn <= 14; turn += 2) {
          if (!queue.isEmpty()) {
            got.add(queue.get());
          }
          exchange.awaitTurn(turn);
        }
        ensure(queue::isEmpty, "an item was left");
      });
      return () -> {
        assertThat(got).isSorted().doesNotHaveDuplicates().containsExactlyElementsOf(put);
        assertThat(queue.toString()).contains("size=0", "getters=0", "putters=0");
      };
    });
  }
}
