package io.asyncrunner.tck.futures2;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code FutureReprTests} of {@code test_futures2.py}. */
public abstract class FutureReprTests extends PortedTests {
  protected FutureReprTests(LoopSource source) {
    super(source);
  }
}
