package io.asyncrunner.tck.baseevents;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code RunningLoopTests} of {@code test_base_events.py}. */
public abstract class RunningLoopTests extends PortedTests {
  protected RunningLoopTests(LoopSource source) {
    super(source);
  }
}
