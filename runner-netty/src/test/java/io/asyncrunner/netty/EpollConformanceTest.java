package io.asyncrunner.netty;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;

/** Loops that wait in epoll, held against CPython's tests. */
class EpollConformanceTest extends EventLoopTck {
  @Override
  protected EventLoop newEventLoop(Ticker ticker) {
    return NettyLoops.newEventLoop(Transport.EPOLL, NettyLoops::bestFibers, ticker);
  }
}
