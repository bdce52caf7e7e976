package io.asyncrunner.compat;

import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.netty.NettyLoops;
import io.asyncrunner.netty.NettyLoopsOnClocks;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The kinds of loops that every test is run with. */
public enum Loops {
  PLATFORM,
  HANDOFF,
  CONFINED,
  /** On confined fibers too, which are the best there are here. */
  NETTY_NIO,
  NETTY_EPOLL,
  NETTY_IO_URING;

  /** As users get it. */
  public LoopEngine newEventLoop() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.factory().newEventLoop();
      case HANDOFF -> VirtualThreadLoops.handoff().newEventLoop();
      case CONFINED -> VirtualThreadLoops.confined().newEventLoop();
      case NETTY_NIO -> NettyLoops.nio().newEventLoop();
      case NETTY_EPOLL -> NettyLoops.epoll().newEventLoop();
      case NETTY_IO_URING -> NettyLoops.ioUring().newEventLoop();
    };
  }

  /** Whose time is not the system's. */
  public LoopEngine newEventLoop(Ticker clock) {
    return switch (this) {
      case PLATFORM, HANDOFF, CONFINED -> EventLoops.of(EventLoops.parkingPoller(), fibers(), clock);
      case NETTY_NIO -> NettyLoopsOnClocks.nio(clock);
      case NETTY_EPOLL -> NettyLoopsOnClocks.epoll(clock);
      case NETTY_IO_URING -> NettyLoopsOnClocks.ioUring(clock);
    };
  }

  public FiberFactory fibers() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.fibers();
      case HANDOFF -> VirtualThreadLoops.handoffFibers();
      case CONFINED, NETTY_NIO, NETTY_EPOLL, NETTY_IO_URING -> VirtualThreadLoops.confinedFibers();
    };
  }

  public boolean isOnNetty() {
    return this == NETTY_NIO || this == NETTY_EPOLL || this == NETTY_IO_URING;
  }

  /** Whether a fiber that blocks in a call of the JDK lets others run, and can be interrupted there. */
  public boolean isBlockingASuspension() {
    return this != PLATFORM && this != HANDOFF;
  }
}
