package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.Timeout;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Nesting that goes wrong: a group, a timeout, a generator or a future that is used outside its block, or in another task or
 * loop, is refused with a clear error; or it has its effect. The loop works afterwards.
 */
class MisuseTest extends ConstructTestCase {
  private static void assertRefused(Throwable thrown) {
    assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(thrown.getMessage()).as("a message that says what to do").contains(":");
  }

  // --- a group ---

  private TaskGroup leftGroup() {
    TaskGroup[] left = new TaskGroup[1];
    TaskGroup.run((TaskGroup group) -> {
      left[0] = group;
    });
    return left[0];
  }

  @Test
  void group_usedAfterItsBlock_refusedEverywhere() {
    run(() -> {
      TaskGroup left = leftGroup();
      List<VoidCoroutine<?>> uses = List.of(
          () -> left.createTask(() -> log.add("never")),
          () -> left.startUntilReady(ready -> log.add("never")));
      for (VoidCoroutine<?> use : uses) {
        assertRefused(thrownBy(use));
        assertRefused(Async.createTask(() -> thrownBy(use)).await());
        assertRefused(inCallback(() -> thrownBy(use)));
        assertRefused(awaitOnAnotherThread(() -> thrownBy(use)));
        assertRefused(onAnotherLoop(() -> thrownBy(use)));
      }
      left.cancel(); // documented: no effect
      letOthersRun();
      assertThat(log).isEmpty();
      assertLoopWorks();
    });
  }

  @Test
  void group_usedAfterItsBlockHasFailed_refused() {
    run(() -> {
      TaskGroup[] left = new TaskGroup[1];
      assertThat(thrownBy(() -> TaskGroup.call((TaskGroup group) -> {
        left[0] = group;
        throw new IllegalStateException("failed");
      }))).isInstanceOf(ExceptionGroup.class);
      assertRefused(thrownBy(() -> left[0].createTask(() -> log.add("never"))));
      assertThat(log).isEmpty();
      assertLoopWorks();
    });
  }

  @Test
  void group_usedInAnotherLoopOrThread_refusedAndTheGroupGoesOn() {
    run(() -> {
      TaskGroup.run(group -> {
        for (VoidCoroutine<?> use : List.<VoidCoroutine<?>>of(
            () -> group.createTask(() -> log.add("never")),
            () -> group.startUntilReady(ready -> log.add("never")),
            group::cancel)) {
          assertRefused(awaitOnAnotherThread(() -> thrownBy(use)));
          assertRefused(onAnotherLoop(() -> thrownBy(use)));
        }
        group.createTask(() -> log.add("still works"));
      });
      assertThat(log).containsExactly("still works");
      assertLoopWorks();
    });
  }

  /** As in asyncio, whoever has the group may create tasks in it while it runs. */
  @Test
  void group_usedInAnotherTaskOfItsLoop_isAllowed() {
    run(() -> {
      TaskGroup.run(group -> {
        Task<?> other = Async.createTask(() -> group.createTask(() -> log.add(after(SECOND, "made by another task"))));
        other.await();
      });
      assertThat(log).containsExactly("made by another task");
    });
  }

  @Test
  void group_ofALoopThatIsClosed_refused() {
    TaskGroup[] left = new TaskGroup[1];
    run(() -> left[0] = leftGroup());
    assertRefused(thrownBy(() -> left[0].createTask(() -> log.add("never"))));
    run(() -> {
      assertRefused(thrownBy(() -> left[0].createTask(() -> log.add("never"))));
      assertRefused(thrownBy(() -> left[0].startUntilReady(ready -> log.add("never"))));
      assertLoopWorks();
    });
  }

  @Test
  void ready_calledElsewhereOrLate_refusedThere() {
    run(() -> {
      List<Consumer<String>> leaked = new ArrayList<>();
      TaskGroup.run(group -> {
        String value = group.startUntilReady((Consumer<String> ready) -> {
          leaked.add(ready);
          assertRefused(awaitOnAnotherThread(() -> thrownBy(() -> ready.accept("from another thread"))));
          assertRefused(onAnotherLoop(() -> thrownBy(() -> ready.accept("from another loop"))));
          ready.accept("ready");
        });
        assertThat(value).isEqualTo("ready");
      });
      assertThat(thrownBy(() -> leaked.get(0).accept("late"))).isInstanceOf(IllegalStateException.class);
      assertLoopWorks();
    });
  }

  @Test
  void ready_calledWhenItsTaskHasEnded_hasNoEffect() {
    run(() -> {
      List<Consumer<String>> leaked = new ArrayList<>();
      TaskGroup.run(group -> {
        assertRefusedOrEnded(thrownBy(() -> group.startUntilReady((Consumer<String> ready) -> {
          leaked.add(ready);
        })));
        leaked.get(0).accept("late");
        letOthersRun();
      });
      assertLoopWorks();
    });
  }

  private static void assertRefusedOrEnded(Throwable thrown) {
    assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class).hasMessageContaining("ended without reporting");
  }

  /** A task of a group that waits for the task which waits for it: a deadlock, which a deadline breaks. */
  @Test
  void group_aChildAwaitsItsParent_canBeEndedByATimeout() {
    run(() -> {
      Task<?> parent = Async.createTask(() -> {
        Task<?> me = Async.currentTask();
        TaskGroup.run(group -> {
          group.createTask(() -> Async.shield(me).await());
        });
      });
      assertThat(thrownBy(() -> Async.waitFor(SECOND, parent))).isInstanceOf(DeadlineExceededException.class);
      assertThat(parent.isCancelled()).isTrue();
      assertLoopWorks();
    });
  }

  // --- a timeout ---

  @Test
  void timeout_movedElsewhere_refusedAndStays() {
    run(() -> {
      assertThat(thrownBy(() -> Async.timeout(SECOND, (Timeout scope) -> {
        for (VoidCoroutine<?> use : List.<VoidCoroutine<?>>of(
            () -> scope.reschedule(HOUR), () -> scope.rescheduleAt(Long.MAX_VALUE), scope::when, scope::expired)) {
          assertRefused(onThreadWithoutJump(() -> thrownBy(use)));
        }
        Async.sleep(HOUR);
      }))).isInstanceOf(DeadlineExceededException.class);
      assertThat(elapsed()).isEqualTo(SECOND);
      assertLoopWorks();
    });
  }

  /** Blocks the loop: with a deadline pending, the clock would jump to it if the loop waited. */
  private static Throwable onThreadWithoutJump(Supplier<Throwable> body) {
    Throwable[] thrown = new Throwable[1];
    Thread thread = new Thread(() -> thrown[0] = body.get(), "another-thread");
    thread.start();
    while (thread.isAlive()) {
      Thread.onSpinWait(); // a join would let the loop go on where fibers are confined
    }
    return thrown[0];
  }

  // --- blocks that are left in another task than they were entered in, by way of a generator ---

  private AsyncGenerator<String> timeoutAroundAYield() {
    return Async.generator(out -> Async.timeout(SECOND, () -> {
      try {
        out.yield("a");
      } finally {
        Async.sleep(Duration.ofSeconds(5));
      }
    }));
  }

  /** The deadline counts for the task that entered the block; the one that closes keeps what is its own. */
  @Test
  void timeout_leftInAnotherTask_leavesTheCancellationOfThatTaskAlone() {
    run(() -> {
      AsyncGenerator<String> generator = timeoutAroundAYield();
      Task<?> entering = Async.createTask(() -> {
        generator.next();
        Async.sleep(HOUR);
      });
      letOthersRun();
      Task<?> closing = Async.createTask(generator::close);
      Async.sleep(Duration.ofSeconds(2)); // the deadline has passed: it cancels who entered
      assertThat(entering.isCancelled()).isTrue();
      end(closing);
      assertThat(closing.isCancelled()).as("it was cancelled, and by no deadline").isTrue();
      assertLoopWorks();
    });
  }

  @Test
  void timeout_leftInAnotherTaskInTime_isOver() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> Async.timeout(SECOND, () -> out.yield("a")));
      Task<String> entering = Async.createTask(() -> {
        generator.next();
        return after(Duration.ofSeconds(10), "goes on");
      });
      letOthersRun();
      generator.close();
      assertThat(entering.await()).isEqualTo("goes on");
      assertLoopWorks();
    });
  }

  @Test
  void group_leftInAnotherTask_endsItsTasks() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> TaskGroup.run(group -> {
        group.createTask(() -> sleepLogging("child"));
        out.yield("a");
      }));
      Task<?> entering = Async.createTask(generator::next);
      entering.await();
      letOthersRun();
      generator.close();
      assertThat(generator.isFinished()).isTrue();
      assertThat(log).containsExactly("child cancelled");
      assertLoopWorks();
    });
  }

  /** The failure of a child cancels who entered; the one that closes keeps a cancellation of its own. */
  @Test
  void group_leftInAnotherTaskThatIsCancelled_keepsThatCancellation() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> TaskGroup.run(group -> {
        group.createTask(() -> {
          try {
            sleepLogging("child");
          } finally {
            Async.sleep(Duration.ofSeconds(5));
          }
        });
        out.yield("a");
        group.cancel();
      }));
      Task<?> entering = Async.createTask(() -> {
        generator.next();
        Async.sleep(HOUR);
      });
      letOthersRun();
      Task<?> asking = Async.createTask(generator::hasNext);
      Async.sleep(SECOND);
      asking.cancel();
      Async.awaitAll(List.of(asking, entering));
      assertThat(asking.isCancelled()).isTrue();
      assertThat(entering.isCancelled()).as("the group belongs to it").isTrue();
      assertThat(log).containsExactly("child cancelled");
      assertLoopWorks();
    });
  }

  // --- futures of another loop ---

  @Test
  void futuresOfAnotherLoop_idleOrClosed_refusedAndNotTouched() {
    LoopEngine other = newEventLoop();
    AsyncFuture<String> foreign = other.createFuture();
    List<AsyncFuture<String>> foreigners = List.of(foreign);
    Map<String, VoidCoroutine<?>> uses = new LinkedHashMap<>();
    uses.put("await", foreign::await);
    uses.put("gather", () -> Async.gather(foreigners));
    uses.put("gatherOutcomes", () -> Async.gatherOutcomes(foreigners));
    uses.put("awaitAll", () -> Async.awaitAll(foreigners));
    uses.put("awaitAny", () -> Async.awaitAny(foreigners));
    uses.put("awaitFirstFailure", () -> Async.awaitFirstFailure(foreigners));
    uses.put("asCompleted", () -> Async.asCompleted(foreigners).iterator().next());
    uses.put("shield", () -> Async.shield(foreign).await());
    uses.put("waitFor", () -> Async.waitFor(SECOND, foreign));
    uses.put("waitFor without time", () -> Async.waitFor(Duration.ZERO, foreign));
    run(() -> {
      AsyncFuture<String> own = EventLoop.running().createFuture();
      uses.put("gather with one of its own", () -> Async.gather(own, foreign));
      uses.put("awaitAny with one of its own", () -> Async.awaitAny(List.of(own, foreign)));
      uses.forEach((name, use) -> assertThat(thrownBy(() -> Async.timeout(HOUR, use))).as(name)
          .isExactlyInstanceOf(refusalOf(name))
          .hasMessageContaining("toCompletableFuture"));
      assertThat(elapsed()).isZero();
      assertThat(own.isDone()).isFalse();
      assertLoopWorks();
    });
    assertThat(foreign.isDone()).isFalse();
    other.close();
    run(() -> uses.forEach((name, use) -> {
      if (!name.contains("its own")) {
        assertThat(thrownBy(() -> Async.timeout(HOUR, use))).as(name).isExactlyInstanceOf(refusalOf(name));
      }
    }));
  }

  /** As in asyncio, where awaiting it is a RuntimeError, and giving it to others a ValueError. */
  private static Class<? extends Exception> refusalOf(String use) {
    return use.equals("await") ? IllegalStateException.class : IllegalArgumentException.class;
  }

  // --- primitives ---

  @Test
  void primitives_usedByAnotherLoopWhileTheirsRunsOrIsIdle_refused() {
    AsyncLock lock = new AsyncLock();
    AsyncEvent event = new AsyncEvent();
    AsyncCondition condition = new AsyncCondition();
    AsyncBarrier barrier = new AsyncBarrier(1);
    AsyncQueue<String> queue = new AsyncQueue<>();
    List<VoidCoroutine<RuntimeException>> uses = List.of(
        () -> lock.with(() -> log.add("never")), event::set, () -> condition.with(() -> log.add("never")),
        barrier::await, () -> queue.put("item"));
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        lock.with(() -> assertThat(lock.isLocked()).isTrue());
        event.clear();
        condition.with(() -> condition.signal());
        barrier.await();
        assertThat(queue.isEmpty()).isTrue();
        uses.forEach(use -> assertRefused(onAnotherLoop(() -> thrownBy(use))));
        assertLoopWorks();
      });
      uses.forEach(use -> { // now their loop is idle
        run(() -> assertRefused(thrownBy(use)));
      });
      runner.run(() -> {
        assertThat(queue.isEmpty()).isTrue();
        assertThat(event.isSet()).isFalse();
        assertLoopWorks();
      });
    }
    assertThat(log).isEmpty();
    for (VoidCoroutine<RuntimeException> use : uses) { // their loop is closed: another may take them over
      run(() -> {
        use.run();
        if (use == uses.get(0)) {
          assertThat(log).hasSize(1);
        }
      });
    }
  }

  /** The first use decides which loop they belong to, not where they were made. */
  @Test
  void primitives_madeInOneLoopAndUsedInAnother_belongToTheOther() {
    run(() -> {
      AsyncQueue<String> queue = new AsyncQueue<>(1);
      AsyncBarrier barrier = new AsyncBarrier(1);
      AsyncCondition condition = new AsyncCondition();
      assertThat(onAnotherLoop(() -> {
        queue.put("item");
        condition.with(() -> condition.signalAll());
        barrier.reset();
        String item = queue.get();
        queue.taskDone();
        queue.join();
        return item + barrier.await();
      })).isEqualTo("item0");
    });
  }

  @Test
  void nestedRuns_refusedAndTheLoopGoesOn() {
    run(() -> {
      assertRefused(thrownBy(() -> Async.run(() -> log.add("never"))));
      try (Runner inner = newRunner()) {
        assertRefused(thrownBy(() -> inner.run(() -> log.add("never"))));
      } catch (IllegalStateException refused) {
        assertThat(refused).hasMessageContaining("close");
      }
      assertThat(log).isEmpty();
      assertLoopWorks();
    });
  }

  @Test
  void cancelledError_fromAnotherTaskThrownByHand_cancelsOnlyWhoThrowsIt() {
    run(() -> {
      Task<?> victim = sleeper("victim");
      victim.cancel();
      Throwable theirs = thrownBy(victim::await);
      Task<?> thrower = Async.createTask(() -> {
        throw (CancelledError) theirs;
      });
      Async.awaitAll(List.of(thrower));
      assertThat(thrower.isCancelled()).isTrue();
      assertLoopWorks();
    });
  }
}
