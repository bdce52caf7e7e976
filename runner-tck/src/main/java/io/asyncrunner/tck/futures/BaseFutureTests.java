package io.asyncrunner.tck.futures;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseFutureTests} of {@code test_futures.py}. */
public abstract class BaseFutureTests extends PortedTests {
  protected BaseFutureTests(LoopSource source) {
    super(source);
  }
}
