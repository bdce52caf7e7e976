package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code CoroutineGatherTests} of {@code test_tasks.py}. */
public abstract class CoroutineGatherTests extends PortedTests {
  protected CoroutineGatherTests(LoopSource source) {
    super(source);
  }
}
