package io.asyncrunner.core;

import io.asyncrunner.Context;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A callback that came from any thread and can be cancelled by any thread.
 *
 * <pre>
 * +--------+ run              +-----+
 * | QUEUED | ---------------> | RAN |
 * +--------+                  +-----+
 *     |      cancel, drop,    +-----------+
 *     +---------------------> | CANCELLED |
 *            withdraw         +-----------+
 * </pre>
 *
 * One of them wins, by compare-and-set; the others have no effect. So one that comes while the loop closes is run, or dropped, or
 * refused to its sender, and never two of these.
 */
final class ThreadsafeHandle extends HandleImpl {
  private enum State {
    RAN,
    CANCELLED
  }

  private static final AtomicReferenceFieldUpdater<ThreadsafeHandle, @Nullable State> STATE = AtomicReferenceFieldUpdater
      .newUpdater(ThreadsafeHandle.class, State.class, "state");

  private volatile @Nullable State state; // null: queued

  ThreadsafeHandle(Loop loop, Runnable callback, Context context) {
    super(loop, callback, context);
  }

  @Override
  void run() {
    if (STATE.compareAndSet(this, null, State.RAN)) {
      super.run();
    }
  }

  @Override
  void drop() {
    if (withdraw()) {
      super.drop();
    }
  }

  /** Takes it back from the loop; false if it has been run, dropped or cancelled. */
  boolean withdraw() {
    return STATE.compareAndSet(this, null, State.CANCELLED);
  }

  @Override
  public void cancel() {
    withdraw();
  }

  @Override
  public boolean isCancelled() {
    return isOff();
  }

  @Override
  boolean isOff() {
    return state == State.CANCELLED;
  }
}
