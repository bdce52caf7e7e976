package io.asyncrunner.tck.locks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BarrierTests} of {@code test_locks.py}. */
public abstract class BarrierTests extends PortedTests {
  protected BarrierTests(LoopSource source) {
    super(source);
  }
}
