package io.asyncrunner.core;

import io.asyncrunner.Context;
import io.asyncrunner.Handle;
import io.asyncrunner.spi.Droppable;
import io.asyncrunner.spi.InPlace;
import org.jspecify.annotations.Nullable;

/** A callback in the ready queue, with what it runs in. Confined to the loop. */
class HandleImpl implements Handle {
  final Loop loop;
  final Context context;
  /** Whether it may run on the bare loop thread. */
  final boolean inPlace;
  /** The {@code Runnable}, or for a {@link DoneCallback} the {@code Consumer}; {@code null} once cancelled. */
  @Nullable Object callback;

  /** Debug mode: where the callback was given to the loop. */
  private final @Nullable Throwable origin;

  HandleImpl(Loop loop, Object callback, Context context) {
    this.origin = loop.isInDebugMode() ? new Throwable("where the callback was given to the loop") : null;
    this.loop = loop;
    this.callback = callback;
    this.context = context;
    this.inPlace = callback instanceof InPlace;
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
    if (callback instanceof Droppable) {
      ((Droppable) callback).dropped();
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
