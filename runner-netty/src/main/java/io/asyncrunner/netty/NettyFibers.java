package io.asyncrunner.netty;

import io.asyncrunner.Context;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.Fibers;
import org.jspecify.annotations.Nullable;

/** Fibers of some kind, of a loop that waits in Netty. */
final class NettyFibers implements Fibers {
  private final Fibers fibers;
  private final NettyLoop netty;

  NettyFibers(Fibers fibers, NettyLoop netty, FiberHost host) {
    this.fibers = fibers;
    this.netty = netty;
    netty.setLoop(host.loop());
  }

  @Override
  public void ensureCanRun() {
    fibers.ensureCanRun();
    if (fibers.needsCarrier()) {
      netty.ensureFree();
    }
    netty.ensureOwner();
  }

  @Override
  public boolean needsCarrier() {
    return fibers.needsCarrier();
  }

  @Override
  public void ensureCanClose() {
    fibers.ensureCanClose();
    netty.ensureOwner();
  }

  @Override
  public String kind() {
    return "Netty " + netty.transport + ", " + fibers.kind();
  }

  @Override
  public Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
    return fibers.newFiber(body, name, context, inherit);
  }

  @Override
  public void run() {
    fibers.run();
  }

  @Override
  public void interruptedInPoll() {
    fibers.interruptedInPoll();
  }

  @Override
  public boolean isConfined() {
    return fibers.isConfined();
  }

  @Override
  public boolean isHolder() {
    return fibers.isHolder();
  }

  @Override
  public boolean hasBlocked() {
    return fibers.hasBlocked();
  }

  @Override
  public void release(Fiber fiber) {
    fibers.release(fiber);
  }

  @Override
  public boolean hasThreads() {
    return fibers.hasThreads();
  }

  @Override
  public Thread thread(Fiber fiber, Runnable onStart, Runnable onInterrupt) {
    return fibers.thread(fiber, onStart, onInterrupt);
  }
}
