package io.asyncrunner.compat.programs;

import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import java.util.List;

/** Locks, semaphores, events, conditions, barriers. */
final class SyncOperations {
  private SyncOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("lock", (flow, step) -> hold(flow, step, any(flow.world.locks, step)))
          .weighing(6)
          .taking(2, Place.TASK),
      Operation.waiting("with-lock", (flow, step) -> any(flow.world.locks, step).within(flow, step.block(0)))
          .taking(1, Place.TASK),
      Operation.waiting("semaphore", (flow, step) -> hold(flow, step, any(flow.world.semaphores, step)))
          .weighing(5)
          .taking(2, Place.TASK),
      Operation.waiting("with-semaphore", (flow, step) -> any(flow.world.semaphores, step).within(flow, step.block(0)))
          .weighing(3)
          .taking(1, Place.TASK),
      Operation.waiting("await-event", (flow, step) -> {
        AsyncEvent event = any(flow.world.events, step);
        flow.waitingAlone("an event", event::isSet, event::await);
      }),
      Operation.immediate("set-event", (flow, step) -> flow.world.tools.set(any(flow.world.events, step))).weighing(5),
      Operation.immediate("clear-event", (flow, step) -> any(flow.world.events, step).clear()).weighing(3),
      Operation.waiting("await-condition", SyncOperations::awaitCondition),
      Operation.waiting("signal", SyncOperations::signal).taking(2),
      Operation.waiting("await-barrier", SyncOperations::awaitBarrier),
      Operation.waiting("reset-barrier", (flow, step) -> any(flow.world.barriers, step).reset()).weighing(1),
      Operation.waiting("abort-barrier", (flow, step) -> any(flow.world.barriers, step).abort()).weighing(1));

  private static <E> E any(List<E> things, Step step) {
    return things.get(step.number(0) % things.size());
  }

  /** Who gets it next may be cancelled before he goes on. */
  private static void hold(Flow flow, Step step, Held held) throws Exception {
    held.with(flow, step.block(0));
    if (step.number(1) % 4 == 0) {
      TaskOperations.cancelWoken(flow);
    }
  }

  private static void awaitCondition(Flow flow, Step step) {
    AsyncCondition condition = any(flow.world.conditions, step);
    condition.with(() -> {
      flow.waitingAlone("a condition", () -> false, condition::await);
      flow.ensure(condition.lock().isLocked(), "a condition ended its wait without its lock");
    });
  }

  private static void signal(Flow flow, Step step) {
    AsyncCondition condition = any(flow.world.conditions, step);
    condition.with(() -> {
      switch (step.number(1) % 3) {
        case 0 -> condition.signal();
        case 1 -> condition.signal(2);
        default -> condition.signalAll();
      }
    });
  }

  private static void awaitBarrier(Flow flow, Step step) {
    AsyncBarrier barrier = any(flow.world.barriers, step);
    int place = flow.waiting("a barrier", () -> false, barrier::await);
    flow.ensure(place >= 0 && place < barrier.parties(), "a place of " + place + " at " + barrier);
  }
}
