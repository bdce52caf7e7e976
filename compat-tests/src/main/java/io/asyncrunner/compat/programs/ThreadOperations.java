package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ThreadOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** To other threads, and what they do to the loop. */
final class ThreadOperations {
  private ThreadOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("to-thread", ThreadOperations::toThread).weighing(5).taking(2, Place.THREAD).outside(),
      Operation.immediate("elsewhere", ThreadOperations::elsewhere).weighing(5).taking(0, Place.THREAD).outside(),
      Operation.immediate("cancel-from-thread", ThreadOperations::cancelFromThread).outside(),
      Operation.threaded("hold", (flow, step) -> Thread.sleep(0, 50_000 * (1 + step.number(0)))),
      Operation.threaded("submit", ThreadOperations::submit).weighing(6).taking(1, Place.TASK),
      Operation.threaded("post", ThreadOperations::post).weighing(5).taking(1, Place.CALLBACK),
      Operation.threaded("interrupt-run", (flow, step) -> {
        Thread caller = flow.world.caller;
        if (caller != null) {
          caller.interrupt();
        }
      }).weighing(1).taking(0));

  private static void toThread(Flow flow, Step step) throws Exception {
    World world = flow.world;
    ThreadOptions options = switch (step.number(0) % 4) {
      case 1 -> ThreadOptions.DEFAULT.withLimiter(world.limiter);
      case 2 -> ThreadOptions.DEFAULT.withInterruptOnCancel(true);
      case 3 -> ThreadOptions.DEFAULT.withLimiter(world.limiter).withInterruptOnCancel(true);
      default -> ThreadOptions.DEFAULT;
    };
    Flow there = flow.inThread();
    Object value = new Object();
    try {
      Object result = Async.toThread(options, () -> world.outside(options.limiter() != null, () -> {
        there.check("at the beginning");
        there.run(step.block(0));
        return value;
      }));
      if (!world.isHostile()) {
        flow.ensureSame(result, value, "a thread returned");
      }
    } catch (CancelledError cancelled) {
      flow.ensure(Async.currentTask().cancelling() > 0, "toThread was cancelled, but nobody cancelled the task");
      throw cancelled;
    } catch (Exception | Error thrown) {
      if (step.number(1) % 2 == 0 || Expected.endsRun(thrown)) {
        throw thrown;
      }
    }
  }

  private static void elsewhere(Flow flow, Step step) {
    Flow there = new Flow(flow.world, Place.THREAD, null);
    flow.world.helper.post(() -> {
      try {
        there.run(step.block(0));
      } catch (Throwable thrown) {
        flow.world.ensureExpected(thrown, "a thread");
      }
    });
  }

  private static void cancelFromThread(Flow flow, Step step) {
    CompletableFuture<?> handle = flow.world.job(step.number(0)).task().toCompletableFuture();
    flow.world.helper.post(() -> handle.cancel(true));
  }

  /** On any thread: refused once the loop is closed. */
  private static void submit(Flow flow, Step step) {
    World world = flow.world;
    if (world.isClosing() && !world.has(Program.Trait.SPAWNING_WHILE_CLOSING)) {
      return;
    }
    Job job = new Job(world, step.block(0));
    try {
      CompletableFuture<?> answer = Async.callThreadsafe(world.loop(), world.tools.body(job));
      world.submissions.add(answer);
      if (step.number(0) % 4 == 0) {
        answer.cancel(true);
      }
    } catch (IllegalStateException refused) {
      flow.ensure(world.loop().isClosed(), "refused, but not closed: " + refused);
    }
  }

  private static void post(Flow flow, Step step) {
    EventLoop loop = flow.world.loop();
    Flow there = new Flow(flow.world, Place.CALLBACK, null);
    Runnable callback = () -> there.runUnchecked(step.block(0));
    try {
      if (step.number(0) % 2 == 0) {
        loop.callSoonThreadsafe(callback);
      } else {
        loop.execute(callback);
      }
    } catch (IllegalStateException | java.util.concurrent.RejectedExecutionException refused) {
      flow.ensure(loop.isClosed(), "refused, but not closed: " + refused);
    }
  }
}
