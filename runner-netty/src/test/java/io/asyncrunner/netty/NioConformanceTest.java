package io.asyncrunner.netty;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;

/** Loops that wait in the JDK's selectors, held against CPython's tests. */
class NioConformanceTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return NettyLoops.newEventLoop(Transport.NIO, NettyLoops::bestFibers, ticker);
  }
}
