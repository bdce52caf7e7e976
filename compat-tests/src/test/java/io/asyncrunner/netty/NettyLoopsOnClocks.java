package io.asyncrunner.netty;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;

/** Loops on Netty whose time is not the system's; users have no need of them, but tests of what is run on every kind of loop. */
public final class NettyLoopsOnClocks {
  private NettyLoopsOnClocks() {}

  public static LoopEngine nio(Ticker clock) {
    return newEventLoop(Transport.NIO, clock);
  }

  public static LoopEngine epoll(Ticker clock) {
    return newEventLoop(Transport.EPOLL, clock);
  }

  public static LoopEngine ioUring(Ticker clock) {
    return newEventLoop(Transport.IO_URING, clock);
  }

  private static LoopEngine newEventLoop(Transport transport, Ticker clock) {
    return NettyLoops.newEventLoop(transport, NettyLoops::bestFibers, clock);
  }
}
