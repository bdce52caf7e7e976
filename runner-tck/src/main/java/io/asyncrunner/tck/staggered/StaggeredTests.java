package io.asyncrunner.tck.staggered;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code StaggeredTests} of {@code test_staggered.py}. */
public abstract class StaggeredTests extends PortedTests {
  protected StaggeredTests(LoopSource source) {
    super(source);
  }
}
