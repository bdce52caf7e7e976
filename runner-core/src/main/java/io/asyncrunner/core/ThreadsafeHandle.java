package io.asyncrunner.core;

import io.asyncrunner.Context;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A callback that came from any thread and can be cancelled by any thread.
 *
 * <pre>
 * +--------+ run     +-----+
 * | QUEUED | ------> | RAN |
 * +--------+         +-----+
 *     |      cancel  +-----------+
 *     +------------> | CANCELLED |
 *                    +-----------+
 * </pre>
 *
 * One of the two wins, by compare-and-set; the loser has no effect.
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
  public void cancel() {
    STATE.compareAndSet(this, null, State.CANCELLED);
  }

  @Override
  public boolean isCancelled() {
    return state == State.CANCELLED;
  }
}
