package io.asyncrunner.tck.taskgroups;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code TestTaskGroup} of {@code test_taskgroups.py}. */
public abstract class TestTaskGroup extends PortedTests {
  protected TestTaskGroup(LoopSource source) {
    super(source);
  }
}
