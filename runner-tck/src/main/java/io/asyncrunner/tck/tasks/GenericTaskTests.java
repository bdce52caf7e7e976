package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code GenericTaskTests} of {@code test_tasks.py}. */
public abstract class GenericTaskTests extends PortedTests {
  protected GenericTaskTests(LoopSource source) {
    super(source);
  }
}
