package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Handle;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.tck.support.CountingTicker;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The rules of a run: its turns, what ends it, and what its tasks say of themselves. */
public abstract class RunRules extends PortedTests {
  private final List<String> log = new ArrayList<>();

  protected RunRules(LoopSource source) {
    super(source);
  }

  @Test
  void runs_thatAreStoppedBefore_takeOneTurn() {
    LoopEngine loop = newEventLoop();
    loop.stop();
    loop.callSoon(() -> {
      log.add("first turn");
      loop.callSoon(() -> log.add("second turn"));
    });
    loop.runForever();
    assertThat(log).containsExactly("first turn");
    assertThat(loop.isRunning()).isFalse();
    runBriefly(loop);
    assertThat(log).containsExactly("first turn", "second turn");
  }

  @Test
  void callsOfOtherThreads_whileTheLoopIsIdle_comeBeforeWhatItsOwnerAddsLater() {
    LoopEngine loop = newEventLoop();
    loop.callSoonThreadsafe(() -> log.add("threadsafe"));
    Task<?> task = loop.createTask(() -> log.add("task"));
    loop.callSoonThreadsafe(() -> log.add("threadsafe"));
    loop.callSoon(() -> log.add("soon"));
    loop.runUntilComplete(task);
    runBriefly(loop);
    assertThat(log).containsExactly("threadsafe", "task", "threadsafe", "soon");
  }

  /** The callback that would have stopped the run may be queued still when it has ended otherwise. */
  @Test
  void runs_thatEndOtherwise_doNotStopALaterOne() {
    LoopEngine loop = newEventLoop();
    CompletableAsyncFuture<String> future = loop.createFuture();
    loop.callSoon(() -> {
      future.setResult("result");
      throw new io.asyncrunner.KeyboardInterrupt("ends the run");
    });
    assertThatThrownBy(() -> loop.runUntilComplete(future)).isInstanceOf(io.asyncrunner.KeyboardInterrupt.class);
    String second = loop.runUntilComplete(loop.createTask(() -> {
      giveATurn();
      giveATurn();
      return "second run";
    }));
    assertThat(second).isEqualTo("second run");
    assertThat(loop.runUntilComplete(future)).isEqualTo("result");
  }

  @Test
  void handles_thatAreCancelled_areNotCalled() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      Handle cancelled = loop.callSoon(() -> log.add("never"));
      Handle[] later = new Handle[2];
      loop.callSoon(() -> {
        later[0].cancel();
        later[1].cancel();
      });
      later[0] = loop.callSoon(() -> log.add("never"));
      later[1] = loop.callSoonThreadsafe(() -> log.add("never"));
      Handle called = loop.callSoon(() -> log.add("called"));
      assertThat(called.toString()).startsWith("Handle[");
      cancelled.cancel();
      assertThat(cancelled.toString()).isEqualTo("Handle[cancelled]");
      giveATurn();
      assertThat(log).containsExactly("called");
      assertThat(called.isCancelled()).isFalse();
    });
  }

  @Test
  void callbacks_thatBlockOrWaitLong_holdNoOtherUp() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      for (int i = 0; i < 5000; i++) { // more than a loop takes in, or runs, in one go
        loop.callSoonThreadsafe(() -> log.add("callback"));
      }
      Async.toThread(() -> {
        for (int i = 0; i < 5000; i++) {
          loop.callSoonThreadsafe(() -> log.add("from outside"));
        }
      });
      giveATurn();
      giveATurn();
      giveATurn();
      giveATurn();
      giveATurn();
      giveATurn();
      assertThat(log).hasSize(10_000);
      assertThat(log.subList(0, 5000)).containsOnly("callback");
    });
  }

  @Test
  void turns_ofCallbacksThatGoOnAndOn_letTasksAndTimersIn() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      boolean[] over = new boolean[1];
      int[] turns = new int[1];
      Runnable[] again = new Runnable[1];
      again[0] = () -> {
        turns[0]++;
        if (!over[0]) {
          loop.callSoon(again[0]);
        }
      };
      loop.callSoon(again[0]);
      loop.callAt(loop.time(), () -> log.add("timer"));
      loop.callSoonThreadsafe(() -> log.add("threadsafe"));
      Async.toThread(() -> log.add("thread"));
      assertThat(log).containsExactlyInAnyOrder("timer", "threadsafe", "thread");
      over[0] = true;
      giveATurn();
      int counted = turns[0];
      giveATurn();
      assertThat(turns[0]).isEqualTo(counted);
    });
  }

  // --- futures ---

  @Test
  void waitersAndCallbacks_goOnInTheOrderInWhichTheyCame() {
    run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      Consumer<AsyncFuture<String>> removed = done -> log.add("never");
      future.addDoneCallback(removed);
      future.addDoneCallback(done -> log.add("callback 1"));
      Async.createTask(() -> log.add("task " + future.await()));
      giveATurn();
      future.addDoneCallback(removed);
      future.addDoneCallback(done -> log.add("callback 2"));
      assertThat(future.removeDoneCallback(removed)).isEqualTo(2);
      assertThat(future.removeDoneCallback(removed)).isZero();
      future.setResult("result");
      assertThat(future.removeDoneCallback(removed)).isZero();
      future.addDoneCallback(done -> log.add("callback 3"));
      assertThat(log).isEmpty();
      giveATurn();
      assertThat(log).containsExactly("callback 1", "task result", "callback 2", "callback 3");
      CompletableAsyncFuture<String> lonely = EventLoop.running().createFuture();
      lonely.addDoneCallback(removed);
      assertThat(lonely.removeDoneCallback(removed)).isEqualTo(1);
      lonely.setResult("result");
      giveATurn();
      assertThat(log).hasSize(4);
    });
  }

  @Test
  void futures_thatDecideAboutCancellation_areAsked() {
    run(() -> {
      boolean[] accept = new boolean[1];
      CompletableAsyncFuture<String> guarded = LoopEngine.running().createFuture((message, source) -> {
        log.add(message + " by " + source.canceller());
        return accept[0];
      });
      assertThat(guarded.cancel("why")).isFalse();
      accept[0] = true;
      assertThat(guarded.cancel("why")).isTrue();
      assertThat(guarded.isDone()).isFalse();
      assertThat(log).containsOnly("why by " + Async.currentTask().name()).hasSize(2);
      guarded.setResult("result");
      assertThat(guarded.cancel("late")).isFalse();
      assertThat(log).hasSize(2);
    });
  }

  // --- tasks ---

  @Test
  void tasks_sayWhatTheyAreAndWhereTheyWait() {
    run(() -> {
      AsyncFuture<String> future = EventLoop.running().createFuture();
      Task<String> task = EventLoop.running().createTask(TaskOptions.named("given"), () -> future.await());
      assertThat(task.toString()).isEqualTo("Task[given, not started]");
      assertThat(task.stack()).isEmpty();
      Task<String> waiting = Async.createTask(() -> task.await());
      giveATurn();
      assertThat(task.toString()).isEqualTo("Task[given, pending, waiting for AsyncFuture[pending]]");
      assertThat(waiting.toString()).contains("waiting for task given");
      assertThat(waiting.name()).matches("Task-\\d+");
      assertThat(task.stack()).isNotEmpty();
      assertThat(task.stack().get(0).getMethodName()).contains("tasks_sayWhatTheyAreAndWhereTheyWait");
      assertThat(task.stack()).as("frames of its own code")
          .allMatch(frame -> frame.getClassName().contains("RunRules"));
      task.setName("another");
      assertThat(task.name()).isEqualTo("another");
      waiting.cancel();
      assertThat(waiting.toString()).contains("cancelling");
      Async.awaitAll(List.of(task, waiting));
      assertThat(task.isCancelled()).isTrue();
      assertThat(task.toString()).startsWith("Task[another, cancelled: ");
      assertThat(task.stack()).isEmpty();
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    });
  }

  /** By which what looks for deadlocks finds out who holds whom up. */
  @Test
  void tasks_thatWait_showWhatTheyWaitForAndWhoHasToGoOn() {
    run(() -> {
      List<Fiber> fibers = new ArrayList<>();
      AsyncLock lock = new AsyncLock();
      AsyncEvent event = new AsyncEvent();
      AsyncFuture<String> future = EventLoop.running().createFuture();
      lock.acquire();
      Task<?> ofLock = Async.createTask(() -> {
        fibers.add(Fiber.current());
        lock.acquire();
        waitForever();
      });
      Task<?> ofEvent = Async.createTask(() -> {
        fibers.add(Fiber.current());
        event.await();
      });
      Task<?> ofGather = Async.createTask(() -> {
        fibers.add(Fiber.current());
        Async.gather(List.of(future, ofEvent));
      });
      List<Task<?>> children = new ArrayList<>();
      Task<?> ofGroup = Async.createTask(() -> TaskGroup.run(group -> {
        fibers.add(Fiber.current());
        children.add(group.createTask(() -> giveATurn()));
        children.add(group.createTask(() -> waitForever()));
      }));
      for (int i = 0; i < 4; i++) {
        giveATurn();
      }
      List<Blocker> blockers = fibers.stream().map(Fiber::blocker).toList();
      assertThat(blockers.get(0).subject()).isSameAs(lock);
      assertThat(waitsFor(blockers.get(0))).containsExactly(Async.currentTask());
      assertThat(blockers.get(1).subject()).isSameAs(event);
      assertThat(waitsFor(blockers.get(1))).as("anybody").isEmpty();
      assertThat(waitsFor(blockers.get(2))).containsExactly(future, ofEvent);
      assertThat(blockers.get(3).subject()).isInstanceOf(TaskGroup.class);
      assertThat(waitsFor(blockers.get(3))).as("those that have not ended").containsExactly(children.get(1));
      lock.release();
      giveATurn();
      giveATurn();
      assertThat(fibers.get(0).blocker()).as("of a wait that is over").isNull();
      List.of(ofLock, ofGather, ofGroup).forEach(Task::cancel);
      Async.awaitAll(List.of(ofLock, ofEvent, ofGather, ofGroup));
    });
  }

  private static List<AsyncFuture<?>> waitsFor(Blocker blocker) {
    return List.copyOf(blocker.waitsFor());
  }

  @Test
  void tasks_thatStartEagerly_areQueuedOnceFromThenOn() {
    run(() -> {
      EventLoop.running().createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
        log.add("at once");
        giveATurn();
        giveATurn();
        return log.add("two turns later");
      });
      assertThat(log).containsExactly("at once");
      giveATurn();
      assertThat(log).hasSize(1);
      giveATurn();
      assertThat(log).containsExactly("at once", "two turns later");
    });
  }

  @Test
  void loopsAndOptions_sayWhatTheyAre() {
    assertThat(TaskOptions.named("given").toString()).contains("given");
    assertThat(ThreadOptions.DEFAULT.withInterruptOnCancel(true).toString()).contains("interruptOnCancel=true");
    LoopEngine loop = loop();
    assertThat(loop.toString()).matches("EventLoop\\[.+, idle]");
    runUntilComplete(() -> assertThat(loop.toString()).endsWith(", running]"));
    loop.close();
    assertThat(loop.toString()).endsWith(", closed]");
  }

  @Test
  void cancellations_areCountedAndTakenBack() {
    run(() -> {
      Task<?> task = Async.createTask(() -> {
        Task<?> me = Async.currentTask();
        me.cancel();
        me.cancel();
        assertThat(me.cancelling()).isEqualTo(2);
        assertThat(me.uncancel()).isEqualTo(1);
        assertThat(me.uncancel()).isZero();
        assertThat(me.uncancel()).isZero();
        giveATurn(); // nothing is delivered any more
        me.cancel("again");
        assertThatThrownBy(PortedTests::giveATurn).isInstanceOfSatisfying(CancelledError.class, error -> {
          assertThat(error.reason()).isEqualTo("again");
          assertThat(error.source().canceller()).isEqualTo(me.name());
        });
        giveATurn();
        me.cancel("too late");
      });
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
      assertThat(task.cancellation().reason()).isEqualTo("too late");
      assertThat(task.cancel()).isFalse();
    });
  }

  @Test
  void tasks_thatAreListed_areTheUnfinishedOnesInOrder() {
    run(() -> {
      List<Task<?>> tasks = new ArrayList<>(List.of(Async.currentTask()));
      for (int i = 0; i < 5; i++) {
        tasks.add(Async.createTask(() -> waitForever()));
      }
      assertThat(Async.allTasks()).containsExactlyElementsOf(tasks);
      for (int gone : new int[] {5, 2, 2, 1}) {
        Task<?> task = tasks.remove(gone);
        task.cancel();
        Async.awaitAll(List.of(task));
        assertThat(Async.allTasks()).containsExactlyElementsOf(tasks);
      }
      tasks.add(Async.createTask(() -> waitForever()));
      assertThat(Async.allTasks()).containsExactlyElementsOf(tasks);
    });
  }

  @Test
  void threads_ofTheLoop_areTasksOfItOrThereAreNone() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      ThreadFactory factory;
      try {
        factory = loop.threadFactory();
      } catch (UnsupportedOperationException none) {
        assertThat(none).hasMessageContaining("has no threads that are fibers of it");
        return;
      }
      Thread thread = factory.newThread(() -> log.add(loop.isHeldByCurrentThread() + " " + loop.allTasks().size()));
      giveATurn();
      assertThat(log).as("before its start").isEmpty();
      thread.start();
      giveATurn();
      assertThat(log).containsExactly("true 2");
    });
  }

  // --- propagators ---

  /** Names what it wraps. */
  private ContextPropagator naming(String name) {
    return () -> {
      log.add(name + " captures");
      return new ContextPropagator.Snapshot() {
        @Override
        public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
          log.add(name + " begins");
          try {
            return body.run();
          } finally {
            log.add(name + " ends");
          }
        }
      };
    };
  }

  @Test
  void propagators_wrapTasksAndCallsOfThreadsTheFirstOutermost() {
    try (Runner runner = builder().propagate(naming("a"), naming("b")).build()) {
      runner.run(() -> log.add("body"));
      assertThat(log).containsExactly("a captures", "b captures", "a begins", "b begins", "body", "b ends", "a ends");
      runner.run(() -> {
        log.clear();
        Async.toThread(() -> log.add("thread"));
        assertThat(log).containsExactly("a captures", "b captures", "a begins", "b begins", "thread", "b ends",
            "a ends");
      });
    }
  }

  // --- interrupts ---

  @Test
  void interrupts_whileTheCoroutineIsBusy_cancelItAtItsNextWait() {
    try (Runner runner = builder().build()) {
      Thread running = Thread.currentThread();
      assertThatThrownBy(() -> runner.run(() -> {
        running.interrupt();
        log.add("busy");
        waitForever();
      })).isExactlyInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(log).containsExactly("busy");
      running.interrupt();
      assertThatThrownBy(() -> runner.run(() -> waitForever())).as("interrupted before the run")
          .isExactlyInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      String result = runner.run(() -> {
        running.interrupt();
        try {
          waitForever();
          return "never";
        } catch (CancelledError swallowed) {
          return "swallowed";
        }
      });
      assertThat(result).isEqualTo("swallowed");
      assertThat(Thread.interrupted()).as("interrupt status, which the caller may want to know").isTrue();
    }
  }

  // --- time ---

  /** There is no timer by which it would come back by itself. */
  @Test
  void loops_withoutTimers_waitAndDoNotSpin() {
    CountingTicker ticker = new CountingTicker();
    LoopEngine loop = newEventLoop(ticker);

    loop.runUntilComplete(loop.createTask(() -> Async.toThread(() -> {
      try (Runner elsewhere = Runner.builder().loopFactory(() -> newEventLoop(Ticker.SYSTEM)).build()) {
        elsewhere.run(() -> sleep(100));
      }
    })));

    assertThat(ticker.waits()).as("how often the loop looked for its next timer within 100 ms").isLessThan(50);
  }

  @Test
  void clocks_sayWhetherTheyAreReal() {
    if (loopsWaitInRealTime()) {
      EventLoop loop = newEventLoop(Ticker.SYSTEM);
      assertThat(loop.hasVirtualTime()).isFalse();
    }
    EventLoop virtual = newEventLoop(new Ticker() {
      @Override
      public long nanoTime() {
        return 0;
      }

      @Override
      public boolean isVirtual() {
        return true;
      }
    });
    assertThat(virtual.hasVirtualTime()).isTrue();
    assertThat(Ticker.SYSTEM.waitNanos(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(Ticker.SYSTEM.waitNanos(Ticker.SYSTEM.nanoTime())).isZero();
    assertThat(Ticker.SYSTEM.waitNanos(Ticker.SYSTEM.nanoTime() + Long.MAX_VALUE / 2))
        .isBetween(Long.MAX_VALUE / 4, Long.MAX_VALUE / 2);
  }
}
