package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Many wait for one thing, and are cancelled in an order of their own: none may have to look at all others. */
class ManyWaitersTest extends ToolkitTestCase {
  /** Of the processor, for {@link #many()} on one thread: a quarter of a second, and a quarter of a minute if each looks at all others. */
  private static final Duration ENOUGH = Duration.ofSeconds(10);

  private int many() {
    return switch (loops) {
      case CONFINED -> 40_000;
      case PLATFORM -> 100; // each is a thread of the system
      default -> 1_000;
    };
  }

  private void runInTime(VoidCoroutine<?> body) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    run(body);
    if (loops == Loops.CONFINED) { // elsewhere most of it is done by other threads
      assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - before)).isLessThan(ENOUGH);
    }
  }

  /** Many tasks of one kind, which have all come to their wait. */
  private List<Task<?>> waiting(VoidCoroutine<?> body) {
    List<Task<?>> tasks = new ArrayList<>();
    for (int i = 0; i < many(); i++) {
      tasks.add(Async.createTask(body));
    }
    giveTurns(2);
    return tasks;
  }

  /** Cancels them, lets something happen before they know, and waits until all have ended. */
  private static void cancel(List<Task<?>> tasks, Runnable meanwhile) {
    List<Task<?>> shuffled = new ArrayList<>(tasks);
    Collections.shuffle(shuffled, new Random(29));
    shuffled.forEach(AsyncFuture::cancel);
    meanwhile.run();
    awaitOthers();
    assertThat(tasks).allMatch(AsyncFuture::isCancelled);
  }

  // --- the primitives ---

  @Test
  void queue_manyGettersCancelled_endInTime() {
    runInTime(() -> {
      AsyncQueue<String> queue = new AsyncQueue<>();
      cancel(waiting(queue::get), () -> {});
      assertThat(queue).hasToString("AsyncQueue[size=0, getters=0, putters=0, unfinished=0]");

      List<Task<?>> getters = waiting(queue::get);
      cancel(getters, () -> queue.putNoWait("for nobody"));
      assertThat(queue.getNoWait()).isEqualTo("for nobody");
    });
  }

  @Test
  void queue_manyPuttersCancelled_endInTime() {
    runInTime(() -> {
      AsyncQueue<String> queue = new AsyncQueue<>(1);
      queue.put("first");
      cancel(waiting(() -> queue.put("more")), () -> assertThat(queue.getNoWait()).isEqualTo("first"));
      assertThat(queue).hasToString("AsyncQueue[size=0 of 1, getters=0, putters=0, unfinished=1]");
    });
  }

  @Test
  void lock_manyWaitersCancelled_endInTimeAndTheLastTakesIt() {
    runInTime(() -> {
      AsyncLock lock = new AsyncLock();
      lock.acquire();
      List<Task<?>> waiting = waiting(lock::acquire);
      Task<?> last = Async.createTask(lock::acquire);
      giveTurns(1);
      Collections.shuffle(waiting, new Random(29));
      waiting.forEach(AsyncFuture::cancel);
      lock.release();
      last.await();
      assertThat(lock).hasToString("AsyncLock[locked, waiters=0]");
      assertThat(waiting).allMatch(AsyncFuture::isCancelled);
    });
  }

  @Test
  void lock_manyWaitersCancelledWhileItIsTakenAndGivenBack_endInTime() {
    runInTime(() -> {
      AsyncLock lock = new AsyncLock();
      lock.acquire();
      cancel(waiting(lock::acquire), () -> {
        for (int i = 0; i < many(); i++) {
          lock.release();
          lock.acquire();
        }
      });
      assertThat(lock).hasToString("AsyncLock[locked, waiters=0]");
    });
  }

  @Test
  void semaphore_manyWaitersCancelled_endInTimeAndPermitsAreLeft() {
    runInTime(() -> {
      AsyncSemaphore semaphore = new AsyncSemaphore(0);
      cancel(waiting(semaphore::acquire), semaphore::release);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=1, waiters=0]");
    });
  }

  @Test
  void semaphore_manyPermitsForManyWaiters_goToThemInOneTurn() {
    runInTime(() -> {
      AsyncSemaphore semaphore = new AsyncSemaphore(0);
      List<Task<?>> waiting = waiting(semaphore::acquire);
      for (int i = 0; i < many(); i++) {
        semaphore.release();
      }
      giveTurns(2);
      assertThat(waiting).allMatch(AsyncFuture::isDone);
      assertThat(semaphore).hasToString("AsyncSemaphore[permits=0, waiters=0]");
    });
  }

  @Test
  void event_manyWaitersCancelled_endInTime() {
    runInTime(() -> {
      AsyncEvent event = new AsyncEvent();
      cancel(waiting(event::await), () -> {
        for (int i = 0; i < many(); i++) {
          event.set();
          event.clear();
        }
      });
      assertThat(event).hasToString("AsyncEvent[not set, waiters=0]");
    });
  }

  @Test
  void condition_manyWaitersCancelled_endInTime() {
    runInTime(() -> {
      AsyncCondition condition = new AsyncCondition();
      cancel(waiting(() -> condition.with(condition::await)), () -> {});
      assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
    });
  }

  @Test
  void barrier_manyWaitersCancelled_endInTime() {
    runInTime(() -> {
      AsyncBarrier barrier = new AsyncBarrier(many() + 1);
      List<Task<?>> waiting = waiting(barrier::await);
      awaitWaiting(barrier);
      cancel(waiting, () -> {});
      assertThat(barrier.waiting()).isZero();
    });
  }

  private void awaitWaiting(AsyncBarrier barrier) {
    while (barrier.waiting() < many()) {
      giveTurns(1);
    }
  }

  // --- futures ---

  @Test
  void shield_manyOfOneFutureCancelled_endInTime() {
    runInTime(() -> {
      CompletableAsyncFuture<String> shared = EventLoop.running().createFuture();
      cancel(waiting(() -> Async.shield(shared).await()), () -> {});
      shared.setResult("for nobody");
    });
  }

  @Test
  void awaitAny_manyOfOneFutureCancelled_endInTime() {
    runInTime(() -> {
      CompletableAsyncFuture<String> shared = EventLoop.running().createFuture();
      cancel(waiting(() -> Async.awaitAny(List.of(shared))), () -> {});
      shared.setResult("for nobody");
    });
  }

  @Test
  void removeDoneCallback_manyOfOneFuture_takesEachOutAndLeavesTheOthersInOrder() {
    runInTime(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      List<Integer> called = new ArrayList<>();
      List<Consumer<AsyncFuture<String>>> callbacks = new ArrayList<>();
      int quarter = many() / 4;
      for (int i = 0; i < 4 * quarter; i++) {
        int number = i;
        Consumer<AsyncFuture<String>> callback = done -> called.add(number);
        callbacks.add(callback);
        future.addDoneCallback(callback);
      }
      future.addDoneCallback(callbacks.get(7)); // a second time
      for (int i = 0; i < callbacks.size(); i++) {
        if (i % quarter != 5) {
          assertThat(future.removeDoneCallback(callbacks.get(i))).isEqualTo(i == 7 ? 2 : 1);
        }
      }
      future.addDoneCallback(callbacks.get(1)); // again
      assertThat(future.removeDoneCallback(callbacks.get(2))).isZero();
      future.setResult("done");
      giveTurns(2);
      assertThat(called).containsExactly(5, quarter + 5, 2 * quarter + 5, 3 * quarter + 5, 1);
    });
  }

  @Test
  void removeDoneCallback_equalButNotTheSame_takesAllOut() {
    run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      List<String> called = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        future.addDoneCallback(new Adding(called, "out"));
        future.addDoneCallback(new Adding(called, "in"));
        future.addDoneCallback(done -> called.add("other"));
      }
      assertThat(future.removeDoneCallback(new Adding(called, "out"))).isEqualTo(100);
      future.setResult("done");
      giveTurns(2);
      assertThat(called).hasSize(200).startsWith("in", "other", "in", "other").doesNotContain("out");
    });
  }

  /** A callback that has an {@code equals} of its own; not a record, because that would compare the lists. */
  private static final class Adding implements Consumer<AsyncFuture<String>> {
    private final List<String> called;
    private final String name;

    Adding(List<String> called, String name) {
      this.called = called;
      this.name = name;
    }

    @Override
    public void accept(AsyncFuture<String> done) {
      called.add(name);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Adding adding && adding.name.equals(name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }
}
