package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Conditions, whose waiters are cancelled at every step: while they wait, and while they take the lock again. */
class ConditionStepsTest extends ToolkitTestCase {
  /** Tokens behind a condition. Whoever is between {@link #enter} and {@link #leave} must be alone. */
  private static final class Tokens {
    final Exchange exchange;
    final AsyncCondition changed;
    final List<String> taken = new ArrayList<>();
    int given;
    boolean closed;
    private boolean inside;

    Tokens(Exchange exchange) {
      this(exchange, new AsyncLock());
    }

    Tokens(Exchange exchange, AsyncLock lock) {
      this.exchange = exchange;
      this.changed = new AsyncCondition(lock);
    }

    void enter() {
      changed.lock().acquire();
      begin();
    }

    private void begin() {
      ensure(() -> changed.lock().isLocked() && !inside, "the lock is held once, by who has come out of a wait");
      inside = true;
    }

    void leave() {
      inside = false;
      exchange.point();
      changed.lock().release();
      exchange.point();
    }

    int left() {
      return given - taken.size();
    }

    void await() {
      inside = false;
      try {
        changed.await();
      } finally {
        begin();
      }
    }

    /** Waits for a token and takes it; gives up when there will be no more. */
    void take(String name) {
      enter();
      try {
        while (left() == 0 && !closed) {
          await();
        }
        ensure(() -> left() == 0 || !closed, name + " waited although there was a token: a signal has been lost");
        if (left() > 0) {
          taken.add(name);
        }
        exchange.pause(); // others find the lock taken
      } finally {
        leave();
      }
    }

    void give(int count, boolean toAll) {
      enter();
      try {
        given += count;
        exchange.point();
        if (toAll) {
          changed.signalAll();
        } else {
          changed.signal(count);
        }
        exchange.pause();
      } finally {
        leave();
      }
    }

    void close() {
      enter();
      try {
        closed = true;
        changed.signalAll();
      } finally {
        leave();
      }
    }

    void assertSettled() {
      assertThat(changed).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
      exchange.probe(() -> changed.with(() -> {}));
    }
  }

  private static void takers(Exchange exchange, Tokens tokens) {
    exchange.victim("A", () -> tokens.take("A"));
    exchange.victim("B", () -> tokens.take("B"));
    exchange.victim("C", () -> tokens.take("C"));
    exchange.other("D", () -> tokens.take("D"));
  }

  /** Whoever was left alone has a token, unless there are too few. */
  private static void assertFairlyTaken(Exchange exchange, Tokens tokens) {
    assertThat(tokens.taken).doesNotHaveDuplicates();
    int survivors = (int) exchange.participants.stream()
        .filter(each -> each.name.length() == 1 && !each.wasHit())
        .count();
    assertThat(tokens.taken.size()).isGreaterThanOrEqualTo(Math.min(survivors, tokens.given));
    tokens.assertSettled();
  }

  @Test
  void signals_forSome_goToWhoIsLeft() {
    cancelAtEveryStep(exchange -> {
      Tokens tokens = new Tokens(exchange);
      takers(exchange, tokens);
      exchange.other("giver", () -> {
        exchange.pause();
        exchange.pause();
        tokens.give(1, false);
        tokens.give(1, false);
        exchange.awaitTurn(35);
        tokens.close();
      });
      return () -> assertFairlyTaken(exchange, tokens);
    });
  }

  @Test
  void signal_ofSeveralAtOnce_goesToWhoIsLeft() {
    cancelAtEveryStep(exchange -> {
      Tokens tokens = new Tokens(exchange);
      takers(exchange, tokens);
      exchange.other("giver", () -> {
        exchange.pause();
        exchange.pause();
        tokens.give(2, false);
        exchange.awaitTurn(30);
        tokens.close();
      });
      return () -> assertFairlyTaken(exchange, tokens);
    });
  }

  @Test
  void signalAll_wakesAllThatAreLeft() {
    cancelAtEveryStep(exchange -> {
      Tokens tokens = new Tokens(exchange);
      takers(exchange, tokens);
      exchange.other("giver", () -> {
        exchange.pause();
        exchange.pause();
        tokens.give(4, true);
      });
      return () -> {
        assertThat(tokens.taken).contains("D");
        assertFairlyTaken(exchange, tokens);
      };
    });
  }

  @Test
  void giver_cancelled_keepsNothing() {
    cancelAtEveryStep(exchange -> {
      Tokens tokens = new Tokens(exchange);
      exchange.victim("A", () -> tokens.take("A"));
      exchange.other("B", () -> tokens.take("B"));
      exchange.victim("giver", () -> {
        tokens.give(1, false);
        tokens.give(1, false);
      });
      exchange.other("closer", () -> {
        exchange.awaitTurn(30);
        tokens.close();
      });
      return () -> {
        assertThat(tokens.taken.size()).isLessThanOrEqualTo(tokens.given);
        tokens.assertSettled();
      };
    });
  }

  @Test
  void conditions_ofOneLock_areSignalledApart() {
    cancelAtEveryStep(exchange -> {
      AsyncLock lock = new AsyncLock();
      Tokens red = new Tokens(exchange, lock);
      Tokens blue = new Tokens(exchange, lock);
      exchange.victim("A", () -> red.take("A"));
      exchange.victim("B", () -> blue.take("B"));
      exchange.other("C", () -> red.take("C"));
      exchange.other("D", () -> blue.take("D"));
      exchange.other("giver", () -> {
        exchange.pause();
        exchange.pause();
        red.give(1, false);
        blue.give(1, false);
        exchange.awaitTurn(30);
        red.close();
        blue.close();
      });
      return () -> {
        assertThat(red.taken).hasSize(1).isSubsetOf("A", "C");
        assertThat(blue.taken).hasSize(1).isSubsetOf("B", "D");
        red.assertSettled();
        blue.assertSettled();
      };
    });
  }

  @Test
  void awaitUntil_withAPredicate_comesBackWithTheLock() {
    cancelAtEveryStep(exchange -> {
      AsyncCondition changed = new AsyncCondition();
      int[] level = new int[1];
      List<Integer> reached = new ArrayList<>();
      for (int wanted = 1; wanted <= 3; wanted++) {
        int least = wanted;
        VoidCoroutine<RuntimeException> body = () -> changed.with(() -> {
          try {
            changed.awaitUntil(() -> level[0] >= least);
            reached.add(least);
          } finally {
            ensure(changed.lock()::isLocked, "the lock is held when a wait ends");
            exchange.point();
          }
        });
        if (least == 3) {
          exchange.other("3", body);
        } else {
          exchange.victim(Integer.toString(least), body);
        }
      }
      exchange.other("raiser", () -> {
        for (int i = 0; i < 3; i++) {
          exchange.pause();
          changed.with(() -> {
            level[0]++;
            changed.signalAll();
            exchange.pause();
          });
        }
      });
      return () -> {
        assertThat(reached).contains(3).isSorted();
        assertThat(changed).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
      };
    });
  }
}
