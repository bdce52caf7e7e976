package io.asyncrunner.tck.pep492;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code LockTests} of {@code test_pep492.py}. */
public abstract class LockTests extends PortedTests {
  protected LockTests(LoopSource source) {
    super(source);
  }
}
