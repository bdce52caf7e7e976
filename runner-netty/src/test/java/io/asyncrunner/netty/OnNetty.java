package io.asyncrunner.netty;

import io.asyncrunner.contract.LoopKind;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;

/** What the loops on Netty have in common, as the contract sees them. */
interface OnNetty extends LoopKind {
  @Override
  default FiberFactory fibers() {
    return EventLoopProvider.best().fibers();
  }

  /** Fewer, because each opens several descriptors. */
  @Override
  default int runnersForLeaks() {
    return 500;
  }
}
