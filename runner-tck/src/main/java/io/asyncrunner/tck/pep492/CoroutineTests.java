package io.asyncrunner.tck.pep492;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code CoroutineTests} of {@code test_pep492.py}. */
public abstract class CoroutineTests extends PortedTests {
  protected CoroutineTests(LoopSource source) {
    super(source);
  }
}
