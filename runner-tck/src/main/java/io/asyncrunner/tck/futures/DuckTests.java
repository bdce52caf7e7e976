package io.asyncrunner.tck.futures;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code DuckTests} of {@code test_futures.py}. */
public abstract class DuckTests extends PortedTests {
  protected DuckTests(LoopSource source) {
    super(source);
  }
}
