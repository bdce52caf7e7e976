package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code QueueBasicTests} of {@code test_queues.py}. */
public abstract class QueueBasicTests extends PortedTests {
  protected QueueBasicTests(LoopSource source) {
    super(source);
  }
}
