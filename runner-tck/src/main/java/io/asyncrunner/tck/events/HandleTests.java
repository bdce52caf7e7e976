package io.asyncrunner.tck.events;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code HandleTests} of {@code test_events.py}. */
public abstract class HandleTests extends PortedTests {
  protected HandleTests(LoopSource source) {
    super(source);
  }
}
