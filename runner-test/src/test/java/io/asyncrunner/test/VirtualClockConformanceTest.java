package io.asyncrunner.test;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;

/**
 * Simulated loops in the usual order, held against CPython's tests. They have a clock of their own; some of the tests block in calls
 * of the JDK, which these loops would report.
 */
class VirtualClockConformanceTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return SimulatedLoops.virtualClock().allowingRealTime().newEventLoop();
  }

  /** When the garbage collector comes is chance. */
  @Override
  protected boolean reportsGarbageWhileRunning() {
    return false;
  }

  @Override
  protected boolean waitsInRealTime() {
    return false;
  }
}
