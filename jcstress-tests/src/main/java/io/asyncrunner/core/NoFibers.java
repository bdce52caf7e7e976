package io.asyncrunner.core;

import io.asyncrunner.Context;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.Fibers;
import org.jspecify.annotations.Nullable;

/** Fibers of a loop that runs callbacks in place only, on the calling thread: makes a loop cheap enough for one a sample. */
public final class NoFibers implements Fibers {
  private final FiberHost host;
  private @Nullable Thread holder; // as in ConfinedFibers: nobody finds itself here who is not

  public NoFibers(FiberHost host) {
    this.host = host;
  }

  @Override
  public String kind() {
    return "no fibers";
  }

  @Override
  public void ensureCanRun() {}

  @Override
  public void run() {
    holder = Thread.currentThread();
    try {
      if (host.next() != null) {
        throw new AssertionError("nothing here needs a fiber");
      }
    } finally {
      holder = null;
    }
  }

  @Override
  public void interruptedInPoll() {}

  @Override
  public boolean isHolder() {
    return Thread.currentThread() == holder;
  }

  @Override
  public Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release(Fiber fiber) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hasThreads() {
    return false;
  }

  @Override
  public Thread thread(Fiber fiber, Runnable onStart, Runnable onInterrupt) {
    throw new UnsupportedOperationException();
  }
}
