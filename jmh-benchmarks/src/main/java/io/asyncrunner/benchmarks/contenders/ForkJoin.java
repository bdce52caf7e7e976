package io.asyncrunner.benchmarks.contenders;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** A {@code ForkJoinPool} with a thread for each processor, first in first out: its callbacks run at the same time. */
final class ForkJoin extends CallbackStyle {
  @Override
  ExecutorService newExecutor() {
    return new ForkJoinPool(Runtime.getRuntime().availableProcessors(),
        ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);
  }

  @Override
  IntSupplier newCounter() {
    return new AtomicInteger()::incrementAndGet;
  }
}
