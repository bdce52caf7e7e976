package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** One operation: a callback that queues the next, in one chain or in 100 chains side by side. */
public class CallSoon extends Measurement<Ops.CallSoon> {
  private static final int CALLBACKS = 10_000;

  /** How many chains. */
  @Param({"1", "100"})
  public int chains = 1;

  /** For JMH. */
  public CallSoon() {
    super(Ops.CallSoon.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(CALLBACKS)
  public int run() throws Exception {
    return ops.runChains(chains, CALLBACKS / chains);
  }
}
