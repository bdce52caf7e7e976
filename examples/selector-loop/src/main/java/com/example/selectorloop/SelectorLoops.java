package com.example.selectorloop;

import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Loops that wait in a selector, on which {@link UdpSocket}s can be opened. */
public final class SelectorLoops {
  /** The pollers of the loops that are open, for the sockets. */
  private static final Map<EventLoop, SelectorPoller> POLLERS = new ConcurrentHashMap<>();

  private SelectorLoops() {}

  // @start region=factory
  /** For {@code Runner.builder().loopFactory(…)}. */
  public static EventLoopFactory factory() {
    return () -> newEventLoop(Ticker.SYSTEM);
  }

  /** A loop on some other clock, for tests. */
  static LoopEngine newEventLoop(Ticker ticker) {
    FiberFactory fibers = bestFibers();
    SelectorPoller poller = new SelectorPoller(POLLERS::remove);
    LoopEngine loop = EventLoops.of(poller, fibers, ticker);
    poller.serve(loop);
    POLLERS.put(loop, poller);
    return loop;
  }

  /** Virtual threads where asyncrunner-virtualthreads is there to bring them, else platform threads. */
  private static FiberFactory bestFibers() {
    FiberFactory best = EventLoopProvider.best().fibers();
    return best != null ? best : PlatformThreadLoops.fibers();
  }
  // @end

  static SelectorPoller pollerOf(EventLoop loop) {
    SelectorPoller poller = POLLERS.get(loop);
    if (poller == null) {
      throw new IllegalStateException(loop + " is none of SelectorLoops: build the Runner with their factory");
    }
    return poller;
  }
}
