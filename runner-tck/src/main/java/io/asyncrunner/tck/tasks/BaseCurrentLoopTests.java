package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseCurrentLoopTests} of {@code test_tasks.py}. */
public abstract class BaseCurrentLoopTests extends PortedTests {
  protected BaseCurrentLoopTests(LoopSource source) {
    super(source);
  }
}
