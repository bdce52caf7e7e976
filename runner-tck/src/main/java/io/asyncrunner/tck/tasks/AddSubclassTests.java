package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code add_subclass_tests} of {@code test_tasks.py}. */
public abstract class AddSubclassTests extends PortedTests {
  protected AddSubclassTests(LoopSource source) {
    super(source);
  }
}
