package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** One operation: one of 1,000 tasks that sleep for a millisecond. That millisecond is in the figure: 1,000 ns. */
public class GatherFanOut extends Measurement<Ops.GatherFanOut> {
  private static final int TASKS = 1_000;

  /** For JMH. */
  public GatherFanOut() {
    super(Ops.GatherFanOut.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public int gather() throws Exception {
    return ops.gatherSleepers(TASKS);
  }
}
