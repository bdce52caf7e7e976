package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseTaskTests} of {@code test_tasks.py}. */
public abstract class BaseTaskTests extends PortedTests {
  protected BaseTaskTests(LoopSource source) {
    super(source);
  }
}
