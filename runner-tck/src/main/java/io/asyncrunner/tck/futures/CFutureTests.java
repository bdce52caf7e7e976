package io.asyncrunner.tck.futures;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code CFutureTests} of {@code test_futures.py}. */
public abstract class CFutureTests extends PortedTests {
  protected CFutureTests(LoopSource source) {
    super(source);
  }
}
