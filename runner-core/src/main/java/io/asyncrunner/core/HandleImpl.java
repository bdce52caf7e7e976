package io.asyncrunner.core;

import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Handle;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Droppable;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.Surroundings;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A callback in the ready queue, with what it runs in. Confined to the loop. */
class HandleImpl implements Handle {
  private static final Logger LOGGER = Loggers.get("io.asyncrunner");

  final Loop loop;
  final Context context;
  /** What the propagators captured: {@code null} without any, and for callbacks of the library. */
  final ContextPropagator.@Nullable Snapshot propagated;
  /** The context class loader of whoever gave it to the loop; not used in place. */
  final @Nullable ClassLoader classLoader;
  /** Whether it may run on the bare loop thread. */
  final boolean inPlace;
  /** The {@code Runnable}, or for a {@link DoneCallback} the {@code Consumer}; {@code null} once cancelled. */
  @Nullable Object callback;

  /** Debug mode: where the callback was given to the loop. */
  private final @Nullable Throwable origin;

  /** A callback of whoever calls. If there are propagators, calls user code. */
  HandleImpl(Loop loop, Object callback, Context context) {
    this.origin = originIn(loop);
    this.loop = loop;
    this.callback = callback;
    this.context = context;
    this.inPlace = callback instanceof InPlace;
    this.classLoader = inPlace ? null : Thread.currentThread().getContextClassLoader();
    this.propagated = inPlace ? null : loop.capturePropagatedFor(callback);
  }

  /** The loop's own report of something, in surroundings of that. */
  HandleImpl(Loop loop, Runnable report, Surroundings surroundings) {
    this.origin = originIn(loop);
    this.loop = loop;
    this.callback = (Runnable) () -> loop.runReport(report, surroundings);
    this.context = new Context();
    this.inPlace = false;
    this.classLoader = null;
    this.propagated = null;
  }

  private static @Nullable Throwable originIn(Loop loop) {
    return loop.isInDebugMode() ? new Throwable("where the callback was given to the loop") : null;
  }

  /** What it runs in. */
  final Surroundings surroundings() {
    return new Surroundings(context, propagated, classLoader);
  }

  /** Calls the callback, unless cancelled. */
  void run() {
    Object uncancelled = callback;
    if (uncancelled != null) {
      ((Runnable) uncancelled).run();
    }
  }

  @Override
  public void cancel() {
    loop.ensureOwnerOrClosed("Handle.cancel");
    callback = null;
  }

  @Override
  public boolean isCancelled() {
    loop.ensureOwnerOrClosed("Handle.isCancelled");
    return isOff();
  }

  /** As {@link #isCancelled}, to the loop itself. */
  boolean isOff() {
    return callback == null;
  }

  /** The loop has closed without calling it. */
  void drop() {
    Object dropped = callback;
    if (dropped instanceof Droppable droppable) {
      droppable.dropped();
    } else if (dropped instanceof Future<?> future) {
      try {
        future.cancel(false);
      } catch (Throwable thrown) { // what is told of it is user code
        LOGGER.error("a future that was given to {} failed when it was cancelled, because the loop was closed", loop,
            thrown);
      }
    }
  }

  /** Debug mode: says where a callback that failed came from. */
  final void addOrigin(Throwable thrown) {
    if (origin != null) {
      thrown.addSuppressed(origin);
    }
  }

  /** What the callback is, without calling any code of its own. */
  final String describe() {
    Object described = callback;
    return described == null ? "cancelled" : described.getClass().getName();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName().replace("Impl", "") + "[" + describe() + "]";
  }
}
