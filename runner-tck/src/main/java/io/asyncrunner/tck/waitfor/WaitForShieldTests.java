package io.asyncrunner.tck.waitfor;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code WaitForShieldTests} of {@code test_waitfor.py}. */
public abstract class WaitForShieldTests extends PortedTests {
  protected WaitForShieldTests(LoopSource source) {
    super(source);
  }
}
