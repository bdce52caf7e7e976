package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** One operation: 1 of 10 tasks takes the lock, yields while it holds it, and hands it to the next. */
public class LockHandoff extends Measurement<Ops.LockHandoff> {
  private static final int TASKS = 10;
  private static final int TURNS = 100;

  /** For JMH. */
  public LockHandoff() {
    super(Ops.LockHandoff.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(TASKS * TURNS)
  public int handOver() throws Exception {
    return ops.handOver(TASKS, TURNS);
  }
}
