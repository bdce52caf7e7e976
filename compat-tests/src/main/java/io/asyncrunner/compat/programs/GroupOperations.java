package io.asyncrunner.compat.programs;

import io.asyncrunner.CancelledError;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import java.util.ArrayList;
import java.util.List;

/** Groups. */
final class GroupOperations {
  private GroupOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("group", GroupOperations::group).weighing(7).taking(1, Place.TASK, Place.TASK, Place.TASK),
      Operation.immediate("spawn-in-group", GroupOperations::spawn).weighing(3).taking(1, Place.TASK),
      Operation.immediate("cancel-group", (flow, step) -> {
        if (flow.group != null) {
          flow.group.cancel();
        }
      }).weighing(2).taking(0),
      Operation.waiting("start-in-group", GroupOperations::start).weighing(2).taking(1, Place.TASK, Place.TASK));

  private static void group(Flow flow, Step step) throws Exception {
    List<Job> children = new ArrayList<>();
    TaskGroup outer = flow.group;
    try {
      TaskGroup.run((TaskGroup group) -> {
        flow.group = group;
        for (int i = 1; i < 3; i++) {
          Job job = new Job(flow.world, step.block(i));
          children.add(job.is(group.createTask(TaskOptions.DEFAULT.withEagerStart(step.number(0) % 4 == i),
              flow.world.tools.body(job))));
        }
        flow.run(step.block(0));
      });
    } catch (ExceptionGroup failures) {
      if (step.number(0) % 3 == 0) {
        throw failures;
      }
    } finally {
      flow.group = outer;
      children.forEach(Job::checkOutcome);
    }
  }

  private static void spawn(Flow flow, Step step) {
    if (flow.group == null) {
      return;
    }
    Job job = new Job(flow.world, step.block(0));
    try {
      job.is(flow.group.createTask(flow.world.tools.body(job)));
    } catch (IllegalStateException refused) { // it has ended, or is shutting down
      flow.ensure(String.valueOf(refused.getMessage()).startsWith("TaskGroup"), "refused a task: " + refused);
    }
  }

  private static void start(Flow flow, Step step) throws Exception {
    TaskGroup group = flow.group;
    if (group == null) {
      return;
    }
    Flow started = new Flow(flow.world, Place.TASK, null);
    try {
      Flow reported = group.startUntilReady(ready -> {
        started.run(step.block(0));
        ready.accept(started);
        started.run(step.block(1));
      });
      flow.ensureSame(reported, started, "a start reported");
    } catch (IllegalStateException refused) {
      String message = String.valueOf(refused.getMessage());
      flow.ensure(message.startsWith("TaskGroup") || message.contains("ended without reporting"),
          "refused: " + refused);
    } catch (CancelledError cancelled) {
      throw cancelled;
    } catch (Exception | Error thrown) {
      if (step.number(0) % 2 == 0 || Expected.endsRun(thrown)) {
        throw thrown;
      }
    }
  }
}
