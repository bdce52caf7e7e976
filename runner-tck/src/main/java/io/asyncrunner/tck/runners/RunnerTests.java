package io.asyncrunner.tck.runners;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code RunnerTests} of {@code test_runners.py}. */
public abstract class RunnerTests extends PortedTests {
  protected RunnerTests(LoopSource source) {
    super(source);
  }
}
