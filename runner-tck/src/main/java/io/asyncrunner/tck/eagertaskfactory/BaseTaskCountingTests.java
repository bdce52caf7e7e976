package io.asyncrunner.tck.eagertaskfactory;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseTaskCountingTests} of {@code test_eager_task_factory.py}. */
public abstract class BaseTaskCountingTests extends PortedTests {
  protected BaseTaskCountingTests(LoopSource source) {
    super(source);
  }
}
