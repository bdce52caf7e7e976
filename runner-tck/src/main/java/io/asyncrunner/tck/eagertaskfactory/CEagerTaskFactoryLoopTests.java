package io.asyncrunner.tck.eagertaskfactory;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code CEagerTaskFactoryLoopTests} of {@code test_eager_task_factory.py}. */
public abstract class CEagerTaskFactoryLoopTests extends PortedTests {
  protected CEagerTaskFactoryLoopTests(LoopSource source) {
    super(source);
  }
}
