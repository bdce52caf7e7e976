package io.asyncrunner.compat.toolkit;

import io.asyncrunner.EventLoop;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.netty.NettyLoopsOnClocks;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The kinds of loops that every test is run with. */
enum Loops {
  PLATFORM,
  HANDOFF,
  CONFINED,
  /** On confined fibers too, which are the best there are here. */
  NETTY_NIO,
  NETTY_EPOLL,
  NETTY_IO_URING;

  EventLoop newEventLoop(Ticker clock) {
    return switch (this) {
      case PLATFORM -> parking(PlatformThreadLoops.fibers(), clock);
      case HANDOFF -> parking(VirtualThreadLoops.handoffFibers(), clock);
      case CONFINED -> parking(VirtualThreadLoops.confinedFibers(), clock);
      case NETTY_NIO -> NettyLoopsOnClocks.nio(clock);
      case NETTY_EPOLL -> NettyLoopsOnClocks.epoll(clock);
      case NETTY_IO_URING -> NettyLoopsOnClocks.ioUring(clock);
    };
  }

  private static EventLoop parking(FiberFactory fibers, Ticker clock) {
    return EventLoops.of(EventLoops.parkingPoller(), fibers, clock);
  }

  /** Whether a fiber that blocks in a call of the JDK lets others run. */
  boolean isBlockingASuspension() {
    return this != PLATFORM && this != HANDOFF;
  }
}
