package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.QueueEmptyException;
import io.asyncrunner.sync.QueueFullException;
import io.asyncrunner.sync.QueueShutDownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** {@link AsyncQueue}, {@link AsyncLifoQueue} and {@link AsyncPriorityQueue}. */
class QueueTest extends ConstructTestCase {
  /** One of each kind, with a bound. */
  private static List<AsyncQueue<String>> bounded(int capacity) {
    return List.of(new AsyncQueue<>(capacity), new AsyncLifoQueue<>(capacity),
        new AsyncPriorityQueue<>(capacity, Comparator.naturalOrder()));
  }

  private static List<String> drain(AsyncQueue<String> queue) {
    List<String> items = new ArrayList<>();
    while (!queue.isEmpty()) {
      items.add(queue.getNoWait());
    }
    return items;
  }

  // --- order ---

  @Test
  void get_eachKind_givesItsOrder() {
    run(() -> {
      List<List<String>> orders = new ArrayList<>();
      for (AsyncQueue<String> queue : bounded(3)) {
        for (String item : List.of("b", "c", "a")) {
          queue.put(item);
        }
        orders.add(drain(queue));
      }
      assertThat(orders).containsExactly(List.of("b", "c", "a"), List.of("a", "c", "b"), List.of("a", "b", "c"));
    });
  }

  @Test
  void priorityQueue_equalItems_keepTheirOrder() {
    run(() -> {
      AsyncPriorityQueue<String> queue = new AsyncPriorityQueue<>(Comparator.comparingInt(String::length));
      for (String item : List.of("bb", "a1", "c", "a2", "b", "a3")) {
        queue.put(item);
      }
      assertThat(drain(queue)).containsExactly("c", "b", "bb", "a1", "a2", "a3");
    });
  }

  @Test
  void priorityQueue_comparatorFails_changesNothing() {
    run(() -> {
      IllegalStateException failure = new IllegalStateException("cannot compare");
      boolean[] failing = {false};
      AsyncPriorityQueue<String> queue = new AsyncPriorityQueue<>((one, other) -> {
        if (failing[0]) {
          throw failure;
        }
        return one.compareTo(other);
      });
      for (String item : List.of("c", "a", "b", "d")) {
        queue.put(item);
      }
      failing[0] = true;
      assertThatThrownBy(() -> queue.put("e")).isSameAs(failure);
      assertThatThrownBy(queue::get).isSameAs(failure);
      failing[0] = false;
      assertThat(drain(queue)).containsExactly("a", "b", "c", "d");
      for (int i = 0; i < 4; i++) {
        queue.taskDone();
      }
      assertThatIllegalStateException().isThrownBy(queue::taskDone);
    });
  }

  @Test
  void priorityQueue_comparatorUsesItsQueue_refusedAndNothingChanges() {
    run(() -> {
      List<AsyncPriorityQueue<String>> self = new ArrayList<>();
      boolean[] reentering = {false};
      self.add(new AsyncPriorityQueue<>((one, other) -> {
        if (reentering[0]) {
          self.get(0).putNoWait("never");
        }
        return one.compareTo(other);
      }));
      AsyncPriorityQueue<String> queue = self.get(0);
      queue.put("b");
      reentering[0] = true;
      assertThatIllegalStateException().isThrownBy(() -> queue.put("a")).withMessageContaining("comparator");
      reentering[0] = false;
      queue.put("a");
      assertThat(drain(queue)).containsExactly("a", "b");
      assertLoopWorks();
    });
  }

  // --- waiting ---

  @Test
  void get_empty_servesWhoHasWaitedLongest() {
    run(() -> {
      AsyncQueue<String> queue = new AsyncQueue<>();
      List<Task<String>> getters = List.of(Async.createTask(queue::get), Async.createTask(queue::get));
      letOthersRun();
      queue.put("first");
      queue.put("second");
      assertThat(Async.gather(getters)).containsExactly("first", "second");
    });
  }

  @Test
  void put_full_waitsForRoomInTheOrderOfArrival() {
    run(() -> {
      for (AsyncQueue<String> queue : bounded(1)) {
        queue.put("a");
        List<Task<?>> putters = List.of(Async.createTask(() -> queue.put("b")), Async.createTask(() -> queue.put("c")));
        letOthersRun();
        assertThat(queue.isFull()).isTrue();
        assertThat(putters).noneMatch(Task::isDone);
        for (String expected : List.of("a", "b", "c")) {
          assertThat(queue.get()).isEqualTo(expected);
          letOthersRun();
        }
        Async.awaitAll(putters);
      }
    });
  }

  @Test
  void getAndPut_cancelled_takeAndAddNothing() {
    run(() -> {
      for (AsyncQueue<String> queue : bounded(1)) {
        Task<String> getter = Async.createTask(queue::get);
        letOthersRun();
        end(getter);
        queue.put("a");
        Task<?> putter = Async.createTask(() -> queue.put("b"));
        letOthersRun();
        end(putter);
        assertThat(drain(queue)).containsExactly("a");
        queue.taskDone();
        queue.join();
      }
    });
  }

  @Test
  void noWait_emptyOrFull_refusedAndNothingChanges() {
    run(() -> {
      for (AsyncQueue<String> queue : bounded(1)) {
        assertThatThrownBy(queue::getNoWait).isExactlyInstanceOf(QueueEmptyException.class);
        queue.putNoWait("a");
        assertThatThrownBy(() -> queue.putNoWait("b")).isExactlyInstanceOf(QueueFullException.class);
        assertThat(drain(queue)).containsExactly("a");
      }
    });
  }

  // --- join ---

  @Test
  void join_itemsNotReportedDone_waitsForAllOfThem() {
    run(() -> {
      AsyncQueue<String> queue = new AsyncQueue<>();
      queue.join(); // nothing was put
      queue.put("a");
      queue.put("b");
      Async.createTask(() -> {
        for (int i = 0; i < 2; i++) {
          queue.get();
          Async.sleep(SECOND);
          queue.taskDone();
        }
      });
      queue.join();
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
      assertThatIllegalStateException().isThrownBy(queue::taskDone).withMessageContaining("more often");
    });
  }

  // --- shutdown ---

  @Test
  void shutdown_itemsLeft_givesThemAndThenRefuses() {
    run(() -> {
      for (AsyncQueue<String> queue : bounded(2)) {
        queue.put("a");
        queue.shutdown();
        queue.shutdown();
        assertThatThrownBy(() -> queue.put("b")).isExactlyInstanceOf(QueueShutDownException.class);
        assertThatThrownBy(() -> queue.putNoWait("b")).isExactlyInstanceOf(QueueShutDownException.class);
        assertThat(queue.get()).isEqualTo("a");
        assertThatThrownBy(queue::get).isExactlyInstanceOf(QueueShutDownException.class);
        assertThatThrownBy(queue::getNoWait).isExactlyInstanceOf(QueueShutDownException.class);
        queue.taskDone();
        queue.join();
      }
    });
  }

  @Test
  void shutdown_othersWait_endsTheirWaits() {
    run(() -> {
      for (AsyncQueue<String> queue : bounded(1)) {
        Task<?> getter = Async.createTask(queue::get);
        letOthersRun();
        queue.shutdown();
        Async.awaitAll(List.of(getter));
        assertThat(getter.exception()).isExactlyInstanceOf(QueueShutDownException.class);
      }
      for (AsyncQueue<String> queue : bounded(1)) {
        queue.put("a");
        Task<?> putter = Async.createTask(() -> queue.put("b"));
        letOthersRun();
        queue.shutdown();
        Async.awaitAll(List.of(putter));
        assertThat(putter.exception()).isExactlyInstanceOf(QueueShutDownException.class);
        assertThat(drain(queue)).containsExactly("a");
      }
    });
  }

  @Test
  void shutdownNow_itemsLeft_dropsThemAndEndsTheJoin() {
    run(() -> {
      for (AsyncQueue<String> queue : bounded(3)) {
        queue.put("a");
        queue.put("b");
        Task<?> joining = Async.createTask(queue::join);
        letOthersRun();
        assertThat(joining.isDone()).isFalse();
        queue.shutdownNow();
        joining.await();
        assertThat(queue.isEmpty()).isTrue();
        assertThatThrownBy(queue::get).isExactlyInstanceOf(QueueShutDownException.class);
      }
    });
  }

  /** One has been taken and is being dealt with: that is waited for. */
  @Test
  void shutdownNow_itemsInWork_joinWaitsForThose() {
    run(() -> {
      AsyncQueue<String> queue = new AsyncQueue<>();
      queue.put("a");
      queue.put("b");
      queue.get();
      queue.shutdownNow();
      Task<?> joining = Async.createTask(queue::join);
      letOthersRun();
      assertThat(joining.isDone()).isFalse();
      queue.taskDone();
      joining.await();
    });
  }

  @Test
  void newQueue_noRoom_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncQueue<>(0)).withMessageContaining("capacity: 0");
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncLifoQueue<>(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AsyncPriorityQueue<>(0, Comparator.<String>naturalOrder()));
  }

  @Test
  void iterator_severalConsumers_giveEachItemToOneAndEndAtTheShutdown() {
    AsyncQueue<String> queue = new AsyncQueue<>();
    run(() -> {
      List<Task<?>> consumers = new ArrayList<>();
      for (String name : List.of("one", "other")) {
        consumers.add(Async.createTask(() -> {
          for (String item : queue) {
            log.add(item);
            Async.sleep(Duration.ZERO);
          }
          log.add("end of " + name);
        }));
      }
      for (String item : List.of("a", "b", "c")) {
        queue.put(item);
      }
      letOthersRun();
      queue.shutdown();
      Async.awaitAll(consumers);
      assertThat(log).containsExactlyInAnyOrder("a", "b", "c", "end of one", "end of other");
      assertThatThrownBy(() -> queue.iterator().next()).isInstanceOf(NoSuchElementException.class);
    });
  }

  @Test
  void natural_withABound_takesSoMany() {
    AsyncPriorityQueue<String> queue = AsyncPriorityQueue.natural(2);
    run(() -> {
      queue.putNoWait("b");
      queue.putNoWait("a");
      assertThat(queue.isFull()).isTrue();
      assertThat(queue.get()).isEqualTo("a");
    });
  }
}
