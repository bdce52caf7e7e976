package io.asyncrunner.tck.support;

import io.asyncrunner.spi.Ticker;
import org.jspecify.annotations.Nullable;

/** The real clock, which has another thread do something when the loop is about to wait, before it does. */
public final class WaitHook implements Ticker {
  private @Nullable Runnable action; // of the holder of the loop

  @Override
  public long nanoTime() {
    return SYSTEM.nanoTime();
  }

  @Override
  public long waitNanos(long deadline) {
    Runnable taken = action;
    if (taken != null) {
      action = null;
      Thread other = new Thread(taken, "other");
      other.start();
      try {
        other.join();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
    }
    return SYSTEM.waitNanos(deadline);
  }

  /** In a task, which is about to wait. */
  public void beforeTheNextWait(Runnable onAnotherThread) {
    action = onAnotherThread;
  }
}
