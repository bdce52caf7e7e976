package io.asyncrunner.tck.events;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code EventLoopTestsMixin} of {@code test_events.py}. */
public abstract class EventLoopTestsMixin extends PortedTests {
  protected EventLoopTestsMixin(LoopSource source) {
    super(source);
  }
}
