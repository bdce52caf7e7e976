package io.asyncrunner.tck.support;

import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import org.jspecify.annotations.Nullable;

/** A task factory whose tasks start at once, as CPython's {@code eager_task_factory}, unless their creator says otherwise. */
public final class EagerTasks implements TaskFactory {
  /** Loops of a source, each with such a factory. */
  public static LoopSource on(LoopSource source) {
    return new LoopSource() {
      @Override
      public LoopEngine newEventLoop(Ticker ticker) {
        LoopEngine loop = source.newEventLoop(ticker);
        loop.setTaskFactory(new EagerTasks());
        return loop;
      }

      @Override
      public boolean reportsGarbageWhileRunning() {
        return source.reportsGarbageWhileRunning();
      }

      @Override
      public boolean waitsInRealTime() {
        return source.waitsInRealTime();
      }
    };
  }

  @Override
  public <T extends @Nullable Object> Task<T> newTask(EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine) {
    return loop.newTask(options.withEagerStart(options.eagerStartOr(true)), coroutine);
  }
}
