package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Feeders;
import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** One operation: a callback sent by one of the threads outside the loop. */
public class CallThreadsafe extends Measurement<Ops.CallThreadsafe> {
  private static final int CALLBACKS = 40_000;

  /** How many threads send callbacks at the same time. */
  @Param({"1", "2", "4"})
  public int threads = 1;

  @SuppressWarnings("NullAway.Init") // JMH calls startFeeders() first
  private Feeders feeders;

  /** For JMH. */
  public CallThreadsafe() {
    super(Ops.CallThreadsafe.class);
  }

  /** Starts the threads. */
  @Setup(Level.Trial)
  public void startFeeders() {
    feeders = new Feeders(threads, CALLBACKS);
  }

  /** Ends the threads. */
  @TearDown(Level.Trial)
  public void endFeeders() {
    feeders.close();
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(CALLBACKS)
  public int receive() throws Exception {
    return ops.receive(feeders);
  }
}
