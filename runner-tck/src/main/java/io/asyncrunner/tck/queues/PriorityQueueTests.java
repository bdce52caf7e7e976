package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code PriorityQueueTests} of {@code test_queues.py}. */
public abstract class PriorityQueueTests extends PortedTests {
  protected PriorityQueueTests(LoopSource source) {
    super(source);
  }
}
