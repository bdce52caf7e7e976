package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** One operation: a number to another task and back, through queues with room for one. */
public class PingPong extends Measurement<Ops.PingPong> {
  private static final int ROUNDS = 1_000;

  /** For JMH. */
  public PingPong() {
    super(Ops.PingPong.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(ROUNDS)
  public int play() throws Exception {
    return ops.play(ROUNDS);
  }
}
