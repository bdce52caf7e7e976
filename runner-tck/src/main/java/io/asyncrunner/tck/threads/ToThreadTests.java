package io.asyncrunner.tck.threads;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code ToThreadTests} of {@code test_threads.py}. */
public abstract class ToThreadTests extends PortedTests {
  protected ToThreadTests(LoopSource source) {
    super(source);
  }
}
