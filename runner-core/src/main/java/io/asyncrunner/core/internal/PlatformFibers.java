package io.asyncrunner.core.internal;

import io.asyncrunner.spi.FiberHost;
import org.jspecify.annotations.Nullable;

/** Fibers that are platform threads. */
public final class PlatformFibers extends BatonFibers {
  /**
   * Makes the fibers of one loop.
   *
   * @param host the loop
   */
  public PlatformFibers(FiberHost host) {
    super(host);
  }

  @Override
  public String kind() {
    return "platform threads";
  }

  @Override
  protected Thread newThread(Runnable body, @Nullable String name, boolean inherit) {
    Thread thread = new Thread(null, body, name == null ? "asyncrunner-task" : name, 0, inherit);
    thread.setDaemon(true);
    return thread;
  }
}
