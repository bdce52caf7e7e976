package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code LifoQueueTests} of {@code test_queues.py}. */
public abstract class LifoQueueTests extends PortedTests {
  protected LifoQueueTests(LoopSource source) {
    super(source);
  }
}
