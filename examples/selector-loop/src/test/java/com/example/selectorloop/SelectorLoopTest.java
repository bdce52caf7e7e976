package com.example.selectorloop;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;

// @start region=kit
/** The loops of this project, held against the conformance kit. */
class SelectorLoopTest extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return SelectorLoops.newEventLoop(ticker);
  }
}
// @end
