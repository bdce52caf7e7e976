package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.QueueShutDownException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Queues, whose producers and consumers are cancelled at every step; also in the middle of a comparison. */
class QueueStepsTest extends ToolkitTestCase {
  enum QueueKind {
    FIFO,
    LIFO,
    PRIORITY,
    /** Its comparator suspends the task that calls it, so that others use the queue meanwhile. */
    SUSPENDING_PRIORITY;

    AsyncQueue<Integer> newQueue(Exchange exchange, int capacity) {
      return switch (this) {
        case FIFO -> new AsyncQueue<>(capacity);
        case LIFO -> new AsyncLifoQueue<>(capacity);
        case PRIORITY -> new AsyncPriorityQueue<>(capacity, Integer::compare);
        case SUSPENDING_PRIORITY -> new AsyncPriorityQueue<>(capacity, (one, other) -> {
          exchange.pauseInTask();
          return Integer.compare(one, other);
        });
      };
    }
  }

  /** A queue, and what went in and out. */
  private static final class Books {
    final Exchange exchange;
    final AsyncQueue<Integer> queue;
    final List<Integer> put = new ArrayList<>();
    final List<Integer> got = new ArrayList<>();
    int putting;
    int getting;

    Books(Exchange exchange, QueueKind kind, int capacity) {
      this.exchange = exchange;
      this.queue = kind.newQueue(exchange, capacity);
    }

    void put(int item) {
      putting++;
      try {
        queue.put(item);
        put.add(item);
      } finally {
        putting--;
        exchange.point();
      }
    }

    int get() {
      getting++;
      try {
        int item = queue.get();
        got.add(item);
        return item;
      } finally {
        getting--;
        exchange.point();
      }
    }

    void produce(int first, int count) {
      for (int item = first; item < first + count; item++) {
        put(item);
      }
    }

    void consume(int count) {
      for (int i = 0; i < count; i++) {
        get();
        queue.taskDone();
        exchange.point();
      }
    }

    /** Consumes until the queue is shut down and empty. */
    void consumeAll() {
      consumeUntilShutDown(this, Integer.MAX_VALUE);
    }

    /** When nothing moves any more, nobody waits for what is there. */
    void ensureNobodyWaitsInVain() {
      ensure(() -> getting == 0 || queue.isEmpty(), "a consumer waits for an item that is there: " + queue);
      ensure(() -> putting == 0 || queue.isFull(), "a producer waits for room that is there: " + queue);
    }

    /** Takes what is left. */
    void drain() {
      while (!queue.isEmpty()) {
        got.add(queue.getNoWait());
        queue.taskDone();
      }
    }

    void assertBalanced() {
      drain();
      assertThat(got).as("what was got, of what was put")
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(put);
      assertThat(queue.toString()).contains("size=0", "getters=0", "putters=0", "unfinished=0");
    }

    void assertWorks() {
      exchange.probe(() -> {
        queue.put(1_000);
        assertThat(queue.get()).isEqualTo(1_000);
        queue.taskDone();
        queue.join();
      });
    }
  }

  @ParameterizedTest
  @EnumSource
  void producers_atABound_leaveTheirRoomToOthers(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 2);
      exchange.victim("P", () -> books.produce(10, 3));
      exchange.victim("Q", () -> books.produce(20, 2));
      exchange.other("R", () -> books.produce(30, 2));
      exchange.other("consumer", () -> {
        exchange.pause();
        books.consumeAll();
      });
      exchange.other("closer", () -> {
        exchange.awaitTurn(90);
        books.ensureNobodyWaitsInVain();
        books.queue.shutdown();
        books.queue.join();
      });
      return () -> {
        assertThat(books.put).contains(30, 31);
        books.assertBalanced();
      };
    });
  }

  @ParameterizedTest
  @EnumSource
  void consumers_atAnEmptyQueue_leaveTheirItemsToOthers(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 3);
      exchange.victim("C", () -> books.consume(2));
      exchange.victim("D", () -> books.consume(2));
      exchange.other("E", books::consumeAll);
      exchange.other("producer", () -> {
        exchange.pause();
        books.produce(10, 3);
        exchange.pause();
        books.produce(20, 3);
        exchange.awaitTurn(90);
        books.ensureNobodyWaitsInVain();
        books.queue.shutdown();
        books.queue.join();
      });
      return () -> {
        assertThat(books.put).hasSize(6);
        books.assertBalanced();
      };
    });
  }

  /** A single place becomes free: who is woken for it may be cancelled while the comparator is asked where the item goes. */
  @ParameterizedTest
  @EnumSource
  void room_forOne_goesToOneWhoIsLeft(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 3);
      for (int item = 1; item <= 3; item++) {
        books.queue.putNoWait(item);
        books.put.add(item);
      }
      exchange.victim("P", () -> produceUntilShutDown(books, 10));
      exchange.victim("Q", () -> produceUntilShutDown(books, 20));
      exchange.other("R", () -> produceUntilShutDown(books, 30));
      exchange.other("consumer", () -> {
        exchange.awaitTurn(4);
        books.consume(1);
        exchange.awaitTurn(25);
        books.ensureNobodyWaitsInVain();
        ensure(books.queue::isFull, "the place that became free was taken");
        books.queue.shutdown();
      });
      return books::assertBalanced;
    });
  }

  /** As many items as consumers, less one: who is woken may be cancelled while the comparator is asked for the next one. */
  @ParameterizedTest
  @EnumSource
  void items_forSome_goToThoseWhoAreLeft(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 6);
      exchange.victim("C", () -> consumeUntilShutDown(books, 1));
      exchange.victim("D", () -> consumeUntilShutDown(books, 1));
      for (String name : List.of("E", "F", "G")) {
        exchange.other(name, () -> consumeUntilShutDown(books, 1));
      }
      exchange.inTurn(4, () -> {
        for (int item = 1; item <= 4; item++) {
          books.queue.putNoWait(item);
          books.put.add(item);
        }
      });
      exchange.other("closer", () -> {
        exchange.awaitTurn(35);
        books.ensureNobodyWaitsInVain();
        books.queue.shutdown();
      });
      return books::assertBalanced;
    });
  }

  private static void consumeUntilShutDown(Books books, int count) {
    try {
      books.consume(count);
    } catch (QueueShutDownException end) {
      ensure(books.queue::isEmpty, "a consumer was turned away although there are items");
    }
  }

  @ParameterizedTest
  @EnumSource
  void producersAndConsumers_atOnce_loseNothing(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 1);
      exchange.victim("P", () -> books.produce(10, 3));
      exchange.victim("C", () -> books.consume(2));
      exchange.other("R", () -> books.produce(30, 3));
      exchange.other("E", books::consumeAll);
      exchange.other("closer", () -> {
        exchange.awaitTurn(60);
        books.ensureNobodyWaitsInVain();
        books.queue.shutdown();
      });
      return () -> {
        assertThat(books.put).contains(30, 31, 32);
        books.assertBalanced();
      };
    });
  }

  /** Items that are put and taken by callbacks, several in one turn, while tasks wait. */
  @ParameterizedTest
  @EnumSource
  void callbacks_thatPutAndTake_loseNothing(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 6);
      exchange.victim("C", () -> books.consume(2));
      exchange.victim("D", () -> books.consume(1));
      exchange.other("E", () -> books.consume(1));
      for (int turn = 3; turn <= 5; turn++) {
        int first = 10 * turn;
        exchange.inTurn(turn, () -> {
          for (int item = first; item < first + 2; item++) {
            books.queue.putNoWait(item);
            books.put.add(item);
          }
          if (first == 40 && !books.queue.isEmpty()) {
            books.got.add(books.queue.getNoWait());
            books.queue.taskDone();
          }
        });
      }
      return () -> {
        assertThat(books.put).hasSize(6);
        books.assertBalanced();
        books.assertWorks();
      };
    });
  }

  @ParameterizedTest
  @EnumSource
  void join_cancelled_leavesTheOthersWaiting(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 3);
      boolean[] joined = new boolean[2];
      exchange.other("producer", () -> books.produce(10, 3));
      exchange.victim("J", () -> {
        exchange.pause();
        books.queue.join();
        ensure(() -> books.got.size() == 3, "J's join returned before all was done");
        joined[0] = true;
      });
      exchange.victim("consumer", () -> {
        exchange.pause();
        exchange.pause();
        books.consume(3);
      });
      exchange.other("K", () -> {
        exchange.pause();
        books.queue.join();
        ensure(() -> books.got.size() == 3, "K's join returned before all was done");
        joined[1] = true;
      });
      exchange.other("substitute", () -> {
        exchange.awaitTurn(40);
        books.drain();
        exchange.pause();
        exchange.pause();
        exchange.pause();
        books.drain();
      });
      return () -> {
        assertThat(joined[1]).isTrue();
        books.assertBalanced();
      };
    });
  }

  /** Who waits to put is turned away, what is there is still got, and nothing comes in afterwards. */
  @ParameterizedTest
  @EnumSource
  void shutdown_whileProducersWait_keepsWhatIsThere(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books books = new Books(exchange, queues, 2);
      int[] putBefore = {-1};
      exchange.victim("P", () -> produceUntilShutDown(books, 10));
      exchange.other("Q", () -> produceUntilShutDown(books, 20));
      exchange.other("closer", () -> {
        exchange.awaitTurn(6);
        books.queue.shutdown();
        putBefore[0] = books.put.size();
        exchange.point();
        exchange.pause();
        books.consumeAll();
        books.queue.join();
      });
      exchange.victim("C", () -> {
        exchange.awaitTurn(6);
        books.consumeAll();
      });
      return () -> {
        assertThat(books.put).as("what was put before the shutdown").hasSize(putBefore[0]);
        books.assertBalanced();
      };
    });
  }

  private static void produceUntilShutDown(Books books, int first) {
    try {
      books.produce(first, 5);
    } catch (QueueShutDownException end) {
      books.exchange.point();
    }
  }

  /** Everybody is turned away, what is there is dropped and counts as done. */
  @ParameterizedTest
  @EnumSource
  void shutdownNow_whileAllWait_dropsWhatIsThere(QueueKind queues) {
    cancelAtEveryStep(exchange -> {
      Books full = new Books(exchange, queues, 2);
      Books empty = new Books(exchange, queues, 2);
      int[] dropped = new int[1];
      exchange.victim("P", () -> produceUntilShutDown(full, 10));
      exchange.other("Q", () -> produceUntilShutDown(full, 20));
      exchange.victim("C", empty::consumeAll);
      exchange.other("D", empty::consumeAll);
      exchange.victim("J", full.queue::join);
      exchange.other("K", full.queue::join);
      exchange.other("closer", () -> {
        exchange.awaitTurn(4);
        full.get();
        full.queue.taskDone();
        exchange.pause();
        dropped[0] = full.queue.size();
        full.queue.shutdownNow();
        exchange.point();
        empty.queue.shutdownNow();
        exchange.pause();
      });
      return () -> {
        assertThat(full.put).as("one was got, and what was dropped was there").hasSize(1 + dropped[0]);
        assertThat(full.queue.toString()).contains("size=0", "getters=0", "putters=0", "unfinished=0");
        empty.assertBalanced();
      };
    });
  }
}
