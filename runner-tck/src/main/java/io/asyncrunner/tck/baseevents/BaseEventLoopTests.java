package io.asyncrunner.tck.baseevents;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseEventLoopTests} of {@code test_base_events.py}. */
public abstract class BaseEventLoopTests extends PortedTests {
  protected BaseEventLoopTests(LoopSource source) {
    super(source);
  }
}
