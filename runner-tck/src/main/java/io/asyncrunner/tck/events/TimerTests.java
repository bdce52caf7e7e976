package io.asyncrunner.tck.events;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code TimerTests} of {@code test_events.py}. */
public abstract class TimerTests extends PortedTests {
  protected TimerTests(LoopSource source) {
    super(source);
  }
}
