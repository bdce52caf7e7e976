package io.asyncrunner.core;

import org.jspecify.annotations.Nullable;

/**
 * A thread that runs a loop once for another one that cannot, and waits meanwhile. An interrupt of the one that waits is passed on, and
 * the interrupt status that the run leaves is passed back.
 */
final class Carrier implements Runnable {
  private final Runnable run;
  private @Nullable Throwable thrown;
  private boolean interrupted;

  private Carrier(Runnable run) {
    this.run = run;
  }

  /** Runs something on a new thread, to its end; throws what that throws. */
  static void run(Runnable run) {
    Carrier carrier = new Carrier(run);
    Thread thread = new Thread(null, carrier, "asyncrunner-carrier", 0, false);
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException passedOn) {
        interrupted = true; // also if the run was over already
        thread.interrupt();
      }
    }
    if (interrupted || carrier.interrupted) {
      Thread.currentThread().interrupt();
    }
    if (carrier.thrown != null) {
      throw Loop.sneaky(carrier.thrown);
    }
  }

  @Override
  public void run() {
    try {
      run.run();
    } catch (Throwable failed) {
      thrown = failed;
    }
    interrupted = Thread.interrupted();
  }
}
