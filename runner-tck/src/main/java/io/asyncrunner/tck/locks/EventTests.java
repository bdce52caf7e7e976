package io.asyncrunner.tck.locks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code EventTests} of {@code test_locks.py}. */
public abstract class EventTests extends PortedTests {
  protected EventTests(LoopSource source) {
    super(source);
  }
}
