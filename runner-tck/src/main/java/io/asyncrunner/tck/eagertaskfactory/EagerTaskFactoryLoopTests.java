package io.asyncrunner.tck.eagertaskfactory;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code EagerTaskFactoryLoopTests} of {@code test_eager_task_factory.py}. */
public abstract class EagerTaskFactoryLoopTests extends PortedTests {
  protected EagerTaskFactoryLoopTests(LoopSource source) {
    super(source);
  }
}
