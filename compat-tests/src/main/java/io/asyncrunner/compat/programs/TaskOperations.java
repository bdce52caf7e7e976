package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Tasks and futures: making, awaiting, cancelling them. */
final class TaskOperations {
  private TaskOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.immediate("spawn", (flow, step) -> flow.world.spawn(step.block(0)))
          .weighing(8)
          .taking(0, Place.TASK),
      Operation.immediate("spawn-eagerly",
          (flow, step) -> flow.world.spawn(step.block(0), TaskOptions.named("eager").withEagerStart(true)))
          .at(Place.TASK)
          .weighing(4)
          .taking(0, Place.TASK),
      Operation.immediate("spawn-in-context", TaskOperations::spawnInContext).weighing(1).taking(0, Place.TASK),
      Operation.immediate("crowd", TaskOperations::crowd).weighing(10).taking(1, Place.TASK),
      Operation.waiting("yield", (flow, step) -> flow.waitingAlone(
          "a turn", () -> false, () -> EventLoop.running().yieldNow())).weighing(6).taking(0),
      Operation.waiting("sleep", TaskOperations::sleep).weighing(8),
      Operation.waiting("await", TaskOperations::await).weighing(6).taking(2),
      Operation.immediate("cancel", TaskOperations::cancel).weighing(3),
      Operation.immediate("cancel-woken", (flow, step) -> cancelWoken(flow)).weighing(4).taking(0),
      Operation.immediate("cancel-all", TaskOperations::cancelAll).weighing(1).taking(0),
      Operation.waiting("cancel-myself", (flow, step) -> Async.currentTask().cancel("myself")).weighing(1).taking(0),
      Operation.waiting("await-future", (flow, step) -> {
        AsyncFuture<Integer> future = flow.world.future(step.number(0));
        flow.waiting("a future", future::isDone, () -> flow.world.tools.await(future));
      }),
      Operation.immediate("complete-future", (flow, step) -> flow.world.future(step.number(0)).setResult(1))
          .weighing(3),
      Operation.immediate("fail-future", (flow, step) -> {
        CompletableAsyncFuture<Integer> future = flow.world.future(step.number(0));
        future.setException(new Fault("a future"));
        future.exception(); // nobody may be waiting
      }),
      Operation.immediate("cancel-future", (flow, step) -> flow.world.future(step.number(0)).cancel()),
      Operation.immediate("when-done", TaskOperations::whenDone).taking(1, Place.CALLBACK));

  private static void spawnInContext(Flow flow, Step step) {
    flow.world.spawn(
        new Job(flow.world, step.block(0)).sharingContext(), TaskOptions.DEFAULT.withContext(new Context()));
  }

  /** Several tasks that do the same, and get into each other's way. */
  private static void crowd(Flow flow, Step step) {
    for (int i = 0; i < 2 + step.number(0) % 3; i++) {
      flow.world.spawn(step.block(0));
    }
  }

  private static void sleep(Flow flow, Step step) {
    long due = EventLoop.running().deadline(flow.units(step.number(0)));
    flow.waitingAlone("a time", () -> flow.now() > due + 1, () -> Async.sleep(flow.units(step.number(0))));
    flow.ensure(flow.now() >= due, "slept until " + flow.now() + ", expected " + due);
    if (flow.world.kind.isSimulated()) {
      flow.ensure(flow.now() == due, "slept until " + flow.now() + " of virtual time, expected " + due);
    }
  }

  private static void await(Flow flow, Step step) throws Exception {
    Job job = flow.world.job(step.number(0));
    if (!flow.mayAwait(job)) {
      return;
    }
    try {
      await(flow, job);
    } catch (CancelledError cancelled) {
      throw cancelled;
    } catch (Exception | Error thrown) {
      if (step.number(1) % 2 == 0 || Expected.endsRun(thrown)) {
        throw thrown;
      }
    }
  }

  /** Awaits a job's task, which has to give what the job gave. */
  static void await(Flow flow, Job job) throws Exception {
    try {
      Object result = flow.waiting(job.toString(), job::isDone, () -> flow.world.tools.await(job.task()));
      if (!flow.world.isHostile()) {
        flow.ensureSame(result, job.value(), "awaiting " + job + " gave");
        ensureThrown(flow, job, null);
      }
    } catch (CancelledError cancelled) {
      flow.ensure(Async.currentTask().cancelling() > 0 || job.task().isCancelled(),
          "awaiting " + job + " was cancelled, but nobody cancelled it or the task");
      throw cancelled;
    } catch (CompletionException wrapped) {
      ensureThrown(flow, job, job.hasThrown(wrapped) ? wrapped : wrapped.getCause()); // it may have been wrapped for the job itself
      throw wrapped;
    } catch (RuntimeException | Error unchecked) {
      ensureThrown(flow, job, unchecked);
      throw unchecked;
    }
  }

  private static void ensureThrown(Flow flow, Job job, @Nullable Throwable thrown) {
    if (!flow.world.isHostile()) {
      flow.ensure(job.hasThrown(thrown), "awaiting " + job + " threw " + thrown + ", expected " + job.thrown());
    }
  }

  private static void cancel(Flow flow, Step step) {
    Task<?> task = flow.world.job(step.number(0)).task();
    boolean done = task.isDone();
    flow.ensure(task.cancel("by " + flow) == !done, "cancelling " + task + " gave the contrary");
  }

  /** Cancels one who has been woken and has not gone on yet, which is when wake-ups get lost: the one who has waited longest. */
  static void cancelWoken(Flow flow) {
    flow.world.forgotten()
        .stream()
        .map(wait -> wait.flow().job)
        .filter(job -> job != null && job != flow.job)
        .findFirst()
        .ifPresent(job -> job.task().cancel("woken"));
  }

  private static void cancelAll(Flow flow, Step step) {
    Async.allTasks().forEach(Task::cancel);
  }

  private static void whenDone(Flow flow, Step step) {
    Runnable callback = flow.callback(step.block(0));
    boolean[] called = new boolean[1];
    Task<?> task = flow.world.job(step.number(0)).task();
    addDoneCallback(task, () -> {
      flow.ensure(task.isDone(), "a done-callback was called before the task was done");
      flow.ensure(!called[0], "a done-callback was called twice");
      called[0] = true;
      callback.run();
    });
  }

  private static <T> void addDoneCallback(Task<T> task, Runnable callback) {
    task.addDoneCallback(done -> callback.run());
  }
}
