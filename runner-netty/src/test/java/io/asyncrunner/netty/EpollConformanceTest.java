package io.asyncrunner.netty;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;

/** Loops that wait in epoll, held against CPython's tests. */
class EpollConformanceTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return NettyLoops.newEventLoop(Transport.EPOLL, NettyLoops::bestFibers, ticker);
  }
}
