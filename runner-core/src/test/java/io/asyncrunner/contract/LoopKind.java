package io.asyncrunner.contract;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.spi.FiberFactory;

/** A kind of loop, to be held against the contract: all that it has to give. */
public interface LoopKind {
  /** The factory that users are given. */
  EventLoopFactory loops();

  /** What its coroutines run on, for loops on a virtual clock. */
  FiberFactory fibers();

  /** How many Runners are opened, used and closed to see that nothing is left of them. */
  default int runnersForLeaks() {
    return 5_000;
  }

  /** Whether a loop refuses to be run and closed by other threads than the first that ran it. */
  default boolean belongsToOneThread() {
    return false;
  }
}
