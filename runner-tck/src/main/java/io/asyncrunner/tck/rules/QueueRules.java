package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.QueueShutDownException;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The rules of queues whose comparator is the user's: it may suspend, fail, and see what others do meanwhile. */
public abstract class QueueRules extends PortedTests {
  private final IllegalStateException failure = new IllegalStateException("the comparator failed");

  /** What the comparator of {@link #queue} does first. */
  private Runnable first = () -> {};

  private final AsyncPriorityQueue<Integer> queue = new AsyncPriorityQueue<>(2, (one, other) -> {
    first.run();
    return one.compareTo(other);
  });

  protected QueueRules(LoopSource source) {
    super(source);
  }

  private void fail() {
    throw failure;
  }

  private static void letOthersRun() {
    for (int i = 0; i < 8; i++) {
      giveATurn();
    }
  }

  private static <T> List<T> drain(AsyncQueue<T> full) {
    List<T> items = new ArrayList<>();
    while (!full.isEmpty()) {
      items.add(full.getNoWait());
    }
    return items;
  }

  /** Of which the first digits are compared; the others say in which order they were put. */
  @Test
  void items_manyInAnyOrder_comeByPriorityAndThenInTheirOrder() {
    run(() -> {
      for (int seed = 0; seed < 20; seed++) {
        Random random = new Random(seed);
        AsyncPriorityQueue<Integer> many = new AsyncPriorityQueue<>(Comparator.comparingInt(item -> item / 1000));
        PriorityQueue<Integer> expected = new PriorityQueue<>();
        for (int i = 0; i < 200; i++) {
          int item = random.nextInt(50) * 1000 + i;
          many.putNoWait(item);
          expected.add(item);
          if (random.nextInt(4) == 0) {
            assertThat(many.getNoWait()).as("with seed %d", seed).isEqualTo(expected.remove());
          }
        }
        assertThat(many.size()).isEqualTo(expected.size());
        assertThat(drain(many)).as("with seed %d", seed).containsExactlyElementsOf(expected.stream().sorted().toList());
      }
    });
  }

  /** Items in order are no reason for a tree as deep as they are many, which would overflow the stack. */
  @Test
  void items_veryManyInOrder_areNoReasonToOverflow() {
    run(() -> {
      AsyncPriorityQueue<Integer> many = AsyncPriorityQueue.natural();
      for (int i = 0; i < 100_000; i++) {
        many.putNoWait(i);
      }
      for (int i = 0; i < 100_000; i++) {
        assertThat(many.getNoWait()).isEqualTo(i);
      }
    });
  }

  @Test
  void comparators_thatUseTheirQueue_areRefused() {
    run(() -> {
      queue.put(2);
      List<Consumer<AsyncQueue<Integer>>> uses = List.of(own -> own.put(0), own -> own.putNoWait(0), AsyncQueue::get,
          AsyncQueue::getNoWait, AsyncQueue::taskDone, AsyncQueue::join, AsyncQueue::shutdown,
          AsyncQueue::shutdownNow);
      for (Consumer<AsyncQueue<Integer>> use : uses) {
        first = () -> use.accept(queue);
        assertThatIllegalStateException().isThrownBy(() -> queue.putNoWait(1)).withMessageContaining("comparator");
      }
      first = () -> assertThat(queue.size()).isEqualTo(1);
      queue.put(1);
      first = () -> {};
      assertThat(drain(queue)).containsExactly(1, 2);
    });
  }

  @Test
  void comparators_thatSuspend_loseNothing() {
    run(() -> {
      AsyncPriorityQueue<Integer> suspending = new AsyncPriorityQueue<>((one, other) -> {
        EventLoop.running().yieldNow();
        return one.compareTo(other);
      });
      List<Task<?>> putters = new ArrayList<>();
      for (int item : List.of(3, 1, 4, 2, 5)) {
        putters.add(Async.createTask(() -> suspending.put(item)));
      }
      Async.awaitAll(putters);
      assertThat(suspending.size()).isEqualTo(5);
      List<Task<Integer>> getters = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        getters.add(Async.createTask(suspending::get));
      }
      assertThat(Async.gather(getters)).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
      suspending.put(1);
      Task<?> late = Async.createTask(() -> suspending.put(2));
      giveATurn(); // it compares
      suspending.shutdown();
      Async.awaitAll(List.of(late));
      assertThat(late.exception()).isInstanceOf(QueueShutDownException.class);
      assertThat(suspending.getNoWait()).isEqualTo(1);
    });
  }

  @Test
  void comparators_thatFail_leaveTheRoomAndTheItemToTheNext() {
    run(() -> {
      queue.put(1);
      queue.put(2);
      Task<?> failing = Async.createTask(() -> queue.put(3));
      Task<?> next = Async.createTask(() -> queue.put(4));
      letOthersRun();
      first = () -> {
        first = () -> {};
        fail();
      };
      assertThat(catchThrowable(queue::getNoWait)).isNull(); // nothing to compare: two items are a root and one below
      Async.awaitAll(List.of(failing));
      assertThat(failing.exception()).isSameAs(failure);
      next.await();
      assertThat(drain(queue)).containsExactly(2, 4);

      AsyncPriorityQueue<Integer> wide = new AsyncPriorityQueue<>((one, other) -> {
        first.run();
        return one.compareTo(other);
      });
      Task<Integer> failingGetter = Async.createTask(wide::get);
      List<Task<Integer>> nextGetters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        nextGetters.add(Async.createTask(wide::get));
      }
      giveATurn();
      for (int item : List.of(1, 2, 3)) {
        wide.putNoWait(item); // wakes one of them each, but not the last
      }
      first = () -> {
        first = () -> {};
        fail();
      };
      Async.awaitAll(List.of(failingGetter));
      assertThat(failingGetter.exception()).isSameAs(failure);
      assertThat(Async.gather(nextGetters)).containsExactly(1, 2, 3);
    });
  }

  // --- all queues ---

  @Test
  void waits_thatAreCancelledWhenTheyAreWoken_wakeTheNext() {
    run(() -> {
      AsyncQueue<String> one = new AsyncQueue<>(1);
      Task<String> cancelled = Async.createTask(one::get);
      Task<String> next = Async.createTask(one::get);
      giveATurn();
      one.put("item");
      cancelled.cancel();
      assertThat(next.await()).isEqualTo("item");
      one.put("item");
      Task<?> cancelledPutter = Async.createTask(() -> one.put("never"));
      Task<?> nextPutter = Async.createTask(() -> one.put("another"));
      giveATurn();
      assertThat(one.get()).isEqualTo("item");
      cancelledPutter.cancel();
      nextPutter.await();
      assertThat(drain(one)).containsExactly("another");
      assertThat(cancelled.isCancelled() && cancelledPutter.isCancelled()).isTrue();
    });
  }

  @Test
  void joins_endWhenAllIsDoneOrDropped() {
    run(() -> {
      AsyncQueue<String> work = new AsyncQueue<>();
      work.join(); // nothing was put
      work.put("a");
      work.put("b");
      assertThat(work.get()).isEqualTo("a");
      Task<?> joining = Async.createTask(work::join);
      Task<?> getter = Async.createTask(() -> {
        work.get();
        work.get();
      });
      letOthersRun();
      work.put("c");
      letOthersRun();
      work.put("d");
      work.put("e");
      assertThat(joining.isDone()).isFalse();
      work.taskDone();
      work.taskDone();
      letOthersRun();
      assertThat(joining.isDone()).isFalse();
      work.taskDone();
      letOthersRun();
      assertThat(joining.isDone()).as("two that nobody has taken are left").isFalse();
      work.shutdownNow();
      joining.await();
      getter.await();
      assertThat(work.isEmpty()).isTrue();
      assertThat(catchThrowable(work::get)).isInstanceOf(QueueShutDownException.class);
      assertThatIllegalStateException().isThrownBy(work::taskDone).withMessageContaining("more often");
      assertThatIllegalArgumentException().isThrownBy(() -> new AsyncQueue<>(0)).withMessageContaining("capacity");
    });
  }

  @Test
  void queues_thatAreShutDownNow_endTheWaitsOfBothSides() {
    run(() -> {
      AsyncQueue<String> empty = new AsyncQueue<>();
      AsyncQueue<String> full = new AsyncQueue<>(1);
      full.put("item");
      List<Task<?>> waits = List.of(Async.createTask(empty::get), Async.createTask(() -> full.put("never")));
      letOthersRun();
      empty.shutdownNow();
      full.shutdownNow();
      Async.awaitAll(waits);
      assertThat(waits).allSatisfy(wait -> assertThat(wait.exception()).isInstanceOf(QueueShutDownException.class));
      assertThat(full.isEmpty()).isTrue();
    });
  }

  // --- others that wait in line ---

  @Test
  void semaphores_whoseWaiterIsCancelled_areFreeAtOnce() {
    run(() -> {
      AsyncSemaphore semaphore = new AsyncSemaphore(1);
      semaphore.acquire();
      Task<?> waiting = Async.createTask(semaphore::acquire);
      letOthersRun();
      waiting.cancel();
      assertThat(semaphore.isLocked()).isTrue();
      semaphore.release();
      assertThat(semaphore.isLocked()).isFalse();
    });
  }

  @Test
  void conditions_signalNoneOrSome() {
    run(() -> {
      AsyncCondition condition = new AsyncCondition(new AsyncLock());
      List<Task<?>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(Async.createTask(() -> condition.with(() -> condition.await())));
      }
      letOthersRun();
      condition.with(() -> condition.signal(0));
      letOthersRun();
      assertThat(waiting).noneMatch(Task::isDone);
      condition.with(() -> condition.signal(2));
      letOthersRun();
      assertThat(waiting).extracting(Task::isDone).containsExactly(true, true, false);
      condition.with(() -> condition.signalAll());
      Async.awaitAll(waiting);
      assertThatIllegalArgumentException().isThrownBy(() -> condition.with(() -> condition.signal(-1)));
      assertThatIllegalStateException().isThrownBy(condition::signalAll);
    });
  }
}
