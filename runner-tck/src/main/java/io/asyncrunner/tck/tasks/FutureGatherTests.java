package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code FutureGatherTests} of {@code test_tasks.py}. */
public abstract class FutureGatherTests extends PortedTests {
  protected FutureGatherTests(LoopSource source) {
    super(source);
  }
}
