package io.asyncrunner.tck.waitfor;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code AsyncioWaitForTest} of {@code test_waitfor.py}. */
public abstract class AsyncioWaitForTest extends PortedTests {
  protected AsyncioWaitForTest(LoopSource source) {
    super(source);
  }
}
