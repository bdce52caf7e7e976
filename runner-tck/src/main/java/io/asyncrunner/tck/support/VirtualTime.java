package io.asyncrunner.tck.support;

import io.asyncrunner.spi.Ticker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that starts at zero and jumps to the next timer when nothing is ready. Where there is no timer, the loop waits in
 * real time for other threads.
 */
public final class VirtualTime implements Ticker {
  private volatile long nanos; // written by the holder of the loop alone
  private final List<Long> deadlines = new CopyOnWriteArrayList<>();

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public long waitNanos(long deadline) {
    if (deadline == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    deadlines.add(deadline);
    nanos = Math.max(nanos, deadline);
    return 0;
  }

  /** The deadlines that it jumped to: those of timers that were there. Empty if the loop goes by a clock of its own. */
  public List<Long> deadlines() {
    return deadlines;
  }
}
