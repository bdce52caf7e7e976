package io.asyncrunner.tck.events;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code GetEventLoopTestsMixin} of {@code test_events.py}. */
public abstract class GetEventLoopTestsMixin extends PortedTests {
  protected GetEventLoopTestsMixin(LoopSource source) {
    super(source);
  }
}
