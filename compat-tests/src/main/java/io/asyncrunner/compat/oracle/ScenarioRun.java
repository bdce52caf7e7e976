package io.asyncrunner.compat.oracle;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.FiberFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Runs one scenario from beginning to end, on a Runner of its own and under a virtual clock. */
final class ScenarioRun {
  /** How often the main task is cancelled because nothing goes on, before the scenario counts as hanging. */
  private static final int MAX_DEADLOCKS = 3;

  private final Scenario scenario;
  private final VirtualClock clock = new VirtualClock(this::onDeadlock);
  private final Trace trace = new Trace(clock);
  private @Nullable Task<?> mainTask;
  private int deadlocks;
  /** How many runs of the loop are left before it does what asyncio does not; -1 until it is closed. */
  private int runsLeft = -1;

  private ScenarioRun(Scenario scenario) {
    this.scenario = scenario;
  }

  /**
   * What came of a scenario.
   *
   * @param trace the lines
   * @param failure the first exception that no scenario is to meet, such as that of an unknown operation, or {@code null}
   */
  record Result(List<String> trace, @Nullable Throwable failure) {}

  static Result of(Scenario scenario, FiberFactory fibers) {
    ScenarioRun run = new ScenarioRun(scenario);
    run.run(fibers);
    return new Result(run.trace.lines(), run.trace.failure());
  }

  private void run(FiberFactory fibers) {
    try (Runner runner = Runner.builder()
        .loopFactory(() -> EventLoops.of(VirtualClock.POLLER, CountingFibers.of(fibers, this::onRun), clock))
        .closeTimeout(Duration.ZERO)
        .build()) {
      runMain(runner);
      // Closing takes three: for the tasks, if there are any, for the generators, and for the executor. Then tasks that were made
      // meanwhile are cancelled, which asyncio drops.
      runsLeft = runner.loop().allTasks().isEmpty() ? 2 : 3;
    } catch (Hang hang) {
      if (trace.isOver()) {
        trace.note("closed");
        return;
      }
      for (Throwable closing : hang.getSuppressed()) { // a run that hangs is closed, too, and that may hang again
        if (!(closing instanceof Hang)) {
          trace.fail(closing);
        }
      }
      trace.note("hang");
      return;
    }
    trace.note("closed");
  }

  private void onRun() {
    if (runsLeft == 0) {
      trace.end();
    } else if (runsLeft > 0) {
      runsLeft--;
    }
  }

  private void runMain(Runner runner) {
    EventLoop loop = runner.loop();
    loop.setExceptionHandler(this::onException);
    trace.setLoop(loop);
    Interpreter interpreter = new Interpreter(scenario, trace, loop);
    try {
      Object value = runner.run(() -> {
        Task<?> task = Async.currentTask();
        mainTask = task;
        return interpreter.main(task);
      });
      trace.note("run -> " + trace.show(value));
    } catch (Hang hang) {
      throw hang;
    } catch (CancellationException left) { // what a cancellation becomes where it leaves the loop
      trace.note("run -> " + trace.show(left.getCause() == null ? left : left.getCause()));
    } catch (Throwable thrown) {
      trace.note("run -> " + trace.show(thrown));
    }
  }

  /** Only what tasks throw while they are shut down is part of the trace; all else that is reported is for people. */
  private void onException(EventLoop loop, ExceptionContext context) {
    if (context.message().contains("shutdown") && !trace.isOver()) {
      Throwable exception = context.exception();
      trace.note("unhandled " + (exception == null ? context.message() : trace.kind(exception)));
    }
  }

  /** Runs in the wait of the loop, where nothing may suspend; cancelling a task only schedules it. */
  private void onDeadlock() {
    if (trace.isOver()) {
      throw new Hang(); // of a task that asyncio would have dropped
    }
    deadlocks++;
    trace.note("deadlock");
    if (mainTask != null && !mainTask.isDone() && deadlocks <= MAX_DEADLOCKS) {
      mainTask.cancel();
      return;
    }
    throw new Hang(); // a new one each time: that of the closing becomes a suppressed exception of that of the run
  }
}
