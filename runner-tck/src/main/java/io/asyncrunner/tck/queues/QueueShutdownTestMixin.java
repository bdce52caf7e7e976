package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code _QueueShutdownTestMixin} of {@code test_queues.py}. */
public abstract class QueueShutdownTestMixin extends PortedTests {
  protected QueueShutdownTestMixin(LoopSource source) {
    super(source);
  }
}
