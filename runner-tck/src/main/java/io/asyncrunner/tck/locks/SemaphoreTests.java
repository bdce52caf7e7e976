package io.asyncrunner.tck.locks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code SemaphoreTests} of {@code test_locks.py}. */
public abstract class SemaphoreTests extends PortedTests {
  protected SemaphoreTests(LoopSource source) {
    super(source);
  }
}
