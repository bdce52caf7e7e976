package io.asyncrunner.tck.extras;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code MissingCoverageTests} of {@code test_extras.py}. */
public abstract class MissingCoverageTests extends PortedTests {
  protected MissingCoverageTests(LoopSource source) {
    super(source);
  }
}
