package io.asyncrunner.core;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;
import org.jspecify.annotations.Nullable;

/** Offers platform threads, which are always there. Public for the service loader. */
public final class PlatformThreadProvider implements EventLoopProvider {
  /** For the service loader. */
  public PlatformThreadProvider() {}

  @Override
  public String name() {
    return "platform threads";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public @Nullable String unavailableReason() {
    return null;
  }

  @Override
  public EventLoopFactory factory() {
    return PlatformThreadLoops.factory();
  }

  @Override
  public FiberFactory fibers() {
    return PlatformThreadLoops.fibers();
  }
}
