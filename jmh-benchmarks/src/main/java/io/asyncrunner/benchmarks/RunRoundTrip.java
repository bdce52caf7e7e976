package io.asyncrunner.benchmarks;

import io.asyncrunner.Runner;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One operation: run a trivial coroutine on an open Runner. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RunRoundTrip {
  /** Which loop. */
  @Param
  public LoopKind loop = LoopKind.confined;

  @SuppressWarnings("NullAway.Init") // JMH calls open() first
  private Runner runner;
  private int count;

  /** Makes the Runner. */
  @Setup(Level.Trial)
  public void open() {
    runner = loop.newRunner();
  }

  /** Closes the Runner. */
  @TearDown(Level.Trial)
  public void close() {
    runner.close();
  }

  /**
   * Runs a trivial coroutine.
   *
   * @return its result
   */
  @Benchmark
  public Integer run() {
    return runner.run(() -> count++);
  }
}
