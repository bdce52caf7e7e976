package io.asyncrunner.compat.oracle;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says when one of many pieces of work, done one after another by one thread, takes too long in real time. One thread for
 * all of them, which looks every now and then, so that beginning and ending a piece costs a write each.
 */
final class Watchdog implements AutoCloseable {
  private final Duration limit;
  private final Consumer<String> onOverdue;
  private final Thread thread;
  private volatile @Nullable Piece current;

  private record Piece(String name, long since) {}

  /**
   * Makes a watchdog and starts its thread.
   *
   * @param limit how long a piece may take
   * @param onOverdue gets the name of a piece that takes longer, once, on the watchdog's thread
   */
  Watchdog(Duration limit, Consumer<String> onOverdue) {
    this.limit = limit;
    this.onOverdue = onOverdue;
    this.thread = Thread.ofPlatform().daemon().name("watchdog").start(this::watch);
  }

  void begin(String name) {
    current = new Piece(name, System.nanoTime());
  }

  void end() {
    current = null;
  }

  private void watch() {
    long pause = Math.max(1, limit.toMillis() / 20);
    try {
      while (true) {
        Thread.sleep(pause);
        Piece piece = current;
        if (piece != null && System.nanoTime() - piece.since > limit.toNanos()) {
          onOverdue.accept(piece.name);
          return;
        }
      }
    } catch (InterruptedException closed) {
      // The work is done: there is nothing left to watch.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
