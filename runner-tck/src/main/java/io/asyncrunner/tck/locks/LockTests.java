package io.asyncrunner.tck.locks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code LockTests} of {@code test_locks.py}. */
public abstract class LockTests extends PortedTests {
  protected LockTests(LoopSource source) {
    super(source);
  }
}
