package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** One operation: start one of 1,000 trivial tasks, and wait for it. */
public class SpawnJoin extends Measurement<Ops.SpawnJoin> {
  private static final int TASKS = 1_000;

  /** For JMH. */
  public SpawnJoin() {
    super(Ops.SpawnJoin.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public int spawn() throws Exception {
    return ops.spawnAndJoin(TASKS);
  }
}
