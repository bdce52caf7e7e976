package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseTaskIntrospectionTests} of {@code test_tasks.py}. */
public abstract class BaseTaskIntrospectionTests extends PortedTests {
  protected BaseTaskIntrospectionTests(LoopSource source) {
    super(source);
  }
}
