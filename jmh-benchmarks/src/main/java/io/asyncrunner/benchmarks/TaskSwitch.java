package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** One operation: a switch between two of 100 tasks that yield in turn. */
public class TaskSwitch extends Measurement<Ops.TaskSwitch> {
  private static final int TASKS = 100;
  private static final int TURNS = 100;

  /** For JMH. */
  public TaskSwitch() {
    super(Ops.TaskSwitch.class);
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
    return ops.takeTurns(TASKS, TURNS);
  }
}
