package io.asyncrunner.tck.locks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code ConditionTests} of {@code test_locks.py}. */
public abstract class ConditionTests extends PortedTests {
  protected ConditionTests(LoopSource source) {
    super(source);
  }
}
