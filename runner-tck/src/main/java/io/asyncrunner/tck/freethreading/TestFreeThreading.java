package io.asyncrunner.tck.freethreading;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code TestFreeThreading} of {@code test_free_threading.py}. */
public abstract class TestFreeThreading extends PortedTests {
  protected TestFreeThreading(LoopSource source) {
    super(source);
  }
}
