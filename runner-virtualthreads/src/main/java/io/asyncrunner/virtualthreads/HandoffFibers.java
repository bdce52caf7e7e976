package io.asyncrunner.virtualthreads;

import io.asyncrunner.core.internal.BatonFibers;
import io.asyncrunner.spi.FiberHost;
import org.jspecify.annotations.Nullable;

/** Fibers that are virtual threads of the JDK's scheduler, of which one at a time may run. */
final class HandoffFibers extends BatonFibers {
  HandoffFibers(FiberHost host) {
    super(host);
  }

  @Override
  public String kind() {
    return "virtual threads with hand-over";
  }

  @Override
  protected Thread newThread(Runnable body, @Nullable String name, boolean inherit) {
    Thread.Builder builder = Thread.ofVirtual().inheritInheritableThreadLocals(inherit);
    return (name == null ? builder : builder.name(name)).unstarted(body);
  }
}
