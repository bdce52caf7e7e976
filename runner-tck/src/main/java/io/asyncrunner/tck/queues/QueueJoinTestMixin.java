package io.asyncrunner.tck.queues;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code _QueueJoinTestMixin} of {@code test_queues.py}. */
public abstract class QueueJoinTestMixin extends PortedTests {
  protected QueueJoinTestMixin(LoopSource source) {
    super(source);
  }
}
