package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** One operation: set one of 10,000 timers, then have it fire, or cancel it. */
public class Timers extends Measurement<Ops.Timers> {
  private static final int TIMERS = 10_000;

  /** How the timers end. */
  @Param({"fired", "cancelled"})
  public String end = "fired";

  /** For JMH. */
  public Timers() {
    super(Ops.Timers.class);
  }

  /**
   * The operation.
   *
   * @return what shows that it was done
   * @throws Exception never
   */
  @Benchmark
  @OperationsPerInvocation(TIMERS)
  public int setTimers() throws Exception {
    return end.equals("fired") ? ops.setAndFire(TIMERS) : ops.setAndCancel(TIMERS);
  }
}
