package io.asyncrunner.internal;

import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.LoopEngine;

/** What an interruption becomes where it leaves a coroutine. */
public final class Interruptions {
  private Interruptions() {}

  /**
   * The cancellation of the calling task that an interruption is, which is thrown in its place. Any thread: outside a task it is one that
   * nobody has asked for.
   *
   * @param interruption what left a coroutine
   * @return the cancellation, caused by the interruption
   */
  public static CancelledError asCancellation(InterruptedException interruption) {
    EventLoop loop = EventLoop.runningOrNull();
    if (loop != null && LoopEngine.of(loop).asCancellation(interruption) instanceof CancelledError cancelled) {
      return cancelled;
    }
    return new CancelledError("the thread was interrupted", null, Long.MAX_VALUE, interruption, false);
  }
}
