package io.asyncrunner.benchmarks.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;

/** Threads outside a loop that send it callbacks, all of them as fast as they can. They wait between the operations. */
public final class Feeders implements AutoCloseable {
  private final int perThread;
  private final List<Feeder> feeders = new ArrayList<>();

  /**
   * Starts the threads.
   *
   * @param threads how many
   * @param callbacks how many they send in one operation, all together; a multiple of {@code threads}
   */
  public Feeders(int threads, int callbacks) {
    this.perThread = callbacks / threads;
    for (int i = 0; i < threads; i++) {
      feeders.add(new Feeder());
    }
    feeders.forEach(Thread::start);
  }

  /**
   * How many callbacks come in one operation.
   *
   * @return the number
   */
  public int total() {
    return perThread * feeders.size();
  }

  /**
   * Has all threads begin to send.
   *
   * @param loop where to
   * @param callback what to send, again and again
   * @throws InterruptedException if the caller is interrupted
   */
  public void start(Executor loop, Runnable callback) throws InterruptedException {
    Runnable feeding = () -> {
      for (int i = 0; i < perThread; i++) {
        loop.execute(callback);
      }
    };
    for (Feeder feeder : feeders) {
      feeder.work.put(feeding);
    }
  }

  @Override
  public void close() {
    feeders.forEach(Thread::interrupt);
  }

  private static final class Feeder extends Thread {
    final SynchronousQueue<Runnable> work = new SynchronousQueue<>();

    Feeder() {
      super("feeder");
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        for (;;) {
          work.take().run();
        }
      } catch (InterruptedException closed) {
        // The end of the feeding.
      }
    }
  }
}
