package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code SleepTests} of {@code test_tasks.py}. */
public abstract class SleepTests extends PortedTests {
  protected SleepTests(LoopSource source) {
    super(source);
  }
}
