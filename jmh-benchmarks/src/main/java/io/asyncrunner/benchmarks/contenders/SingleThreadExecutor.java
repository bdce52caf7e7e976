package io.asyncrunner.benchmarks.contenders;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** {@code newSingleThreadExecutor}; for timers {@code newSingleThreadScheduledExecutor}, which is slower at all else. */
final class SingleThreadExecutor extends CallbackStyle {
  @Override
  ExecutorService newExecutor() {
    return Executors.newSingleThreadExecutor();
  }

  @Override
  ScheduledExecutorService clockOf(ExecutorService opened) {
    ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
    clock.setRemoveOnCancelPolicy(true); // as all others do
    return clock;
  }
}
