package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;

/** One operation: make a runner, run something trivial, close the runner. */
public class RunnerLifecycle extends Measurement<Ops.RunnerLifecycle> {
  private int count;

  /** For JMH. */
  public RunnerLifecycle() {
    super(Ops.RunnerLifecycle.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  public int cycle() throws Exception {
    return ops.openRunClose(count++);
  }
}
