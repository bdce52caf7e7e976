package io.asyncrunner.core;

import io.asyncrunner.Context;
import io.asyncrunner.TimerHandle;

/** A callback in the timer queue, then in the ready queue. */
final class TimerHandleImpl extends HandleImpl implements TimerHandle {
  final long when;
  /** The timer queue's: place in the heap, or -1 while not in it. */
  int index = -1;

  TimerHandleImpl(Loop loop, Runnable callback, Context context, long when) {
    super(loop, callback, context);
    this.when = when;
  }

  @Override
  public void cancel() {
    super.cancel();
    if (index >= 0) {
      loop.removeTimer(this);
    }
  }

  @Override
  public long when() {
    loop.ensureOwnerOrClosed("TimerHandle.when");
    return when;
  }

  @Override
  public String toString() {
    return "TimerHandle[" + describe() + ", when=" + when + "]";
  }
}
