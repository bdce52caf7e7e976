package io.asyncrunner.tck.eagertaskfactory;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code DefaultTaskFactoryEagerStart} of {@code test_eager_task_factory.py}. */
public abstract class DefaultTaskFactoryEagerStart extends PortedTests {
  protected DefaultTaskFactoryEagerStart(LoopSource source) {
    super(source);
  }
}
