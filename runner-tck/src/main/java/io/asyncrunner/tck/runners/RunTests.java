package io.asyncrunner.tck.runners;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code RunTests} of {@code test_runners.py}. */
public abstract class RunTests extends PortedTests {
  protected RunTests(LoopSource source) {
    super(source);
  }
}
