package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** One operation: as {@link TaskSwitch}, with context variables of each task's own. */
public class ContextSwitchCost extends Measurement<Ops.ContextVariables> {
  private static final int TASKS = 100;
  private static final int TURNS = 100;

  /** How many. */
  @Param({"0", "1", "10"})
  public int variables = 1;

  /** For JMH. */
  public ContextSwitchCost() {
    super(Ops.ContextVariables.class);
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
    return ops.takeTurnsWithVariables(variables, TASKS, TURNS);
  }
}
