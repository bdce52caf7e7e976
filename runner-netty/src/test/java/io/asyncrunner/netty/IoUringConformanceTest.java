package io.asyncrunner.netty;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Loops that wait in io_uring, held against CPython's tests; which need confined fibers. */
@EnabledForJreRange(min = JRE.JAVA_25)
class IoUringConformanceTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return NettyLoops.newEventLoop(Transport.IO_URING, NettyLoops::bestFibers, ticker);
  }
}
