package io.asyncrunner.tck.timeouts;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code TimeoutTests} of {@code test_timeouts.py}. */
public abstract class TimeoutTests extends PortedTests {
  protected TimeoutTests(LoopSource source) {
    super(source);
  }
}
