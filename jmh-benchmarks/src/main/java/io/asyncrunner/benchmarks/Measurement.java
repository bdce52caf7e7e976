package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.contenders.Contenders;
import io.asyncrunner.benchmarks.ops.Contender;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What all benchmarks have in common: a contender, open. Each measures in a JVM of its own, so that the JIT compiler knows no
 * other.
 *
 * @param <O> the operation
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public abstract class Measurement<O extends Contender> {
  /** Who does the work; one of {@link Contenders#namesOf}. */
  @Param("confined")
  public String contender = "confined";

  private final Class<O> operation;
  @SuppressWarnings("NullAway.Init") // JMH calls open() first
  O ops;

  Measurement(Class<O> operation) {
    this.operation = operation;
  }

  /**
   * The operation that is measured.
   *
   * @return one of the {@code Ops}
   */
  public final Class<O> operation() {
    return operation;
  }

  /** Makes the contender. */
  @Setup(Level.Trial)
  public void open() {
    ops = operation.cast(Contenders.create(contender));
    ops.open();
  }

  /** Closes it. */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    ops.close();
  }
}
