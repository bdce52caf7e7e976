package io.asyncrunner.tck.tasks;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code RunCoroutineThreadsafeTests} of {@code test_tasks.py}. */
public abstract class RunCoroutineThreadsafeTests extends PortedTests {
  protected RunCoroutineThreadsafeTests(LoopSource source) {
    super(source);
  }
}
