package io.asyncrunner.compat.faults;

import static io.asyncrunner.compat.faults.Operation.require;
import static io.asyncrunner.compat.faults.Operation.settle;
import static io.asyncrunner.compat.faults.Operation.within;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Handle;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.faults.Operation.Trial;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The operations of the API, each with what it needs and what has to be true after it. */
final class Operations {
  private static final Duration SOON = Duration.ofNanos(100_000);
  private static final Duration NEVER = Duration.ofHours(10);

  private Operations() {}

  private static final List<Operation> ALL = new ArrayList<>();

  static List<Operation> all() {
    synchronized (ALL) {
      if (ALL.isEmpty()) {
        callbacksAndTimers();
        futures();
        tasks();
        cancellations();
        several();
        groupsAndTimeouts();
        generators();
        locks();
        queues();
        threadsAndContexts();
      }
    }
    return ALL;
  }

  /** Has a callback called soon; once more if there is no memory. */
  private static void soon(Runnable callback) {
    EventLoop.running().callLater(SOON, () -> {
      try {
        callback.run();
      } catch (OutOfMemoryError exhausted) {
        callback.run();
      }
    });
  }

  private static void add(String name, Operation.Preparation preparation) {
    ALL.add(new Operation(name, preparation));
  }

  /** An operation after which nothing has to be true but what is true of the loop in any case. */
  private static void addPlain(String name, VoidCoroutine<?> act) {
    add(name, () -> new Trial() {
      @Override
      void act() throws Throwable {
        act.run();
      }

      @Override
      void check(boolean done) {}
    });
  }

  // --- callbacks and timers ---

  private abstract static class Calls extends Trial {
    int called;
    final LoopEngine loop = LoopEngine.running();

    @Override
    void check(boolean done) {
      settle();
      require(called == (done ? 1 : 0), "called " + called + " times");
    }
  }

  private static void callbacksAndTimers() {
    add("callSoon", () -> new Calls() {
      @Override
      void act() {
        loop.callSoon(() -> called++);
      }
    });
    add("execute", () -> new Calls() {
      @Override
      void act() {
        loop.execute(() -> called++);
      }
    });
    add("callbacks of which the first blocks", () -> new Calls() {
      @Override
      void act() {
        loop.callSoon(() -> LockSupport.parkNanos(SOON.toNanos()));
        loop.callSoon(() -> called++);
        Async.sleep(SOON.multipliedBy(3)); // in which another fiber has to be made for the second one
      }

      @Override
      void check(boolean done) {
        settle();
        for (int turns = 0; !loop.blockedCallbacks().isEmpty() && turns < 10_000; turns++) {
          Async.sleep(SOON);
        }
        settle();
        require(loop.blockedCallbacks().isEmpty(), "still blocked: " + loop.blockedCallbacks());
        require(called == 1 || !done, "called " + called + " times");
      }
    });
    add("callAt", () -> new Calls() {
      @Override
      void act() {
        loop.callAt(loop.time(), () -> called++);
      }

      @Override
      void check(boolean done) {
        Async.sleep(SOON);
        super.check(done);
      }
    });
    add("callLater, for later", () -> new Trial() {
      final EventLoop loop = EventLoop.running();
      TimerHandle timer;

      @Override
      void act() {
        timer = loop.callLater(NEVER, () -> {});
      }

      @Override
      void check(boolean done) {
        require(done == (timer != null), "timer: " + timer);
        if (timer != null) {
          timer.cancel();
        }
      }
    });
    add("Handle.cancel", () -> new Calls() {
      final Handle handle = loop.callSoon(() -> called++);

      @Override
      void act() {
        if (called == 0) {
          handle.cancel();
        }
      }

      @Override
      void check(boolean done) {
        settle();
        require(called == 1 || handle.isCancelled(), "neither called nor cancelled");
      }
    });
    for (int others : new int[] {0, 3, 40}) {
      add("TimerHandle.cancel, of " + others + " others", () -> {
        EventLoop loop = EventLoop.running();
        List<TimerHandle> before = new ArrayList<>();
        for (int i = 0; i < others; i++) {
          before.add(loop.callLater(NEVER.plusSeconds(i * 7 % 11), () -> {}));
        }
        return new Trial() {
          final TimerHandle timer = loop.callLater(NEVER.plusSeconds(3), () -> {});

          @Override
          void act() {
            timer.cancel();
          }

          @Override
          void check(boolean done) {
            if (!done) {
              timer.cancel();
            }
            require(timer.isCancelled(), "not cancelled");
            before.forEach(Handle::cancel);
          }
        };
      });
    }
    addPlain("yieldNow", () -> EventLoop.running().yieldNow());
    addPlain("sleep for no time", () -> Async.sleep(Duration.ZERO));
    addPlain("sleep", () -> Async.sleep(Duration.ofNanos(1)));
  }

  // --- futures ---

  /** A future with tasks that wait for it and callbacks. */
  private abstract static class WithWaiters extends Trial {
    final EventLoop loop = EventLoop.running();
    final CompletableAsyncFuture<Integer> future = loop.createFuture();
    final List<Task<Integer>> tasks = new ArrayList<>();
    final int callbacks;
    int called;

    WithWaiters(int tasks, int callbacks) {
      this.callbacks = callbacks;
      for (int i = 0; i < tasks; i++) {
        this.tasks.add(loop.createTask(future::await));
      }
      settle();
      for (int i = 0; i < callbacks; i++) {
        future.addDoneCallback(done -> called++);
      }
    }

    @Override
    void check(boolean done) {
      require(future.isDone() == done, "done: " + future.isDone());
      if (!done) {
        future.setResult(1);
      }
      checkWaiters();
    }

    void checkWaiters() {
      for (Task<Integer> task : tasks) {
        try {
          require(within(task) == 1, "result");
        } catch (CancelledError | IllegalStateException expected) {
          require(task.isDone(), "not done");
        }
      }
      settle();
      require(called == callbacks, "called " + called + " of " + callbacks);
    }
  }

  private static void futures() {
    int[][] waiters = {{0, 0}, {1, 0}, {0, 1}, {3, 2}, {0, 20}};
    for (int[] of : waiters) {
      String whose = ", " + of[0] + " tasks and " + of[1] + " callbacks";
      add("setResult" + whose, () -> new WithWaiters(of[0], of[1]) {
        @Override
        void act() {
          future.setResult(1);
        }
      });
      add("setException" + whose, () -> new WithWaiters(of[0], of[1]) {
        @Override
        void act() {
          future.setException(new IllegalStateException());
        }

        @Override
        void check(boolean done) {
          super.check(done);
          if (done) {
            future.exception();
          }
        }
      });
      add("AsyncFuture.cancel" + whose, () -> new WithWaiters(of[0], of[1]) {
        @Override
        void act() {
          future.cancel();
        }
      });
      add("addDoneCallback, after" + whose, () -> new WithWaiters(of[0], of[1]) {
        int added;

        @Override
        void act() {
          future.addDoneCallback(done -> added++);
        }

        @Override
        void check(boolean done) {
          super.check(false);
          require(added == (done ? 1 : 0), "called " + added);
        }
      });
      add("removeDoneCallback, after" + whose, () -> new WithWaiters(of[0], of[1]) {
        int removed;
        final Consumer<AsyncFuture<Integer>> own = ended -> removed++;
        {
          future.addDoneCallback(own);
        }

        @Override
        void act() {
          future.removeDoneCallback(own);
        }

        @Override
        void check(boolean done) {
          super.check(false);
          require(removed == (done ? 0 : 1), "called " + removed);
        }
      });
      add("toCompletableFuture, after" + whose, () -> new WithWaiters(of[0], of[1]) {
        CompletableFuture<Integer> mirror;

        @Override
        void act() {
          mirror = future.toCompletableFuture();
        }

        @Override
        void check(boolean done) {
          super.check(false);
          require(!done || mirror.join() == 1, "mirror");
        }
      });
    }
    add("addDoneCallback of one that is done", () -> new Calls() {
      final CompletableAsyncFuture<Integer> future = loop.createFuture();
      {
        future.setResult(1);
      }

      @Override
      void act() {
        future.addDoneCallback(done -> called++);
      }
    });
    add("await of a future", () -> new Trial() {
      final CompletableAsyncFuture<Integer> future = EventLoop.running().createFuture();
      int called;
      {
        future.addDoneCallback(done -> called++);
        soon(() -> future.setResult(1));
      }

      @Override
      void act() {
        require(future.await() == 1, "result");
      }

      @Override
      void check(boolean done) {
        within(future);
        settle();
        require(called == 1, "called " + called);
      }
    });
    addPlain("await of a CompletionStage", () -> {
      CompletableFuture<Integer> stage = new CompletableFuture<>();
      EventLoop.running().callSoon(() -> stage.complete(1));
      Async.await(stage);
    });
  }

  // --- tasks ---

  private static void tasks() {
    for (boolean eager : new boolean[] {false, true}) {
      add(eager ? "createTask, eagerly" : "createTask", () -> new Trial() {
        final TaskOptions options = TaskOptions.DEFAULT.withEagerStart(eager);
        Task<Integer> task;
        int began;

        @Override
        void act() {
          task = Async.createTask(options, (Coroutine<Integer, RuntimeException>) () -> {
            began++;
            Async.sleep(Duration.ZERO);
            return 1;
          });
        }

        @Override
        void check(boolean done) {
          settle();
          require(began == (done ? 1 : 0), "began " + began);
          try {
            require(!done || within(task) == 1, "result");
          } catch (OutOfMemoryError own) { // one that the task met itself
            require(task.isDone(), "not done");
          }
        }
      });
    }
    add("await of a task", () -> new Trial() {
      final Task<Integer> task = EventLoop.running().createTask(() -> {
        Async.sleep(Duration.ZERO);
        return 1;
      });

      @Override
      void act() {
        require(task.await() == 1, "result");
      }

      @Override
      void check(boolean done) {
        require(within(task) == 1, "result");
      }
    });
    add("await of a task that fails", () -> new Trial() {
      final Task<Integer> task = EventLoop.running().createTask(() -> {
        Async.sleep(Duration.ZERO);
        throw new IllegalStateException();
      });

      @Override
      void act() {
        awaitFailure(task);
      }

      @Override
      void check(boolean done) {
        awaitFailure(task);
      }

      private void awaitFailure(Task<Integer> failing) {
        try {
          failing.await();
          throw new AssertionError("no failure");
        } catch (IllegalStateException expected) {
          require(failing.isDone(), "not done");
        }
      }
    });
    add("await of a task that ends with many waiters", () -> {
      EventLoop loop = EventLoop.running();
      Task<Integer> task = loop.createTask(() -> {
        Async.sleep(Duration.ZERO);
        return 1;
      });
      List<Task<Integer>> waiters = new ArrayList<>();
      int[] called = new int[1];
      for (int i = 0; i < 5; i++) {
        waiters.add(loop.createTask(task::await));
        task.addDoneCallback(done -> called[0]++);
      }
      return new Trial() {
        @Override
        void act() {
          task.await();
        }

        @Override
        void check(boolean done) {
          waiters.forEach(Operation::within);
          settle();
          require(called[0] == 5, "called " + called[0]);
        }
      };
    });
  }

  // --- cancellations ---

  /** Tasks each of which awaits the one before; the first waits in some way. */
  private abstract static class Waiting extends Trial {
    final List<Task<?>> tasks = new ArrayList<>();

    Waiting(Coroutine<?, ?> first, int others) {
      EventLoop loop = EventLoop.running();
      Task<?> before = loop.createTask(first::run);
      tasks.add(before);
      for (int i = 0; i < others; i++) {
        Task<?> awaited = before;
        before = loop.createTask(() -> {
          awaited.await();
          return 1;
        });
        tasks.add(before);
      }
    }

    Task<?> last() {
      return tasks.get(tasks.size() - 1);
    }

    @Override
    void act() {
      last().cancel();
    }

    @Override
    void check(boolean done) {
      if (!done) {
        require(last().cancel() || last().isDone(), "cannot be cancelled any more");
      }
      for (Task<?> task : tasks) {
        try {
          within(task);
          throw new AssertionError("not cancelled");
        } catch (CancelledError expected) {
          require(task.isCancelled(), "how it ended");
        }
      }
    }
  }

  private static void cancellations() {
    add("Task.cancel before its first step", () -> new Trial() {
      final EventLoop loop = EventLoop.running();
      Task<Integer> task;
      int began;

      @Override
      void act() {
        task = loop.createTask(() -> {
          began++;
          Async.sleep(Duration.ZERO);
          return 1;
        });
        task.cancel();
      }

      @Override
      void check(boolean done) {
        if (task == null) {
          require(!done, "no task");
          return;
        }
        require(done == (task.cancelling() == 1), "cancelling " + task.cancelling());
        settle();
        require(task.isDone() && task.isCancelled() == done && began == (done ? 0 : 1), "began " + began + ", " + task);
      }
    });
    for (int others : new int[] {0, 1, 5}) {
      add("Task.cancel in a sleep, behind " + others, () -> new Waiting(() -> {
        Async.sleep(NEVER);
        return 1;
      }, others) {
        {
          settle();
        }
      });
    }
    add("Task.cancel in gather", () -> new Waiting(() -> Async.gather(() -> {
      Async.sleep(NEVER);
      return 1;
    }, () -> {
      Async.sleep(NEVER);
      return 2;
    }), 0) {
      {
        settle();
      }

      @Override
      void check(boolean done) {
        super.check(done);
        if (!done) { // as many as were reached
          EventLoop.running().allTasks().stream().filter(task -> task != Async.currentTask()).forEach(Task::cancel);
        }
      }
    });
    add("Task.cancel in a group", () -> new Waiting(() -> {
      TaskGroup.run(group -> {
        group.createTask(() -> Async.sleep(NEVER));
        group.createTask(() -> Async.sleep(NEVER));
      });
      return 1;
    }, 0) {
      {
        settle();
      }
    });
    add("Task.cancel in a lock", () -> {
      AsyncLock lock = new AsyncLock();
      lock.acquire();
      return new Waiting(() -> {
        lock.acquire();
        return 1;
      }, 0) {
        {
          settle();
        }

        @Override
        void check(boolean done) {
          super.check(done);
          lock.release();
          Async.timeout(Duration.ofSeconds(5), () -> lock.acquire());
        }
      };
    });
    add("Task.uncancel", () -> new Trial() {
      final Task<?> task = Async.createTask(() -> {
        try {
          Async.sleep(NEVER);
        } catch (CancelledError ignored) {
          Async.sleep(SOON);
        }
      });
      {
        settle();
        task.cancel();
        settle();
      }

      @Override
      void act() {
        task.uncancel();
      }

      @Override
      void check(boolean done) {
        within(task);
      }
    });
  }

  // --- several at once ---

  private static Coroutine<Integer, RuntimeException> after(int turns, int result) {
    return () -> {
      for (int i = 0; i < turns; i++) {
        Async.sleep(Duration.ZERO);
      }
      return result;
    };
  }

  private static List<Task<Integer>> tasks(int count) {
    List<Task<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(EventLoop.running().createTask(after(i, i)));
    }
    return tasks;
  }

  /** Acts on tasks, which all have to end as they would. */
  private static void addOnTasks(String name, Consumer<List<Task<Integer>>> act) {
    add(name, () -> new Trial() {
      final List<Task<Integer>> children = tasks(4);

      @Override
      void act() {
        act.accept(children);
      }

      @Override
      void check(boolean done) {
        for (int i = 0; i < children.size(); i++) {
          try {
            require(within(children.get(i)) == i, "result");
          } catch (OutOfMemoryError own) { // one that the child met itself
            require(!done || children.get(i).isDone(), "not done");
          }
        }
      }
    });
  }

  private static void several() {
    addOnTasks("gather of tasks", tasks -> require(Async.gather(tasks).equals(List.of(0, 1, 2, 3)), "results"));
    addOnTasks("gatherOutcomes", Async::gatherOutcomes);
    addOnTasks("awaitAll", Async::awaitAll);
    addOnTasks("awaitAny", Async::awaitAny);
    addOnTasks("awaitFirstFailure", tasks -> Async.awaitFirstFailure(Duration.ofSeconds(5), tasks));
    addOnTasks("asCompleted", tasks -> {
      int seen = 0;
      Iterator<Task<Integer>> completed = Async.asCompleted(Duration.ofSeconds(5), tasks).iterator();
      while (completed.hasNext()) {
        completed.next();
        seen++;
      }
      require(seen == tasks.size(), "seen " + seen);
    });
    addOnTasks("shield", tasks -> tasks.forEach(task -> Async.shield(task).await()));
    addOnTasks("waitFor", tasks -> tasks.forEach(task -> {
      try {
        Async.waitFor(Duration.ofSeconds(5), Async.shield(task));
      } catch (DeadlineExceededException late) {
        throw new AssertionError(late);
      }
    }));
    addPlain("gather of coroutines", () -> Async.gather(after(0, 1), after(1, 2), after(2, 3)));
    addPlain("mapConcurrently", () -> require(
        Async.mapConcurrently(List.of(1, 2, 3, 4), 2, i -> after(i, i).run()).equals(List.of(1, 2, 3, 4)), "results"));
    addPlain("race", () -> Async.race(after(1, 1), after(5, 2)));
    addPlain("raceStaggered", () -> Async.raceStaggered(SOON, List.of(after(3, 1), after(1, 2))));
  }

  // --- groups and timeouts ---

  private static void groupsAndTimeouts() {
    add("TaskGroup.run", () -> new Trial() {
      int began;
      int ended;

      @Override
      void act() {
        TaskGroup.run(group -> {
          for (int i = 0; i < 3; i++) {
            group.createTask(() -> {
              began++;
              try {
                Async.sleep(Duration.ZERO);
              } finally {
                ended++;
              }
            });
          }
        });
      }

      @Override
      void check(boolean done) {
        require(began == ended, "left its children behind");
        require(!done || ended == 3, "ended " + ended);
      }
    });
    add("TaskGroup.run with a child that fails", () -> new Trial() {
      int began;
      int ended;

      @Override
      void act() {
        try {
          TaskGroup.run(group -> {
            group.createTask(() -> {
              began++;
              try {
                Async.sleep(NEVER);
              } finally {
                ended++;
              }
            });
            group.createTask(() -> {
              throw new IllegalStateException();
            });
            Async.sleep(NEVER);
          });
          throw new AssertionError("no failure");
        } catch (ExceptionGroup expected) {
          for (Throwable exception : expected.exceptions()) {
            if (exception instanceof Error error) {
              throw error;
            }
          }
        }
      }

      @Override
      void check(boolean done) {
        require(began == ended, "left its children behind");
      }
    });
    add("TaskGroup.createTask", () -> {
      CompletableAsyncFuture<TaskGroup> inside = EventLoop.running().createFuture();
      AsyncEvent leave = new AsyncEvent();
      Task<?> owner = Async.createTask(() -> TaskGroup.run(group -> {
        inside.setResult(group);
        leave.await();
      }));
      TaskGroup group = inside.await();
      return new Trial() {
        int ran;

        @Override
        void act() {
          group.createTask(() -> {
            ran++;
          });
        }

        @Override
        void check(boolean done) {
          settle();
          require(ran == (done ? 1 : 0), "ran " + ran);
          leave.set();
          within(owner);
        }
      };
    });
    add("TaskGroup.cancel", () -> {
      CompletableAsyncFuture<TaskGroup> inside = EventLoop.running().createFuture();
      Task<?> owner = Async.createTask(() -> TaskGroup.run(group -> {
        group.createTask(() -> Async.sleep(NEVER));
        group.createTask(() -> Async.sleep(NEVER));
        inside.setResult(group);
        Async.sleep(NEVER);
      }));
      TaskGroup group = inside.await();
      settle();
      return new Trial() {
        @Override
        void act() {
          group.cancel();
        }

        @Override
        void check(boolean done) {
          if (!done) {
            group.cancel();
          }
          within(owner);
        }
      };
    });
    addPlain("timeout that does not expire", () -> Async.timeout(NEVER, () -> Async.sleep(Duration.ZERO)));
    add("timeout with no wait in it", () -> new Trial() {
      int ran;

      @Override
      void act() {
        Async.timeout(SOON, () -> {
          ran++;
        });
      }

      @Override
      void check(boolean done) {
        require(!done || ran == 1, "ran " + ran);
        Async.sleep(SOON.multipliedBy(2)); // the deadline must be gone
      }
    });
    addPlain("timeout that expires", () -> {
      try {
        Async.timeout(SOON, () -> Async.sleep(NEVER));
        throw new AssertionError("no deadline");
      } catch (DeadlineExceededException expected) {
        require(Async.currentTask().cancelling() == 0, "cancelling");
      }
    });
    add("Timeout.reschedule", () -> {
      CompletableAsyncFuture<Timeout> inside = EventLoop.running().createFuture();
      Task<?> owner = Async.createTask(() -> Async.timeout(NEVER, timeout -> {
        inside.setResult(timeout);
        Async.sleep(NEVER);
      }));
      Timeout timeout = inside.await();
      return new Trial() {
        @Override
        void act() {
          timeout.reschedule(SOON);
        }

        @Override
        void check(boolean done) {
          if (!done) {
            require(timeout.when().isPresent(), "no deadline any more");
            timeout.reschedule(SOON);
          }
          try {
            within(owner);
            throw new AssertionError("no deadline");
          } catch (DeadlineExceededException expected) {
            require(owner.isDone(), "not done");
          }
        }
      };
    });
  }

  // --- generators ---

  private static void generators() {
    add("AsyncGenerator.next", () -> new Trial() {
      final AsyncGenerator<Integer> generator = Async.generator(out -> {
        for (int i = 0; i < 3; i++) {
          Async.sleep(Duration.ZERO);
          out.yield(i);
        }
      });

      @Override
      void act() {
        require(generator.next() == 0, "value");
      }

      @Override
      void check(boolean done) {
        require(!generator.isRunning(), "running");
        if (!done && generator.isFinished()) {
          return; // its code has met the error itself
        }
        for (int i = done ? 1 : 0; i < 3; i++) {
          require(generator.next() == i, "value");
        }
        require(!generator.hasNext(), "more values");
      }
    });
    add("AsyncGenerator.close", () -> new Trial() {
      int closed;
      final AsyncGenerator<Integer> generator = Async.generator(out -> {
        try {
          out.yield(1);
          out.yield(2);
        } finally {
          closed++;
        }
      });
      {
        generator.next();
      }

      @Override
      void act() {
        generator.close();
      }

      @Override
      void check(boolean done) {
        generator.close();
        require(closed == 1 && generator.isFinished(), "closed " + closed);
      }
    });
    add("a generator from beginning to end", () -> new Trial() {
      @Override
      void act() {
        int seen = 0;
        AsyncGenerator<Integer> generator = Async.generator(out -> {
          out.yield(1);
          out.yield(2);
        });
        while (generator.hasNext()) {
          generator.next();
          seen++;
        }
        require(seen == 2, "seen " + seen);
      }

      @Override
      void check(boolean done) {}
    });
  }

  // --- locks ---

  private static void locks() {
    add("AsyncLock.acquire", () -> new Trial() {
      final AsyncLock lock = new AsyncLock();

      @Override
      void act() {
        lock.acquire();
      }

      @Override
      void check(boolean done) {
        require(lock.isLocked() == done, "locked");
      }
    });
    add("AsyncLock.acquire of one that is held", () -> new Trial() {
      final AsyncLock lock = new AsyncLock();
      {
        lock.acquire();
        soon(lock::release);
      }

      @Override
      void act() {
        lock.acquire();
      }

      @Override
      void check(boolean done) {
        Async.sleep(SOON.multipliedBy(2));
        require(lock.isLocked() == done, "locked");
        if (done) {
          lock.release();
        }
        Async.timeout(Duration.ofSeconds(5), lock::acquire);
      }
    });
    add("AsyncLock.release", () -> {
      AsyncLock lock = new AsyncLock();
      lock.acquire();
      List<Task<?>> waiters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiters.add(Async.createTask(() -> lock.with(() -> Async.sleep(Duration.ZERO))));
      }
      settle();
      return new Trial() {
        @Override
        void act() {
          lock.release();
        }

        @Override
        void check(boolean done) {
          if (!done) {
            require(lock.isLocked(), "not locked");
            lock.release();
          }
          waiters.forEach(Operation::within);
          require(!lock.isLocked(), "locked");
        }
      };
    });
    add("AsyncLock.with", () -> {
      AsyncLock lock = new AsyncLock();
      return new Trial() {
        int ran;

        @Override
        void act() {
          lock.with(() -> {
            ran++;
            Async.sleep(Duration.ZERO);
          });
        }

        @Override
        void check(boolean done) {
          require(!lock.isLocked(), "locked");
        }
      };
    });
    add("AsyncLock.with, wanted by others", () -> {
      AsyncLock lock = new AsyncLock();
      List<Task<?>> waiters = new ArrayList<>();
      return new Trial() {
        @Override
        void act() {
          lock.with(() -> {
            waiters.add(Async.createTask(() -> lock.with(() -> Async.sleep(Duration.ZERO))));
            Async.sleep(Duration.ZERO);
            Async.sleep(Duration.ZERO);
          });
        }

        @Override
        void check(boolean done) {
          waiters.forEach(waiter -> Async.awaitAll(Duration.ofSeconds(5), List.of(waiter)));
          waiters.forEach(waiter -> require(waiter.isDone(), "waits"));
          waiters.forEach(waiter -> waiter.exception());
          require(!lock.isLocked(), "locked");
        }
      };
    });
    add("AsyncSemaphore.acquire", () -> new Trial() {
      final AsyncSemaphore semaphore = new AsyncSemaphore(1);

      @Override
      void act() {
        semaphore.acquire();
      }

      @Override
      void check(boolean done) {
        require(semaphore.isLocked() == done, "permits");
      }
    });
    add("AsyncSemaphore.acquire without permits", () -> new Trial() {
      final AsyncSemaphore semaphore = new AsyncSemaphore(0);
      {
        soon(semaphore::release);
      }

      @Override
      void act() {
        semaphore.acquire();
      }

      @Override
      void check(boolean done) {
        Async.sleep(SOON.multipliedBy(2));
        require(semaphore.isLocked() == done, "permits");
      }
    });
    add("AsyncSemaphore.release", () -> {
      AsyncSemaphore semaphore = new AsyncSemaphore(0);
      List<Task<?>> waiters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiters.add(Async.createTask(semaphore::acquire));
      }
      settle();
      return new Trial() {
        @Override
        void act() {
          semaphore.release();
        }

        @Override
        void check(boolean done) {
          settle();
          for (int i = 0; i < 3; i++) {
            require(waiters.get(i).isDone() == (done && i == 0), "waiter " + i);
          }
          for (int i = done ? 1 : 0; i < 3; i++) {
            semaphore.release();
          }
          waiters.forEach(Operation::within);
          require(semaphore.isLocked(), "permits");
        }
      };
    });
    add("AsyncEvent.set", () -> {
      AsyncEvent event = new AsyncEvent();
      List<Task<?>> waiters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiters.add(Async.createTask(event::await));
      }
      settle();
      return new Trial() {
        @Override
        void act() {
          event.set();
        }

        @Override
        void check(boolean done) {
          require(event.isSet() == done, "set");
          event.set();
          waiters.forEach(Operation::within);
        }
      };
    });
    add("AsyncEvent.await", () -> new Trial() {
      final AsyncEvent event = new AsyncEvent();
      {
        soon(event::set);
      }

      @Override
      void act() {
        event.await();
      }

      @Override
      void check(boolean done) {
        Async.timeout(Duration.ofSeconds(5), event::await);
        require(event.toString().contains("waiters=0"), event.toString());
      }
    });
    add("AsyncCondition.await", () -> {
      AsyncCondition condition = new AsyncCondition();
      return new Trial() {
        @Override
        void act() {
          condition.with(() -> {
            Async.createTask(() -> {
              try {
                condition.with(condition::signalAll);
              } catch (OutOfMemoryError exhausted) {
                condition.with(condition::signalAll);
              }
            });
            condition.await();
          });
        }

        @Override
        void check(boolean done) {
          settle();
          require(!condition.lock().isLocked(), "locked");
          require(condition.toString().endsWith("waiters=0]"), condition.toString());
        }
      };
    });
    add("AsyncCondition.signal", () -> {
      AsyncCondition condition = new AsyncCondition();
      List<Task<?>> waiters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiters.add(Async.createTask(() -> condition.with(condition::await)));
      }
      settle();
      return new Trial() {
        @Override
        void act() {
          condition.with(condition::signalAll);
        }

        @Override
        void check(boolean done) {
          condition.with(condition::signalAll);
          waiters.forEach(Operation::within);
          require(!condition.lock().isLocked(), "locked");
        }
      };
    });
    add("AsyncBarrier.await", () -> {
      AsyncBarrier barrier = new AsyncBarrier(2);
      Task<?> other = Async.createTask(() -> {
        barrier.await();
      });
      settle();
      return new Trial() {
        @Override
        void act() {
          barrier.await();
        }

        @Override
        void check(boolean done) {
          if (!other.isDone() && !done && barrier.waiting() == 1) {
            Async.timeout(Duration.ofSeconds(5), () -> {
              barrier.await();
            });
          }
          within(other);
          settle();
          require(barrier.toString().contains("FILLING, inside=0"), barrier.toString());
        }
      };
    });
  }

  // --- queues ---

  private static void queues() {
    List<Coroutine<AsyncQueue<Integer>, RuntimeException>> kinds = List.of(() -> new AsyncQueue<>(2),
        () -> new AsyncPriorityQueue<>(2, Integer::compare));
    for (Coroutine<AsyncQueue<Integer>, RuntimeException> kind : kinds) {
      String of = kind == kinds.get(0) ? "AsyncQueue" : "AsyncPriorityQueue";
      add(of + ".put", () -> new Trial() {
        final AsyncQueue<Integer> queue = kind.run();

        @Override
        void act() {
          queue.put(1);
        }

        @Override
        void check(boolean done) {
          require(queue.size() == (done ? 1 : 0), "size");
        }
      });
      add(of + ".put for a getter", () -> {
        AsyncQueue<Integer> queue = kind.run();
        Task<Integer> getter = EventLoop.running().createTask(queue::get);
        settle();
        return new Trial() {
          @Override
          void act() {
            queue.put(1);
          }

          @Override
          void check(boolean done) {
            if (!done) {
              queue.put(1);
            }
            require(within(getter) == 1, "item");
            require(queue.isEmpty(), "size");
            queue.taskDone();
            Async.timeout(Duration.ofSeconds(5), queue::join);
          }
        };
      });
      add(of + ".get", () -> new Trial() {
        final AsyncQueue<Integer> queue = kind.run();
        {
          queue.put(1);
        }

        @Override
        void act() {
          require(queue.get() == 1, "item");
        }

        @Override
        void check(boolean done) {
          require(queue.size() == (done ? 0 : 1), "size");
        }
      });
      add(of + ".get with a putter", () -> {
        AsyncQueue<Integer> queue = kind.run();
        queue.put(1);
        queue.put(2);
        Task<?> putter = Async.createTask(() -> queue.put(3));
        settle();
        return new Trial() {
          @Override
          void act() {
            require(queue.get() == 1, "item");
          }

          @Override
          void check(boolean done) {
            if (!done) {
              require(queue.get() == 1, "item");
            }
            within(putter);
            require(queue.get() == 2 && queue.get() == 3 && queue.isEmpty(), "items");
          }
        };
      });
      add(of + ".get that waits", () -> new Trial() {
        final AsyncQueue<Integer> queue = kind.run();
        {
          soon(() -> queue.putNoWait(1));
        }

        @Override
        void act() {
          require(queue.get() == 1, "item");
        }

        @Override
        void check(boolean done) {
          Async.sleep(SOON.multipliedBy(2));
          require(queue.size() == (done ? 0 : 1), "size");
          require(queue.toString().contains("getters=0"), queue.toString());
        }
      });
      add(of + ".shutdown", () -> {
        AsyncQueue<Integer> queue = kind.run();
        List<Task<?>> getters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          getters.add(EventLoop.running().createTask(queue::get));
        }
        settle();
        return new Trial() {
          @Override
          void act() {
            queue.shutdown();
          }

          @Override
          void check(boolean done) {
            if (!done) {
              queue.shutdown();
            }
            require(Async.awaitAll(Duration.ofSeconds(5), getters).pending().isEmpty(), "getters wait");
            getters.forEach(getter -> getter.exception());
          }
        };
      });
      add(of + ".taskDone", () -> {
        AsyncQueue<Integer> queue = kind.run();
        queue.put(1);
        Task<?> joining = Async.createTask(queue::join);
        settle();
        return new Trial() {
          @Override
          void act() {
            queue.taskDone();
          }

          @Override
          void check(boolean done) {
            if (!done) {
              queue.taskDone();
            }
            within(joining);
          }
        };
      });
    }
    add("AsyncQueue.put, growing", () -> new Trial() {
      final AsyncQueue<Integer> queue = new AsyncQueue<>();
      {
        for (int i = 0; i < 15; i++) {
          queue.putNoWait(i);
        }
      }
      int put;

      @Override
      void act() {
        for (; put < 5; put++) {
          queue.putNoWait(15 + put);
        }
      }

      @Override
      void check(boolean done) {
        require(queue.size() == 15 + put, "size " + queue.size() + ", put " + put);
        for (int i = 0; i < 15 + put; i++) {
          require(queue.getNoWait() == i, "item " + i);
        }
      }
    });
  }

  // --- threads and contexts ---

  private static final ContextVar<Integer> VARIABLE = ContextVar.withDefault("variable", 0);

  private static void threadsAndContexts() {
    addPlain("toThread", () -> require(Async.toThread(() -> 1) == 1, "result"));
    addPlain("callThreadsafe from the loop itself", () -> Async.await(
        Async.callThreadsafe(EventLoop.running(), () -> 1)));
    add("ContextVar.set", () -> new Trial() {
      final Context context = new Context();

      @Override
      void act() {
        context.run(() -> {
          VARIABLE.set(1);
        });
      }

      @Override
      void check(boolean done) {
        require(VARIABLE.get() == 0, "another context is current");
        require(!done || context.contains(VARIABLE), "not set");
      }
    });
    add("ContextVar.reset", () -> new Trial() {
      final Context context = new Context();
      final ContextVar.Token token = context.run(() -> VARIABLE.set(1));

      @Override
      void act() {
        context.run(() -> VARIABLE.reset(token));
      }

      @Override
      void check(boolean done) {
        require(VARIABLE.get() == 0, "another context is current");
        if (!done && context.contains(VARIABLE)) {
          context.run(() -> VARIABLE.reset(token));
        }
        require(!context.contains(VARIABLE), "set");
      }
    });
  }
}
