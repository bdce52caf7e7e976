package io.asyncrunner.benchmarks.contenders;

import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/** Chains of callbacks: each queues the next, and the last of all tells how many there were. */
final class Chains {
  private final int total;
  private final Executor loop;
  private final IntSupplier counter;
  private final IntConsumer whenDone;

  Chains(int total, Executor loop, IntSupplier counter, IntConsumer whenDone) {
    this.total = total;
    this.loop = loop;
    this.counter = counter;
    this.whenDone = whenDone;
  }

  /** A chain's first callback, which is the others too. */
  Runnable newChain(int length) {
    return new Runnable() {
      private int left = length;

      @Override
      public void run() {
        int ran = counter.getAsInt();
        if (--left > 0) {
          loop.execute(this);
        } else if (ran == total) {
          whenDone.accept(ran);
        }
      }
    };
  }

  /** A counter for one thread. */
  static IntSupplier plainCounter() {
    return new IntSupplier() {
      private int count;

      @Override
      public int getAsInt() {
        return ++count;
      }
    };
  }
}
