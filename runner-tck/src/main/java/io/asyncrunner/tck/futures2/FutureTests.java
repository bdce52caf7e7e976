package io.asyncrunner.tck.futures2;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code FutureTests} of {@code test_futures2.py}. */
public abstract class FutureTests extends PortedTests {
  protected FutureTests(LoopSource source) {
    super(source);
  }
}
