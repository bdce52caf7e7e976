package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code GatherTestsBase} of {@code test_tasks.py}. */
public abstract class GatherTestsBase extends PortedTests {
  protected GatherTestsBase(LoopSource source) {
    super(source);
  }
}
