package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** One operation: run a trivial coroutine on an open runner. */
public class RunRoundTrip extends Measurement<Ops.RunRoundTrip> {
  /** On what thread; on the JVM's main thread, our runner listens to SIGINT. */
  @Param({"worker", "main"})
  public String thread = "worker";

  private int count;

  /** For JMH. */
  public RunRoundTrip() {
    super(Ops.RunRoundTrip.class);
  }

  /** Makes JMH's thread look like the main thread, which JMH leaves idle. */
  @Setup(Level.Trial)
  public void nameThread() {
    if (thread.equals("main")) {
      Thread.currentThread().setName("main");
    }
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  public int run() throws Exception {
    return ops.runTrivial(count++);
  }
}
