package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.benchmarks.ops.Feeders;
import io.asyncrunner.benchmarks.ops.Ops;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One of this library's loops. */
class OwnLoop extends DirectStyle
    implements Ops.RunRoundTrip, Ops.RunnerLifecycle, Ops.CallSoon, Ops.CallThreadsafe, Ops.Timers,
    Ops.ContextVariables {
  private static final List<ContextVar<Integer>> VARIABLES = tenVariables();

  private final EventLoopFactory factory;
  @SuppressWarnings("NullAway.Init") // open() comes first
  private Runner runner;

  OwnLoop(EventLoopFactory factory) {
    this.factory = factory;
  }

  private static List<ContextVar<Integer>> tenVariables() {
    List<ContextVar<Integer>> variables = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      variables.add(ContextVar.named("variable-" + i));
    }
    return List.copyOf(variables);
  }

  private Runner newRunner() {
    return Runner.builder().loopFactory(factory).build();
  }

  @Override
  public void open() {
    runner = newRunner();
  }

  @Override
  public void close() {
    runner.close();
  }

  @Override
  public int runTrivial(int value) {
    return runner.run(() -> value + 1);
  }

  @Override
  public int openRunClose(int value) {
    try (Runner own = newRunner()) {
      return own.run(() -> value + 1);
    }
  }

  @Override
  int group(Forking forking) throws Exception {
    int[] sum = {0};
    runner.run((VoidCoroutine<Exception>) () -> TaskGroup.run((TaskGroup group) -> {
      forking.run(body -> group.createTask(() -> {
        int result = body.run();
        sum[0] += result;
      }));
    }));
    return sum[0];
  }

  @Override
  void pause() {
    Async.sleep(Duration.ZERO);
  }

  @Override
  void sleep(long millis) {
    Async.sleep(Duration.ofMillis(millis));
  }

  @Override
  Box newBox() {
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    return new Box() {
      @Override
      public void put(Integer item) {
        queue.put(item);
      }

      @Override
      public Integer take() {
        return queue.get();
      }
    };
  }

  @Override
  Lock newLock() {
    AsyncLock lock = new AsyncLock();
    return new Lock() {
      @Override
      public void acquire() {
        lock.acquire();
      }

      @Override
      public void release() {
        lock.release();
      }
    };
  }

  @Override
  Gate newGate() {
    AsyncEvent event = new AsyncEvent();
    return new Gate() {
      @Override
      public void pass() {
        event.await();
      }

      @Override
      public void open() {
        event.set();
      }
    };
  }

  @Override
  void awaitParked(int tasks) {
    pause(); // each has had its first step
  }

  /** Tasks without a group: what is measured is the tasks. */
  @Override
  public int park(int tasks, Runnable whenParked) {
    return runner.run(() -> {
      AsyncEvent event = new AsyncEvent();
      int[] released = {0};
      Coroutine<Integer, RuntimeException> waiting = () -> {
        event.await();
        return ++released[0];
      };
      for (int i = 0; i < tasks; i++) {
        Task<Integer> _ = Async.createTask(waiting);
      }
      awaitParked(tasks);
      whenParked.run();
      event.set();
      while (released[0] < tasks) {
        pause();
      }
      return released[0];
    });
  }

  /** As {@code asyncio.gather} has it: the tasks, and the sum of their results when all are done. */
  @Override
  public int gatherSleepers(int tasks) {
    return runner.run(() -> {
      List<Task<Integer>> sleepers = new ArrayList<>(tasks);
      for (int i = 0; i < tasks; i++) {
        int own = i;
        Coroutine<Integer, RuntimeException> sleeper = () -> {
          sleep(1);
          return own;
        };
        sleepers.add(Async.createTask(sleeper));
      }
      int sum = 0;
      for (int result : Async.gather(sleepers)) {
        sum += result;
      }
      return sum;
    });
  }

  @Override
  public int runChains(int chains, int length) {
    return runner.run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<Integer> done = loop.createFuture();
      Chains all = new Chains(chains * length, loop::callSoon, Chains.plainCounter(), done::setResult);
      for (int i = 0; i < chains; i++) {
        loop.callSoon(all.newChain(length));
      }
      return done.await();
    });
  }

  @Override
  public int receive(Feeders feeders) throws Exception {
    return runner.run((Coroutine<Integer, Exception>) () -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<Integer> done = loop.createFuture();
      int[] received = {0};
      feeders.start(loop, () -> {
        if (++received[0] == feeders.total()) {
          done.setResult(received[0]);
        }
      });
      return done.await();
    });
  }

  @Override
  public int setAndFire(int timers) {
    return runner.run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<Integer> done = loop.createFuture();
      int[] fired = {0};
      Runnable callback = () -> {
        if (++fired[0] == timers) {
          done.setResult(fired[0]);
        }
      };
      for (int i = 0; i < timers; i++) {
        loop.callLater(Duration.ZERO, callback);
      }
      return done.await();
    });
  }

  @Override
  public int setAndCancel(int timers) {
    return runner.run(() -> {
      EventLoop loop = EventLoop.running();
      List<TimerHandle> set = new ArrayList<>(timers);
      for (int i = 0; i < timers; i++) {
        set.add(loop.callLater(Duration.ofMillis(3_600_000 + Ops.Timers.spread(i)), () -> {}));
      }
      set.forEach(TimerHandle::cancel);
      return set.size();
    });
  }

  @Override
  public int takeTurnsWithVariables(int variables, int tasks, int turns) throws Exception {
    return group(forks -> {
      for (int i = 0; i < tasks; i++) {
        int own = i;
        forks.fork(() -> {
          for (int v = 0; v < variables; v++) {
            ContextVar.Token _ = VARIABLES.get(v).set(own);
          }
          int taken = 0;
          for (int turn = 0; turn < turns; turn++) {
            pause();
            if (variables == 0 || VARIABLES.get(0).get() == own) {
              taken++;
            }
          }
          return taken;
        });
      }
    });
  }
}
