package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Handle;
import io.asyncrunner.Timeout;
import java.util.List;

/** Deadlines, and callbacks at a time or soon. */
final class TimeOperations {
  private TimeOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("timeout", (flow, step) -> limited(flow, step,
          () -> Async.timeout(flow.units(step.number(0)), () -> flow.run(step.block(0)))))
          .weighing(6)
          .taking(2, Place.TASK),
      Operation.waiting("timeout-at", (flow, step) -> limited(flow, step, () -> Timeout.callAt(
          EventLoop.running().deadline(flow.units(step.number(0))), (Timeout deadline) -> {
            flow.run(step.block(0));
            return null;
          }))).weighing(2).taking(2, Place.TASK),
      Operation.waiting("moved-timeout", TimeOperations::moved).weighing(2).taking(3, Place.TASK, Place.TASK),
      Operation.waiting("wait-for", TimeOperations::waitFor).weighing(4).taking(2, Place.TASK),
      Operation.waiting("wait-for-code", (flow, step) -> limited(flow, step,
          () -> Async.waitFor(flow.units(step.number(0) + 1), () -> flow.run(step.block(0)))))
          .weighing(2)
          .taking(2, Place.TASK),
      Operation.immediate("call-soon", TimeOperations::callSoon).weighing(3).taking(1, Place.CALLBACK),
      Operation.immediate("call-later", TimeOperations::callLater).weighing(3).taking(2, Place.CALLBACK));

  /** Code under a deadline. */
  private interface Limited {
    void run() throws Exception;
  }

  private static void limited(Flow flow, Step step, Limited body) throws Exception {
    long due = EventLoop.running().deadline(flow.units(step.number(0)));
    try {
      body.run();
    } catch (DeadlineExceededException late) { // this one's, or one from further inside
      flow.ensure(late.getMessage() != null, "a deadline without a message");
      if (step.block(0)
          .stream()
          .noneMatch(inner -> !inner.blocks().isEmpty() || inner.operation().name().equals("await"))) {
        flow.ensure(flow.now() >= due, "out of time at " + flow.now() + ", expected " + due);
      }
      if (step.number(1) % 3 == 0) {
        throw late;
      }
    }
  }

  private static void moved(Flow flow, Step step) throws Exception {
    limited(flow, step, () -> Async.timeout(flow.units(step.number(0) + step.number(2)), (Timeout deadline) -> {
      flow.run(step.block(1));
      if (!deadline.expired()) {
        deadline.reschedule(flow.units(step.number(0)));
      }
      flow.run(step.block(0));
    }));
  }

  private static void waitFor(Flow flow, Step step) throws Exception {
    Job job = flow.world.spawn(step.block(0));
    try {
      flow.waiting(job.toString(), () -> false, () -> Async.waitFor(flow.units(step.number(0)), job.task()));
    } catch (DeadlineExceededException late) {
      flow.ensure(job.isDone(), "waitFor ended before " + job);
      if (step.number(1) % 3 == 0) {
        throw late;
      }
    }
  }

  private static void callSoon(Flow flow, Step step) {
    Runnable callback = flow.callback(step.block(0));
    if (step.number(0) % 4 == 0) {
      Handle handle = EventLoop.running()
          .callSoon(() -> flow.violation("a callback was called that had been cancelled"));
      handle.cancel();
      return;
    }
    int number = flow.world.soon();
    EventLoop.running().callSoon(() -> {
      flow.world.soonBegins(number);
      callback.run();
    });
  }

  private static void callLater(Flow flow, Step step) {
    Runnable callback = flow.callback(step.block(0));
    long due = EventLoop.running().deadline(flow.units(step.number(0)));
    Handle handle = EventLoop.running().callLater(flow.units(step.number(0)), () -> {
      flow.ensure(EventLoop.running().time() >= due,
          "a timer was early: " + EventLoop.running().time() + ", expected " + due);
      callback.run();
    });
    if (step.number(1) % 4 == 0) {
      handle.cancel();
    }
  }
}
