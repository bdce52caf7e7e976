package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code SetMethodsTest} of {@code test_tasks.py}. */
public abstract class SetMethodsTest extends PortedTests {
  protected SetMethodsTest(LoopSource source) {
    super(source);
  }
}
