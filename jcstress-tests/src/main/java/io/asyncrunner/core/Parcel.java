package io.asyncrunner.core;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.Droppable;
import io.asyncrunner.spi.InPlace;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A callback that counts what becomes of it. */
final class Parcel implements Runnable, Droppable, InPlace {
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger drops = new AtomicInteger();
  private boolean refused; // the sender's

  void sendTo(EventLoop loop) {
    try {
      loop.execute(this);
    } catch (RejectedExecutionException closed) {
      refused = true;
    }
  }

  @Override
  public void run() {
    runs.incrementAndGet();
  }

  @Override
  public void dropped() {
    drops.incrementAndGet();
  }

  /** What became of it, when all is over; one of the three words if all is well. */
  String fate() {
    if (refused && runs.get() == 0 && drops.get() == 0) {
      return "refused";
    }
    if (!refused && runs.get() == 1 && drops.get() == 0) {
      return "ran";
    }
    if (!refused && runs.get() == 0 && drops.get() == 1) {
      return "dropped";
    }
    return "runs=" + runs + " drops=" + drops + " refused=" + refused;
  }
}
