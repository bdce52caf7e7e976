package io.asyncrunner.tck.support;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;

/** Makes the loops that are held against the kit. */
@FunctionalInterface // and the rest is as it should be
public interface LoopSource {
  /**
   * Makes a loop.
   *
   * @param ticker its clock
   * @return a new loop
   */
  LoopEngine newEventLoop(Ticker ticker);

  /**
   * Tells when the loops report failures that nobody has looked at.
   *
   * @return true as soon as they are garbage; false when the loop is closed
   */
  default boolean reportsGarbageWhileRunning() {
    return true;
  }

  /**
   * Tells whether the loops wait in real time when nothing is ready.
   *
   * @return false if their time jumps, or the run ends, whatever may yet come from threads and signals
   */
  default boolean waitsInRealTime() {
    return true;
  }
}
