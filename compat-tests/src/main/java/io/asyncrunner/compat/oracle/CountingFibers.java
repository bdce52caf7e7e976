package io.asyncrunner.compat.oracle;

import io.asyncrunner.Context;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.Fibers;
import org.jspecify.annotations.Nullable;

/** Fibers of some kind, and how often their loop has been run. */
final class CountingFibers implements Fibers {
  private final Fibers fibers;
  private final Runnable onRun;

  private CountingFibers(Fibers fibers, Runnable onRun) {
    this.fibers = fibers;
    this.onRun = onRun;
  }

  /** Makes fibers that tell when a run begins. */
  static FiberFactory of(FiberFactory kind, Runnable onRun) {
    return host -> new CountingFibers(kind.attach(host), onRun);
  }

  @Override
  public void run() {
    onRun.run();
    fibers.run();
  }

  @Override
  public String kind() {
    return fibers.kind();
  }

  @Override
  public Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
    return fibers.newFiber(body, name, context, inherit);
  }

  @Override
  public void ensureCanRun() {
    fibers.ensureCanRun();
  }

  @Override
  public boolean needsCarrier() {
    return fibers.needsCarrier();
  }

  @Override
  public void ensureCanClose() {
    fibers.ensureCanClose();
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
