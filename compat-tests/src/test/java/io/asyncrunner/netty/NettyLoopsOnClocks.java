package io.asyncrunner.netty;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.Ticker;

/** Loops on Netty whose time is not the system's; users have no need of them, but tests of what is run on every kind of loop. */
public final class NettyLoopsOnClocks {
  private NettyLoopsOnClocks() {}

  public static EventLoop nio(Ticker clock) {
    return newEventLoop(Transport.NIO, clock);
  }

  public static EventLoop epoll(Ticker clock) {
    return newEventLoop(Transport.EPOLL, clock);
  }

  public static EventLoop ioUring(Ticker clock) {
    return newEventLoop(Transport.IO_URING, clock);
  }

  private static EventLoop newEventLoop(Transport transport, Ticker clock) {
    return NettyLoops.newEventLoop(transport, NettyLoops::bestFibers, clock);
  }
}
