package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.compat.toolkit.Interludes.Way;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Task factories, propagators and executors that suspend, or fail, while the library makes a task or sends code to a thread. */
class SuspendingFactoriesTest extends ToolkitTestCase {
  /** Suspends before and after it has made a task; not for the tasks that others make meanwhile. */
  private static final class SlowFactory implements TaskFactory {
    Interludes interludes;
    int made;
    private boolean suspended;

    @Override
    public <T> Task<T> newTask(EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine) {
      if (suspended) {
        return loop.newTask(options, coroutine);
      }
      suspend();
      Task<T> made = loop.newTask(options, coroutine);
      suspend();
      this.made++;
      return made;
    }

    private void suspend() {
      suspended = true;
      try {
        interludes.take();
      } finally {
        suspended = false;
      }
    }
  }

  @Test
  void taskFactory_suspending_makesEachTaskOnce() {
    for (Way way : waysInTasks()) {
      run(() -> {
        SlowFactory factory = new SlowFactory();
        AsyncLock lock = new AsyncLock();
        int[] uses = new int[1];
        factory.interludes = new Interludes(way, 10, () -> lock.with(() -> uses[0]++));
        EventLoop.running().setTaskFactory(factory);
        List<Integer> ran = new ArrayList<>();
        List<Task<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          int number = i;
          tasks.add(Async.createTask(() -> lock.with(() -> {
            giveTurns(1);
            ran.add(number);
          })));
        }
        Async.gather(tasks);
        awaitOthers();
        assertThat(ran).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(uses[0]).isEqualTo(10);
        assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
      });
    }
  }

  /** A group that is cancelled while a task is being made for it has that task cancelled, too. */
  @Test
  void taskFactory_suspendingWhileItsGroupIsCancelled_doesNotLoseTheTask() {
    for (Way way : waysInTasks()) {
      run(() -> {
        SlowFactory factory = new SlowFactory();
        EventLoop.running().setTaskFactory(factory);
        List<Task<?>> late = new ArrayList<>();
        TaskGroup.run(group -> {
          factory.interludes = new Interludes(way, 1, group::cancel);
          late.add(group.createTask(() -> EventLoop.running().createFuture().await()));
        });
        assertThat(late).allMatch(Task::isCancelled);
        awaitOthers();
      });
    }
  }

  /** Its {@code CompletableFuture} is cancelled while the task is being made. */
  @Test
  void taskFactory_suspendingWhileACallIsCancelled_doesNotRunIt() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      SlowFactory factory = new SlowFactory();
      List<CompletableFuture<Void>> calls = new ArrayList<>();
      List<Throwable> thrown = new ArrayList<>();
      factory.interludes = new Interludes(wayInCallbacks(), 1,
          () -> Threads.runOnAnother(loops, () -> calls.get(0).cancel(true)));
      loop.setTaskFactory(factory);
      calls.add(Async.callThreadsafe(loop, () -> {
        try {
          loop.createFuture().await();
        } catch (Throwable error) {
          thrown.add(error);
          throw error;
        }
      }));
      while (factory.made == 0) {
        giveTurns(1);
      }
      giveTurns(5);
      awaitOthers();
      assertThat(calls.get(0)).isCancelled();
      assertThat(thrown).hasSizeLessThan(2).allMatch(CancelledError.class::isInstance);
    });
  }

  /** The loop is closed while the factory is blocked: before, or after it has made the task. */
  @Test
  void taskFactory_blockedWhenTheLoopCloses_leavesNoCallWaiting() throws Exception {
    for (boolean isMade : new boolean[] {false, true}) {
      LoopEngine loop = loops.newEventLoop(Ticker.SYSTEM);
      CountDownLatch closed = new CountDownLatch(loops.isBlockingASuspension() ? 1 : 0); // elsewhere it would hold up the loop
      loop.setTaskFactory(new TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
          Task<T> made = isMade ? loop.newTask(options, coroutine) : null;
          loop.stop();
          Threads.await(closed);
          return isMade ? made : loop.newTask(options, coroutine);
        }
      });
      CompletableFuture<Object> call = Async.callThreadsafe(loop, () -> loop.createFuture().await());
      loop.setExceptionHandler((failing, report) -> {}); // of the task that is not done
      loop.runForever();
      loop.close();
      closed.countDown();
      assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
    }
  }

  // --- propagators ---

  @Test
  void propagator_suspending_holdsNothingMeanwhile() {
    for (Way way : waysInTasks()) {
      run(() -> {
        LoopEngine loop = LoopEngine.running();
        BoundedAsyncSemaphore limiter = new BoundedAsyncSemaphore(1);
        ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(limiter);
        int[] uses = new int[1];
        boolean[] isActive = {true};
        int[] around = new int[1];
        Interludes interludes = new Interludes(way, 12, () -> limiter.with(() -> uses[0]++));
        ContextPropagator propagator = () -> {
          if (isActive[0]) { // not for the tasks that are made meanwhile
            isActive[0] = false;
            interludes.take();
            isActive[0] = true;
          }
          return new ContextPropagator.Snapshot() {
            @Override
            public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
              around[0]++;
              return body.run();
            }
          };
        };
        loop.setPropagators(List.of(propagator));
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          assertThat(Async.toThread(options, () -> "on a thread")).isEqualTo("on a thread");
          Async.createTask(() -> limiter.with(() -> giveTurns(1))).await();
          calls.add(Async.callThreadsafe(loop, () -> limiter.with(() -> giveTurns(1))));
        }
        awaitAllThere(limiter);
        calls.forEach(Async::await);
        assertThat(uses[0]).isEqualTo(interludes.taken()).isEqualTo(12);
        assertThat(around[0]).isGreaterThanOrEqualTo(12);
      });
    }
  }

  private static void awaitAllThere(BoundedAsyncSemaphore limiter) {
    giveTurns(3);
    awaitOthers();
    while (limiter.isLocked()) { // until the thread's last message is there
      giveTurns(1);
    }
    assertThat(limiter).hasToString("BoundedAsyncSemaphore[permits=1, waiters=0]");
  }

  /** User code in the coroutine's wrapping suspends before and after the coroutine. */
  @Test
  void snapshot_suspendingAroundATask_disturbsNobody() {
    for (Way way : waysInTasks()) {
      run(() -> {
        LoopEngine loop = LoopEngine.running();
        AsyncLock lock = new AsyncLock();
        int[] uses = new int[1];
        Interludes interludes = new Interludes(way, 6, () -> lock.with(() -> uses[0]++));
        loop.setPropagators(List.of(() -> new ContextPropagator.Snapshot() {
          @Override
          public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
            interludes.take();
            try {
              return body.run();
            } finally {
              interludes.take();
            }
          }
        }));
        List<Task<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          tasks.add(Async.createTask(() -> lock.with(() -> giveTurns(1))));
        }
        giveTurns(2);
        tasks.get(1).cancel();
        Async.gatherOutcomes(tasks);
        awaitOthers();
        assertThat(uses[0]).isEqualTo(interludes.taken()).isEqualTo(6);
        assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
      });
    }
  }

  // --- executors ---

  /** An executor that has nothing to shut down. */
  private abstract static class OddExecutor extends AbstractExecutorService {
    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return true;
    }

    @Override
    public boolean isTerminated() {
      return true;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  @Test
  void executor_suspending_holdsThePermitUntilTheCodeHasEnded() {
    for (Way way : waysInTasks()) {
      run(() -> {
        BoundedAsyncSemaphore limiter = new BoundedAsyncSemaphore(1);
        int[] uses = new int[1];
        Interludes interludes = new Interludes(way, 6, () -> limiter.with(() -> uses[0]++));
        EventLoop.running().setDefaultExecutor(new OddExecutor() {
          @Override
          public void execute(Runnable command) {
            interludes.take();
            Threads.runOnAnother(loops, command);
            interludes.take();
          }
        });
        ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(limiter);
        for (int i = 0; i < 3; i++) {
          assertThat(Async.toThread(options, () -> "on a thread")).isEqualTo("on a thread");
        }
        awaitAllThere(limiter);
        assertThat(uses[0]).isEqualTo(interludes.taken()).isEqualTo(6);
      });
    }
  }

  /** Cancelled while the executor has not decided yet; the code may have begun by then, or not. */
  @Test
  void executor_suspendingWhileTheTaskIsCancelled_losesNoPermit() {
    for (Way way : waysInTasks()) {
      for (boolean isBegun : new boolean[] {false, true}) {
        run(() -> {
          BoundedAsyncSemaphore limiter = new BoundedAsyncSemaphore(1);
          List<Task<?>> caller = new ArrayList<>();
          List<Runnable> later = new ArrayList<>();
          Interludes interludes = new Interludes(way, 1, () -> caller.get(0).cancel());
          EventLoop.running().setDefaultExecutor(new OddExecutor() {
            @Override
            public void execute(Runnable command) {
              if (isBegun) {
                Threads.runOnAnother(loops, command);
              } else {
                later.add(command);
              }
              interludes.take();
            }
          });
          caller.add(Async.createTask(() -> {
            Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), () -> "on a thread");
          }));
          awaitOthers();
          later.forEach(command -> Threads.runOnAnother(loops, command));
          awaitAllThere(limiter);
          assertThat(interludes.taken()).isEqualTo(1);
        });
      }
    }
  }

  @Test
  void executor_thatRefusesWhatItHasRun_givesThePermitBackOnce() {
    run(() -> {
      BoundedAsyncSemaphore limiter = new BoundedAsyncSemaphore(2);
      limiter.acquire(); // so that a permit too many would not be refused
      EventLoop.running().setDefaultExecutor(new OddExecutor() {
        @Override
        public void execute(Runnable command) {
          Threads.runOnAnother(loops, command);
          throw new RejectedExecutionException("after the fact");
        }
      });
      assertThatThrownBy(() -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), () -> "on a thread"))
          .hasMessage("after the fact");
      giveTurns(3);
      assertThat(limiter).hasToString("BoundedAsyncSemaphore[permits=1, waiters=0]");
    });
  }

  @Test
  void executor_thatRefuses_givesThePermitBack() {
    run(() -> {
      BoundedAsyncSemaphore limiter = new BoundedAsyncSemaphore(1);
      EventLoop.running().setDefaultExecutor(new OddExecutor() {
        @Override
        public void execute(Runnable command) {
          throw new RejectedExecutionException("full");
        }
      });
      assertThatThrownBy(() -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), () -> "on a thread"))
          .hasMessage("full");
      assertThat(limiter).hasToString("BoundedAsyncSemaphore[permits=1, waiters=0]");
    });
  }
}
