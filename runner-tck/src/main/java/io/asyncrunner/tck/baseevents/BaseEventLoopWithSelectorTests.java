package io.asyncrunner.tck.baseevents;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseEventLoopWithSelectorTests} of {@code test_base_events.py}. */
public abstract class BaseEventLoopWithSelectorTests extends PortedTests {
  protected BaseEventLoopWithSelectorTests(LoopSource source) {
    super(source);
  }
}
