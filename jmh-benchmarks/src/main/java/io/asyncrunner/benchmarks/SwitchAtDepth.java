package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** One operation: call down to a depth, switch to the next of 100 tasks there, and return. */
public class SwitchAtDepth extends Measurement<Ops.SwitchAtDepth> {
  private static final int TASKS = 100;
  private static final int TURNS = 100;

  /** How many calls. */
  @Param({"1", "16", "64"})
  public int depth = 1;

  /** For JMH. */
  public SwitchAtDepth() {
    super(Ops.SwitchAtDepth.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(TASKS * TURNS)
  public int takeTurns() throws Exception {
    return ops.takeTurnsAtDepth(depth, TASKS, TURNS);
  }
}
