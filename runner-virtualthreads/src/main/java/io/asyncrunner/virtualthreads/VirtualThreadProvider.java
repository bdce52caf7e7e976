package io.asyncrunner.virtualthreads;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;
import org.jspecify.annotations.Nullable;

/** Offers virtual threads, which are always there on the JDKs that can load this class. Public for the service loader. */
public final class VirtualThreadProvider implements EventLoopProvider {
  /** For the service loader. */
  public VirtualThreadProvider() {}

  @Override
  public String name() {
    return "virtual threads";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public @Nullable String unavailableReason() {
    return null;
  }

  @Override
  public EventLoopFactory factory() {
    return VirtualThreadLoops.automatic();
  }

  @Override
  public FiberFactory fibers() {
    return SchedulerDoor.closedReason() == null && !Thread.currentThread().isVirtual()
        ? VirtualThreadLoops.confinedFibers()
        : VirtualThreadLoops.handoffFibers();
  }
}
