package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code QueuePutTests} of {@code test_queues.py}. */
public abstract class QueuePutTests extends PortedTests {
  protected QueuePutTests(LoopSource source) {
    super(source);
  }
}
