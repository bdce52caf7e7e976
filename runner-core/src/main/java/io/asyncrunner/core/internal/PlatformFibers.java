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
    Thread thread = new FiberThread(body, name == null ? "asyncrunner-task" : name, inherit);
    thread.setDaemon(true);
    return thread;
  }

  /** A thread that is a fiber. */
  public static final class FiberThread extends Thread {
    private FiberThread(Runnable body, String name, boolean inherit) {
      super(null, body, name, 0, inherit);
    }
  }
}
