package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** {@link ContextSwitchCost} with scoped values; in the results it stands under that name. */
public class ScopedSwitchCost extends Measurement<Ops.ContextScopedValues> {
  private static final int TASKS = 100;
  private static final int TURNS = 100;

  /** How many. */
  @Param({"1", "10"})
  public int values = 1;

  /** For JMH. */
  public ScopedSwitchCost() {
    super(Ops.ContextScopedValues.class);
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
    return ops.takeTurnsWithScopedValues(values, TASKS, TURNS);
  }
}
