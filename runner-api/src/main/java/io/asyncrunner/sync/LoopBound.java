package io.asyncrunner.sync;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.LoopEngine;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all primitives have in common: each belongs to the loop that used it first, until that loop is closed, and refuses other
 * threads while it runs.
 */
abstract class LoopBound {
  private @Nullable LoopEngine loop;

  /** Made on any thread; the first use on a loop decides. */
  LoopBound() {}

  /** Refuses a call from outside the loop that this belongs to, while that runs. */
  final void ensureOwner(String method) {
    EventLoop own = loop;
    if (own != null && own.isHeldByCurrentThread()) {
      return;
    }
    EventLoop running = EventLoop.runningOrNull();
    if (running == null) {
      if (own != null && own.isRunning()) {
        throw new IllegalStateException(method + " has to be called on " + own + ", found thread "
            + Thread.currentThread().getName() + ": use callSoonThreadsafe or Async.callThreadsafe");
      }
    } else if (own == null || own.isClosed()) {
      loop = LoopEngine.of(running);
    } else {
      throw new IllegalStateException(
          method + " has to be called on " + own + ", which has used it before, found " + running
              + ": make one for each loop");
    }
  }

  /** The loop on which the calling task runs, and which this belongs to. */
  final LoopEngine owner(String method) {
    return LoopEngine.of(task(method).loop());
  }

  /** The calling task, on whose loop this belongs. */
  final Task<?> task(String method) {
    LoopEngine running = LoopEngine.running();
    Fiber fiber = Fiber.current();
    Task<?> task = fiber == null ? null : fiber.task();
    if (task == null) {
      throw new IllegalStateException(method + " has to be called in a task, found a callback of " + running
          + ": create a task in the callback and call it there");
    }
    ensureOwner(method);
    return task;
  }

  /** Asks for the stack to change several things; not before the first use on a loop. */
  final void ensureStack(int levels) {
    if (loop != null) {
      loop.ensureStack(levels);
    }
  }

  /** The tasks that have to go on before who waits for this can; empty if it can be any. */
  Collection<? extends AsyncFuture<?>> holders() {
    return List.of();
  }
}
