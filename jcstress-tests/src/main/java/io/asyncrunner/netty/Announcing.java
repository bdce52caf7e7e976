package io.asyncrunner.netty;

import io.asyncrunner.core.Sleeper;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A transport of Netty's without the channels and without the waiting, which takes system calls: what its transports do lest they
 * sleep through a wake-up. They announce that they are going to wait, ask whether they may, and wait; who wakes them does so only
 * if that has been announced, and not if it is on the loop's own thread.
 */
final class Announcing implements IoHandler {
  private static int spins; // any number will do, also one that is read and written by several threads

  private final Sleeper sleeper;
  private final ThreadAwareExecutor loop;
  private final AtomicBoolean awake = new AtomicBoolean(true);

  Announcing(Sleeper sleeper, ThreadAwareExecutor loop) {
    this.sleeper = sleeper;
    this.loop = loop;
  }

  @Override
  public int run(IoHandlerContext context) {
    sleeper.approach();
    spins = (spins + 1) & 31;
    for (int i = spins; i > 0; i--) { // so that the waker comes before, after and in between
      Thread.onSpinWait();
    }
    awake.set(false);
    if (context.canBlock()) {
      sleeper.sleep();
    }
    awake.set(true);
    return 0;
  }

  @Override
  public void wakeup() {
    if (!loop.isExecutorThread(Thread.currentThread()) && !awake.getAndSet(true)) {
      sleeper.wake();
    }
  }

  @Override
  public void prepareToDestroy() {}

  @Override
  public void destroy() {}

  @Override
  public IoRegistration register(IoHandle handle) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return false;
  }
}
