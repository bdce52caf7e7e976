package io.asyncrunner.benchmarks.contenders;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** Contenders whose tasks are virtual threads of the JDK's scheduler, and wait by what the JDK has for that. */
abstract class VirtualThreads extends DirectStyle {
  private final AtomicInteger started = new AtomicInteger();

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // what is measured
  final void pause() {
    Thread.yield();
  }

  @Override
  @SuppressWarnings("BusyWait") // a task that sleeps is what is measured
  final void sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  @Override
  Box newBox() {
    ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(1);
    return new Box() {
      @Override
      public void put(Integer item) throws InterruptedException {
        queue.put(item);
      }

      @Override
      public Integer take() throws InterruptedException {
        return queue.take();
      }
    };
  }

  /** Fair, as are the locks of all who have one of their own. */
  @Override
  final Lock newLock() {
    ReentrantLock lock = new ReentrantLock(true);
    return new Lock() {
      @Override
      public void acquire() {
        lock.lock();
      }

      @Override
      public void release() {
        lock.unlock();
      }
    };
  }

  @Override
  final Gate newGate() {
    started.set(0);
    CountDownLatch latch = new CountDownLatch(1);
    return new Gate() {
      @Override
      public void pass() throws InterruptedException {
        started.incrementAndGet();
        latch.await();
      }

      @Override
      public void open() {
        latch.countDown();
      }
    };
  }

  /** They begin to wait on threads of their own: a moment later than they say. */
  @Override
  final void awaitParked(int tasks) throws InterruptedException {
    while (started.get() < tasks) {
      Thread.onSpinWait();
    }
    Thread.sleep(100);
  }
}
