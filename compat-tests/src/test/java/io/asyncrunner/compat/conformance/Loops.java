package io.asyncrunner.compat.conformance;

import io.asyncrunner.EventLoop;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.netty.NettyLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;

/** The loop factories that every test is run with. */
enum Loops {
  PLATFORM,
  HANDOFF,
  CONFINED,
  /** On confined fibers too, which are the best there are here. */
  NETTY_NIO,
  NETTY_EPOLL,
  NETTY_IO_URING;

  EventLoop newEventLoop() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.factory().newEventLoop();
      case HANDOFF -> VirtualThreadLoops.handoff().newEventLoop();
      case CONFINED -> VirtualThreadLoops.confined().newEventLoop();
      case NETTY_NIO -> NettyLoops.nio().newEventLoop();
      case NETTY_EPOLL -> NettyLoops.epoll().newEventLoop();
      case NETTY_IO_URING -> NettyLoops.ioUring().newEventLoop();
    };
  }

  FiberFactory fibers() {
    return switch (this) {
      case PLATFORM -> PlatformThreadLoops.fibers();
      case HANDOFF -> VirtualThreadLoops.handoffFibers();
      case CONFINED, NETTY_NIO, NETTY_EPOLL, NETTY_IO_URING -> VirtualThreadLoops.confinedFibers();
    };
  }

  boolean isOnNetty() {
    return this == NETTY_NIO || this == NETTY_EPOLL || this == NETTY_IO_URING;
  }

  /** Whether a fiber that blocks in a call of the JDK lets others run, and can be interrupted there. */
  boolean isBlockingASuspension() {
    return this != PLATFORM && this != HANDOFF;
  }
}
