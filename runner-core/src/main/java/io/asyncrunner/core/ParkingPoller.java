package io.asyncrunner.core;

import io.asyncrunner.spi.Poller;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits by parking the thread; for loops that serve no channels.
 *
 * <p>A wake-up must not be lost when it comes just before the waiting. The two sides are Dekker's: {@code poll} writes
 * {@code waiter} and then reads {@code signalled}; {@code wakeup} writes {@code signalled} and then reads {@code waiter}. All
 * four are volatile, so at least one side sees the other: {@code poll} does not park, or it is unparked.
 */
final class ParkingPoller implements Poller {
  private static final long PAUSE_MILLIS = 1;

  private volatile @Nullable Thread waiter;
  private volatile boolean signalled;

  @Override
  public void poll(long maxWaitNanos) {
    if (maxWaitNanos <= 0) {
      return; // nothing to look for but a wake-up, which ends the next wait at once
    }
    waiter = Thread.currentThread();
    if (!signalled) {
      try {
        if (maxWaitNanos == Long.MAX_VALUE) {
          LockSupport.park(this);
        } else {
          LockSupport.parkNanos(this, maxWaitNanos);
        }
      } catch (StackOverflowError unparkable) {
        pause();
      }
    }
    waiter = null;
    signalled = false;
  }

  /**
   * A virtual thread whose stack is so deep that the JDK lacks the stack to put it aside cannot park; but it can wait on a monitor,
   * which then takes its carrier along. A poll may end early.
   */
  @SuppressWarnings("WaitNotInLoop") // as said
  private synchronized void pause() {
    try {
      wait(PAUSE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void wakeup() {
    signalled = true;
    Thread thread = waiter;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void close() {}
}
