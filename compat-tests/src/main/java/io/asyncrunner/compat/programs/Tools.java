package io.asyncrunner.compat.programs;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;

/** The library, where a test may put a defect between it and the programs. */
class Tools {
  /** Something to be taken and given back. */
  interface Mutex {
    void acquire();

    void release();

    /** Runs code that holds it. */
    default void with(Coroutine<?, Exception> body) throws Exception {
      acquire();
      try {
        body.run();
      } finally {
        release();
      }
    }
  }

  Mutex newLock() {
    AsyncLock lock = new AsyncLock();
    return new Mutex() {
      @Override
      public void acquire() {
        lock.acquire();
      }

      @Override
      public void release() {
        lock.release();
      }

      @Override
      public void with(Coroutine<?, Exception> body) throws Exception {
        lock.with(() -> {
          body.run();
        });
      }

      @Override
      public String toString() {
        return lock.toString();
      }
    };
  }

  Mutex newSemaphore(int permits) {
    AsyncSemaphore semaphore = permits % 2 == 0 ? new AsyncSemaphore(permits) : new BoundedAsyncSemaphore(permits);
    return new Mutex() {
      @Override
      public void acquire() {
        semaphore.acquire();
      }

      @Override
      public void release() {
        semaphore.release();
      }

      @Override
      public void with(Coroutine<?, Exception> body) throws Exception {
        semaphore.with(() -> {
          body.run();
        });
      }

      @Override
      public String toString() {
        return semaphore.toString();
      }
    };
  }

  <T> T get(AsyncQueue<T> queue) {
    return queue.get();
  }

  <T> void put(AsyncQueue<T> queue, T item) {
    queue.put(item);
  }

  void set(AsyncEvent event) {
    event.set();
  }

  <T> T await(AsyncFuture<T> future) {
    return future.await();
  }

  void close(AsyncGenerator<?> generator) {
    generator.close();
  }

  /** What a task is made of. */
  <T> Coroutine<T, Exception> body(Coroutine<T, Exception> body) {
    return body;
  }
}
