package io.asyncrunner.core;

import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import io.asyncrunner.spi.Ticker;
import java.util.Objects;

/** Puts loops together; for authors of loop factories. */
public final class EventLoops {
  private EventLoops() {}

  /**
   * Makes a loop on the real clock.
   *
   * @param poller how it waits; for this loop alone
   * @param fibers what its coroutines run on
   * @return a new loop
   */
  public static LoopEngine of(Poller poller, FiberFactory fibers) {
    return of(poller, fibers, Ticker.SYSTEM);
  }

  /**
   * Makes a loop on a given clock.
   *
   * @param poller how it waits; for this loop alone
   * @param fibers what its coroutines run on
   * @param ticker its clock
   * @return a new loop
   */
  public static LoopEngine of(Poller poller, FiberFactory fibers, Ticker ticker) {
    return new Loop(Objects.requireNonNull(poller, "poller"), Objects.requireNonNull(fibers, "fibers"),
        Objects.requireNonNull(ticker, "ticker"));
  }

  /**
   * Makes a poller that parks the thread, for loops that serve no channels of their own.
   *
   * @return a new poller
   */
  public static Poller parkingPoller() {
    return new ParkingPoller();
  }
}
