package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.compat.toolkit.Interludes.Way;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tests here share: each is run on every kind of loop. */
@ParameterizedClass(name = "{0}")
@EnumSource(Loops.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ToolkitTestCase {
  private static final int MANY_TURNS = 10_000;

  @Parameter
  Loops loops;

  final void cancelAtEveryStep(CancelAtEveryStep.Script script) {
    CancelAtEveryStep.run(loops, script);
  }

  /** How user code that a task calls can suspend. */
  final List<Way> waysInTasks() {
    return loops.isBlockingASuspension() ? List.of(Way.AWAITING, Way.BLOCKING) : List.of(Way.AWAITING);
  }

  /** How user code that a callback calls can suspend; where it cannot, others are at least started. */
  final Way wayInCallbacks() {
    return loops.isBlockingASuspension() ? Way.BLOCKING : Way.STARTING;
  }

  /** A clock that stands still: what is run on it has no timers. */
  private static final class NoTime implements Ticker {
    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long waitNanos(long deadline) {
      return Long.MAX_VALUE; // for other threads
    }
  }

  /** Runs a task on a loop of its own. Afterwards no task may be left, and nothing may have been reported. */
  final void run(VoidCoroutine<?> body) {
    List<ExceptionContext> reports = new ArrayList<>();
    LoopEngine loop = loops.newEventLoop(new NoTime());
    loop.setExceptionHandler((failing, report) -> reports.add(report));
    try {
      loop.runUntilComplete(loop.createTask(body));
      assertThat(loop.allTasks()).as("tasks that are left").isEmpty();
    } finally {
      loop.close();
    }
    assertThat(reports).as("reports").isEmpty();
  }

  /** Waits until all other tasks have ended; fails if one is forgotten. */
  static void awaitOthers() {
    Task<?> own = Async.currentTask();
    for (int turn = 0; Async.allTasks().size() > 1; turn++) {
      if (turn == MANY_TURNS) {
        throw new AssertionError("forgotten: " + Async.allTasks().stream().filter(task -> task != own).toList());
      }
      giveTurns(1);
    }
  }

  static void giveTurns(int turns) {
    for (int turn = 0; turn < turns; turn++) {
      EventLoop.running().yieldNow();
    }
  }
}
