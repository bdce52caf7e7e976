package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.benchmarks.ops.Feeders;
import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Contenders that only run callbacks: their tasks are written as callbacks that queue the next, by hand. They have no stack to
 * keep, so they leave out what is about stacks.
 */
abstract class CallbackStyle
    implements Ops.RunRoundTrip, Ops.RunnerLifecycle, Ops.TaskSwitch, Ops.SpawnJoin, Ops.PingPong, Ops.CallSoon,
    Ops.CallThreadsafe, Ops.Timers, Ops.GatherFanOut {
  @SuppressWarnings("NullAway.Init") // open() comes first
  private ExecutorService executor;
  @SuppressWarnings("NullAway.Init")
  private ScheduledExecutorService clock;

  abstract ExecutorService newExecutor();

  /** What keeps the timers: the executor itself where it can. */
  ScheduledExecutorService clockOf(ExecutorService opened) {
    return (ScheduledExecutorService) opened;
  }

  /** Ends an executor that has nothing left to do, and waits for its threads. */
  void close(ExecutorService ending) {
    ending.close();
  }

  /** Counts callbacks. */
  IntSupplier newCounter() {
    return Chains.plainCounter();
  }

  @Override
  public void open() {
    executor = newExecutor();
    clock = clockOf(executor);
  }

  @Override
  public void close() {
    close(executor);
    if (clock != executor) {
      clock.close();
    }
  }

  @Override
  public int runTrivial(int value) throws Exception {
    return executor.submit(() -> value + 1).get();
  }

  @Override
  public int openRunClose(int value) throws Exception {
    ExecutorService own = newExecutor();
    int result = own.submit(() -> value + 1).get();
    close(own);
    return result;
  }

  @Override
  public int takeTurns(int tasks, int turns) throws Exception {
    AtomicInteger taken = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(tasks);
    for (int i = 0; i < tasks; i++) {
      executor.execute(new Runnable() {
        private int turn;

        @Override
        public void run() {
          if (++turn <= turns) {
            executor.execute(this);
          } else {
            taken.addAndGet(turns);
            ended.countDown();
          }
        }
      });
    }
    ended.await();
    return taken.get();
  }

  @Override
  public int spawnAndJoin(int tasks) throws Exception {
    List<Future<Integer>> all = new ArrayList<>(tasks);
    for (int i = 0; i < tasks; i++) {
      int own = i;
      all.add(executor.submit(() -> own));
    }
    int sum = 0;
    for (Future<Integer> task : all) {
      sum += task.get();
    }
    return sum;
  }

  @Override
  public int play(int rounds) throws Exception {
    Queue<Integer> there = new ConcurrentLinkedQueue<>();
    Queue<Integer> back = new ConcurrentLinkedQueue<>();
    CompletableFuture<Integer> done = new CompletableFuture<>();
    Runnable ping = new Runnable() {
      private int round;

      @Override
      public void run() {
        int ball = back.remove();
        if (++round > rounds) {
          done.complete(ball);
          return;
        }
        there.add(ball + 1);
        executor.execute(this::pong);
      }

      private void pong() {
        back.add(there.remove() + 1);
        executor.execute(this);
      }
    };
    back.add(0);
    executor.execute(ping);
    return done.get();
  }

  @Override
  public int runChains(int chains, int length) throws Exception {
    CompletableFuture<Integer> done = new CompletableFuture<>();
    executor.execute(() -> {
      Chains all = new Chains(chains * length, executor, newCounter(), done::complete);
      for (int i = 0; i < chains; i++) {
        executor.execute(all.newChain(length));
      }
    });
    return done.get();
  }

  @Override
  public int receive(Feeders feeders) throws Exception {
    CompletableFuture<Integer> done = new CompletableFuture<>();
    IntSupplier counter = newCounter();
    feeders.start(executor, () -> {
      int received = counter.getAsInt();
      if (received == feeders.total()) {
        done.complete(received);
      }
    });
    return done.get();
  }

  @Override
  public int setAndFire(int timers) throws Exception {
    CompletableFuture<Integer> done = new CompletableFuture<>();
    clock.execute(() -> {
      IntSupplier counter = newCounter();
      Runnable callback = () -> {
        int fired = counter.getAsInt();
        if (fired == timers) {
          done.complete(fired);
        }
      };
      for (int i = 0; i < timers; i++) {
        Future<?> _ = clock.schedule(callback, 0, TimeUnit.NANOSECONDS);
      }
    });
    return done.get();
  }

  @Override
  public int setAndCancel(int timers) throws Exception {
    return clock.submit(() -> {
      List<Future<?>> set = new ArrayList<>(timers);
      for (int i = 0; i < timers; i++) {
        set.add(clock.schedule(() -> {}, 3_600_000L + Ops.Timers.spread(i), TimeUnit.MILLISECONDS));
      }
      set.forEach(timer -> timer.cancel(false));
      return set.size();
    }).get();
  }

  @Override
  public int gatherSleepers(int tasks) throws Exception {
    List<Future<Integer>> all = new ArrayList<>(tasks);
    for (int i = 0; i < tasks; i++) {
      int own = i;
      all.add(clock.schedule(() -> own, 1, TimeUnit.MILLISECONDS));
    }
    int sum = 0;
    for (Future<Integer> task : all) {
      sum += task.get();
    }
    return sum;
  }
}
