package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code newVirtualThreadPerTaskExecutor}. */
final class VirtualThreadExecutor extends VirtualThreads implements Ops.RunRoundTrip, Ops.RunnerLifecycle {
  @SuppressWarnings("NullAway.Init") // open() comes first
  private ExecutorService executor;

  @Override
  public void open() {
    executor = Executors.newVirtualThreadPerTaskExecutor();
  }

  @Override
  public void close() {
    executor.close();
  }

  @Override
  public int runTrivial(int value) throws Exception {
    return executor.submit(() -> value + 1).get();
  }

  @Override
  public int openRunClose(int value) throws Exception {
    try (ExecutorService own = Executors.newVirtualThreadPerTaskExecutor()) {
      return own.submit(() -> value + 1).get();
    }
  }

  @Override
  int group(Forking forking) throws Exception {
    List<Future<Integer>> tasks = new ArrayList<>();
    forking.run(body -> tasks.add(executor.submit(body::run)));
    int sum = 0;
    for (Future<Integer> task : tasks) {
      sum += task.get();
    }
    return sum;
  }
}
