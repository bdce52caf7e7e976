package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code QueueGetTests} of {@code test_queues.py}. */
public abstract class QueueGetTests extends PortedTests {
  protected QueueGetTests(LoopSource source) {
    super(source);
  }
}
