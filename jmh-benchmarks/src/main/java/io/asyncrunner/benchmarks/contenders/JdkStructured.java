package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Subtask;

/** {@code StructuredTaskScope}, a preview of JDK 25. */
final class JdkStructured extends VirtualThreads implements Ops.RunRoundTrip, Ops.RunnerLifecycle {
  @Override
  public int runTrivial(int value) throws Exception {
    try (var scope = StructuredTaskScope.<Integer>open()) {
      Subtask<Integer> task = scope.fork(() -> value + 1);
      scope.join();
      return task.get();
    }
  }

  @Override
  public int openRunClose(int value) throws Exception {
    return runTrivial(value);
  }

  @Override
  int group(Forking forking) throws Exception {
    try (var scope = StructuredTaskScope.<Integer>open()) {
      List<Subtask<Integer>> tasks = new ArrayList<>();
      forking.run(body -> tasks.add(scope.fork(body::run)));
      scope.join();
      int sum = 0;
      for (Subtask<Integer> task : tasks) {
        sum += task.get();
      }
      return sum;
    }
  }
}
