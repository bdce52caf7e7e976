package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Task;
import io.asyncrunner.compat.toolkit.Interludes.Way;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import io.asyncrunner.sync.QueueEmptyException;
import io.asyncrunner.sync.QueueFullException;
import io.asyncrunner.sync.QueueShutDownException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * User code that suspends at every call that the library makes of it, while others use the same primitive: comparators,
 * predicates, handlers, loggers, callbacks, factories, propagators, and the methods of users' objects.
 */
class SuspendingUserCodeTest extends ToolkitTestCase {
  // --- comparators ---

  /** A comparator that suspends at every call, and what others put and get meanwhile. */
  private static final class Comparison {
    final List<Integer> put = new ArrayList<>();
    final List<Integer> got = new ArrayList<>();
    final AsyncPriorityQueue<Integer> queue = new AsyncPriorityQueue<>(this::compare);
    final Interludes interludes;
    private int uses;

    Comparison(Way way, int limit) {
      interludes = new Interludes(way, limit, this::useMeanwhile);
    }

    private int compare(Integer one, Integer other) {
      interludes.take();
      return one.compareTo(other);
    }

    /** Puts two items for each one that it gets. */
    private void useMeanwhile() {
      int use = ++uses;
      if (use % 3 == 0) {
        get();
      } else {
        put(1_000 - use);
      }
    }

    void put(int item) {
      queue.putNoWait(item);
      put.add(item);
    }

    void get() {
      got.add(queue.getNoWait());
    }

    void assertComplete(int limit) {
      assertThat(interludes.taken()).as("suspensions").isEqualTo(limit);
      List<Integer> left = new ArrayList<>();
      while (!queue.isEmpty()) {
        left.add(queue.getNoWait());
      }
      assertThat(left).isSorted();
      got.addAll(left);
      assertThat(got).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(put);
      assertThat(queue.toString()).contains("size=0", "getters=0", "putters=0", "unfinished=" + put.size());
    }
  }

  @Test
  void comparator_suspendingInTasks_losesNoItem() {
    for (Way way : waysInTasks()) {
      run(() -> {
        Comparison comparison = new Comparison(way, 60);
        List<Task<Void>> tasks = new ArrayList<>();
        for (int first : new int[] {100, 200, 300}) {
          tasks.add(Async.createTask(() -> {
            for (int item = first + 9; item >= first; item--) {
              comparison.put(item);
              if (item % 2 == 0) {
                comparison.get();
              }
            }
          }));
        }
        Async.gather(tasks);
        awaitOthers();
        comparison.assertComplete(60);
      });
    }
  }

  @Test
  void comparator_suspendingInCallbacks_losesNoItem() {
    run(() -> {
      Comparison comparison = new Comparison(wayInCallbacks(), 40);
      EventLoop loop = EventLoop.running();
      int[] callbacks = new int[1];
      for (int item = 30; item > 0; item--) {
        int each = item;
        loop.callSoon(() -> {
          comparison.put(each);
          if (each % 3 == 0) {
            comparison.get();
          }
          callbacks[0]++;
        });
      }
      while (callbacks[0] < 30) {
        loop.yieldNow();
      }
      awaitOthers();
      comparison.assertComplete(40);
    });
  }

  /** The queue is shut down while an item is on its way in. */
  @Test
  void comparator_suspendingWhileTheQueueIsShutDown_letsNothingIn() {
    for (Way way : waysInTasks()) {
      run(() -> {
        List<AsyncPriorityQueue<Integer>> queues = new ArrayList<>();
        Interludes interludes = new Interludes(way, 1, () -> queues.get(0).shutdown());
        AsyncPriorityQueue<Integer> queue = new AsyncPriorityQueue<>((one, other) -> {
          interludes.take();
          return one.compareTo(other);
        });
        queues.add(queue);
        queue.putNoWait(1);
        assertThatThrownBy(() -> queue.putNoWait(2)).isInstanceOf(QueueShutDownException.class);
        assertThat(interludes.taken()).isEqualTo(1);
        assertThat(queue.getNoWait()).isEqualTo(1);
        assertThat(queue.toString()).contains("size=0", "unfinished=1");
      });
    }
  }

  @Test
  void comparator_thatFails_leavesTheRoomToTheNextProducer() {
    run(() -> {
      boolean[] fails = new boolean[1];
      AsyncPriorityQueue<Integer> queue = failingQueue(2, fails);
      queue.put(1);
      queue.put(2);
      Task<Void> first = Async.createTask(() -> queue.put(3));
      Task<Void> second = Async.createTask(() -> queue.put(4));
      giveTurns(2);
      assertThat(queue.get()).isEqualTo(1);
      fails[0] = true;
      assertThatThrownBy(first::await).hasMessage("the comparator failed");
      fails[0] = false;
      giveTurns(3);
      assertThat(second.isDone()).as("the next producer got the room").isTrue();
      assertThat(queue.get()).isEqualTo(2);
      assertThat(queue.get()).isEqualTo(4);
    });
  }

  @Test
  void comparator_thatFails_leavesTheItemToTheNextConsumer() {
    run(() -> {
      boolean[] fails = new boolean[1];
      AsyncPriorityQueue<Integer> queue = failingQueue(9, fails);
      List<Task<Integer>> getters = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        getters.add(Async.createTask(queue::get));
      }
      giveTurns(2);
      for (int item = 1; item <= 3; item++) {
        queue.put(item);
      }
      fails[0] = true;
      assertThatThrownBy(getters.get(0)::await).hasMessage("the comparator failed");
      fails[0] = false;
      giveTurns(5);
      assertThat(getters).as("the other consumers got their items").allMatch(Task::isDone);
      assertThat(queue.isEmpty()).isTrue();
    });
  }

  private static AsyncPriorityQueue<Integer> failingQueue(int capacity, boolean[] fails) {
    return new AsyncPriorityQueue<>(capacity, (one, other) -> {
      if (fails[0]) {
        fails[0] = false;
        throw new IllegalStateException("the comparator failed");
      }
      return one.compareTo(other);
    });
  }

  /** All ways into the queue, also where it would not have had to compare anything. */
  @Test
  void comparator_thatUsesItsQueue_isRefusedAndChangesNothing() {
    List<Consumer<AsyncPriorityQueue<Integer>>> uses = List.of(queue -> queue.put(7), queue -> queue.putNoWait(7),
        AsyncQueue::get, AsyncQueue::getNoWait, AsyncQueue::taskDone, AsyncQueue::join, AsyncQueue::shutdown,
        AsyncQueue::shutdownNow);
    for (int size = 1; size <= 4; size++) {
      int items = size;
      for (Consumer<AsyncPriorityQueue<Integer>> use : uses) {
        run(() -> {
          List<AsyncPriorityQueue<Integer>> own = new ArrayList<>();
          boolean[] isInUse = new boolean[1];
          AsyncPriorityQueue<Integer> queue = new AsyncPriorityQueue<>((one, other) -> {
            if (isInUse[0]) {
              use.accept(own.get(0));
            }
            return one.compareTo(other);
          });
          own.add(queue);
          for (int item = 1; item <= items; item++) {
            queue.put(10 * item);
          }
          String before = queue.toString();
          isInUse[0] = true;
          assertThatThrownBy(() -> queue.put(5)).isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("the comparator of AsyncPriorityQueue")
              .hasMessageContaining("must not use the queue that calls it");
          if (items > 2) {
            assertThatThrownBy(queue::get).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must not use the queue that calls it");
          }
          isInUse[0] = false;
          assertThat(queue).hasToString(before);
          for (int item = 1; item <= items; item++) {
            assertThat(queue.get()).isEqualTo(10 * item);
          }
          queue.put(1); // not taken for a comparator any more
        });
      }
    }
  }

  @Test
  void comparator_thatLooksAtItsQueue_isAnswered() {
    run(() -> {
      List<AsyncPriorityQueue<Integer>> own = new ArrayList<>();
      List<Object> seen = new ArrayList<>();
      AsyncPriorityQueue<Integer> queue = new AsyncPriorityQueue<>(3, (one, other) -> {
        AsyncPriorityQueue<Integer> self = own.get(0);
        seen.addAll(List.of(self.size(), self.isEmpty(), self.isFull(), self.capacity()));
        return one.compareTo(other);
      });
      own.add(queue);
      queue.put(2);
      queue.put(1);
      assertThat(seen).containsExactly(1, false, false, 3);
    });
  }

  // --- predicates ---

  @Test
  void predicate_suspending_keepsTheLock() {
    for (Way way : waysInTasks()) {
      run(() -> {
        AsyncCondition changed = new AsyncCondition();
        int[] level = new int[1];
        boolean[] inside = new boolean[1];
        Interludes interludes = new Interludes(way, 25, () -> changed.with(() -> {
          assertThat(inside[0]).as("another holds the lock").isFalse();
          level[0]++;
          changed.signal();
        }));
        List<Task<Void>> waiters = new ArrayList<>();
        for (int least : new int[] {3, 6, 9}) {
          waiters.add(Async.createTask(() -> changed.with(() -> {
            changed.awaitUntil(() -> {
              assertThat(inside[0]).as("another is in a predicate").isFalse();
              inside[0] = true;
              interludes.take();
              inside[0] = false;
              return level[0] >= least;
            });
          })));
        }
        while (!waiters.stream().allMatch(Task::isDone)) {
          changed.with(() -> {
            level[0]++;
            changed.signalAll();
          });
          giveTurns(1);
        }
        awaitOthers();
        Async.gather(waiters);
        assertThat(interludes.taken()).isGreaterThan(3);
        assertThat(changed).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
      });
    }
  }

  // --- methods of users' objects ---

  /** Whose methods must not be called by the library at all. */
  private static final class Untouchable {
    /** For a comparator, which is the only one that asks. */
    int rank() {
      return 0;
    }

    @Override
    public boolean equals(Object other) {
      throw new AssertionError("equals was called");
    }

    @Override
    public int hashCode() {
      throw new AssertionError("hashCode was called");
    }

    @Override
    public String toString() {
      throw new AssertionError("toString was called");
    }
  }

  @Test
  void itemsAndResults_areNeverAskedForAnything() {
    run(() -> {
      EventLoop.running().setDebug(true);
      Comparator<Untouchable> inAnyOrder = Comparator.comparingInt(Untouchable::rank);
      for (AsyncQueue<Untouchable> queue : List.of(new AsyncQueue<Untouchable>(2), new AsyncLifoQueue<Untouchable>(2),
          new AsyncPriorityQueue<>(2, inAnyOrder))) {
        queue.put(new Untouchable());
        queue.put(new Untouchable());
        assertThatThrownBy(() -> queue.putNoWait(new Untouchable())).isInstanceOf(QueueFullException.class);
        Task<Void> putter = Async.createTask(() -> queue.put(new Untouchable()));
        giveTurns(1);
        assertThat(queue.toString()).contains("size=2", "putters=1");
        for (int i = 0; i < 3; i++) {
          queue.get();
          giveTurns(1);
        }
        putter.await();
        assertThatThrownBy(queue::getNoWait).isInstanceOf(QueueEmptyException.class);
        queue.shutdown();
        assertThatThrownBy(() -> queue.put(new Untouchable())).isInstanceOf(QueueShutDownException.class);
      }
      Task<Untouchable> task = Async.createTask(Untouchable::new);
      CompletableAsyncFuture<Untouchable> future = EventLoop.running().createFuture();
      future.setResult(new Untouchable());
      Async.gather(task, future);
      Async.awaitAll(List.of(task, future));
      assertThat(task.toString() + future + Async.shield(task)).contains("finished");
      assertThatThrownBy(() -> future.setResult(new Untouchable())).isInstanceOf(IllegalStateException.class);
      Async.mapConcurrently(List.of(new Untouchable(), new Untouchable()), 1, input -> input);
      assertThat(Async.toThread(Untouchable::new)).isInstanceOf(Untouchable.class);
    });
  }

  /** An exception whose message takes its time. */
  private static final class SlowException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Interludes interludes;

    SlowException(Interludes interludes) {
      this.interludes = interludes;
    }

    @Override
    public String getMessage() {
      interludes.take();
      return "slow";
    }
  }

  @Test
  void exceptionMessage_suspending_disturbsNobody() {
    for (Way way : waysInTasks()) {
      run(() -> {
        AsyncLock lock = new AsyncLock();
        int[] uses = new int[1];
        Interludes interludes = new Interludes(way, 10, () -> lock.with(() -> uses[0]++));
        Task<Void> failing = Async.createTask(() -> {
          throw new SlowException(interludes);
        });
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> lock.with(failing::await)).isInstanceOf(CompletionException.class)
              .hasCauseInstanceOf(SlowException.class);
        }
        assertThatThrownBy(() -> Async.gather(List.of(failing))).isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(SlowException.class);
        awaitOthers();
        assertThat(uses[0]).isEqualTo(interludes.taken()).isPositive();
        assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
      });
    }
  }

  /** A callback that takes its time to say whether it is another. */
  private static final class SlowCallback implements Consumer<AsyncFuture<String>> {
    private final Interludes interludes;
    int calls;

    SlowCallback(Interludes interludes) {
      this.interludes = interludes;
    }

    @Override
    public void accept(AsyncFuture<String> done) {
      calls++;
    }

    @Override
    public boolean equals(Object other) {
      if (interludes != null) {
        interludes.take();
      }
      return this == other;
    }

    @Override
    public int hashCode() {
      throw new AssertionError("hashCode was called");
    }
  }

  @Test
  void equals_suspendingWhileOthersAreAdded_isRemovedAllTheSame() {
    for (Way way : waysInTasks()) {
      for (int others = 0; others <= 2; others++) {
        int before = others;
        run(() -> {
          CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
          List<SlowCallback> added = new ArrayList<>();
          SlowCallback removed = new SlowCallback(new Interludes(way, 2, () -> {
            SlowCallback another = new SlowCallback(null);
            added.add(another);
            future.addDoneCallback(another);
          }));
          future.addDoneCallback(removed);
          for (int i = 0; i < before; i++) {
            added.add(new SlowCallback(null));
            future.addDoneCallback(added.get(i));
          }
          assertThat(future.removeDoneCallback(removed)).isEqualTo(1);
          future.setResult("done");
          giveTurns(3);
          assertThat(removed.calls).as("calls of the callback that was removed").isZero();
          assertThat(added).hasSizeGreaterThan(before).allMatch(callback -> callback.calls == 1);
        });
      }
    }
  }

  @Test
  void equals_suspendingWhileTheFutureEnds_isNotRemovedAndCalledOnce() {
    for (Way way : waysInTasks()) {
      run(() -> {
        CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
        SlowCallback callback = new SlowCallback(new Interludes(way, 1, () -> future.setResult("done")));
        future.addDoneCallback(callback);
        assertThat(future.removeDoneCallback(callback)).isZero();
        giveTurns(3);
        assertThat(callback.calls).isEqualTo(1);
      });
    }
  }

  // --- handlers, loggers, callbacks ---

  @Test
  void exceptionHandler_suspending_disturbsNobody() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      AsyncSemaphore semaphore = new BoundedAsyncSemaphore(1);
      int[] uses = new int[1];
      int[] handled = new int[1];
      Interludes interludes = new Interludes(wayInCallbacks(), 10, () -> semaphore.with(() -> uses[0]++));
      loop.setExceptionHandler((failing, report) -> {
        interludes.take();
        handled[0]++;
      });
      for (int i = 0; i < 10; i++) {
        loop.callSoon(() -> {
          throw new IllegalStateException("for the handler");
        });
        semaphore.with(() -> giveTurns(1));
      }
      while (handled[0] < 10) {
        giveTurns(1);
      }
      awaitOthers();
      assertThat(uses[0]).isEqualTo(10);
      assertThat(semaphore).hasToString("BoundedAsyncSemaphore[permits=1, waiters=0]");
    });
  }

  @Test
  void logger_suspending_disturbsNobody() {
    Logger logger = (Logger) LoggerFactory.getLogger("io.asyncrunner");
    for (Way way : waysInTasks()) {
      run(() -> {
        EventLoop loop = EventLoop.running();
        loop.setExceptionHandler(null);
        AsyncQueue<Integer> queue = new AsyncQueue<>(1);
        int[] events = new int[1];
        Interludes interludes = new Interludes(way, 10, () -> queue.put(events[0]));
        UnsynchronizedAppenderBase<ILoggingEvent> appender = new UnsynchronizedAppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            interludes.take();
            events[0]++;
          }
        };
        appender.start();
        logger.setAdditive(false);
        logger.addAppender(appender);
        int got = 0;
        try {
          for (int i = 0; i < 10; i++) {
            loop.callExceptionHandler(
                new ExceptionContext("logged in a task", new IllegalStateException("on purpose")));
            queue.get();
            got++;
          }
        } finally {
          logger.detachAppender(appender);
          logger.setAdditive(true);
        }
        awaitOthers();
        assertThat(events[0]).isEqualTo(10);
        assertThat(got).isEqualTo(interludes.taken());
        assertThat(queue.toString()).contains("size=0", "getters=0", "putters=0");
      });
    }
  }

  @Test
  void doneCallbacks_suspending_areEachCalledOnce() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      AsyncLock lock = new AsyncLock();
      List<Integer> begun = new ArrayList<>();
      List<Integer> ended = new ArrayList<>();
      int[] uses = new int[1];
      Interludes interludes = new Interludes(wayInCallbacks(), 20, () -> lock.with(() -> {
        giveTurns(1);
        uses[0]++;
      }));
      CompletableAsyncFuture<String> future = loop.createFuture();
      for (int i = 0; i < 20; i++) {
        int number = i;
        future.addDoneCallback(done -> {
          begun.add(number);
          interludes.take();
          ended.add(number);
        });
      }
      lock.with(() -> {
        future.setResult("done");
        assertThat(future.await()).isEqualTo("done");
        giveTurns(2);
      });
      while (ended.size() < 20) {
        giveTurns(1);
      }
      awaitOthers();
      assertThat(begun).as("in order").isSorted().hasSize(20);
      assertThat(ended).doesNotHaveDuplicates();
      assertThat(uses[0]).isEqualTo(20);
      assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
    });
  }
}
