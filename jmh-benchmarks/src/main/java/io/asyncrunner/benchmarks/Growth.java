package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.contenders.Contenders;
import io.asyncrunner.benchmarks.ops.Ops;
import java.util.Locale;

/**
 * A program that shows how costs grow, from a hundred to a million: for each number of tasks, timers and queued callbacks the
 * best time of several, an operation. It fails if one doubling of the work takes more than {@value #LIMIT} times as long.
 */
public final class Growth {
  private static final int FIRST = 100;
  private static final int LAST = 1_000_000;
  private static final double LIMIT = 2.3;

  private interface Work {
    int run(int size) throws Exception;
  }

  private Growth() {}

  /**
   * Runs the program.
   *
   * @param args how often each is tried at least
   * @throws Exception never
   */
  public static void main(String[] args) throws Exception {
    int tries = Integer.parseInt(args[0]);
    boolean[] grewTooFast = {false};
    try (var contender = Contenders.create("confined")) {
      contender.open();
      grewTooFast[0] |= !grows("tasks", ((Ops.SpawnJoin) contender)::spawnAndJoin, tries);
      grewTooFast[0] |= !grows("timersFired", ((Ops.Timers) contender)::setAndFire, tries);
      grewTooFast[0] |= !grows("timersCancelled", ((Ops.Timers) contender)::setAndCancel, tries);
      grewTooFast[0] |= !grows("callbacks", size -> ((Ops.CallSoon) contender).runChains(size, 1), tries);
    }
    if (grewTooFast[0]) {
      System.exit(1);
    }
  }

  /** Prints the times; false if one is more than the limit allows. */
  private static boolean grows(String what, Work work, int tries) throws Exception {
    best(work, FIRST, 20_000); // compiled from here on
    boolean withinLimit = true;
    double before = Double.NaN;
    for (int size = FIRST; size < 2 * LAST; size *= 2) {
      double nanos = best(work, size, Math.max(tries, LAST / size));
      System.out.printf(Locale.ROOT, "Growth[%s:%d],confined,%.2f,%.2f%n", what, size, nanos / size, 0.0);
      if (nanos > LIMIT * before) {
        withinLimit = false;
        System.err.printf(Locale.ROOT, "Growth[%s]: %d took %.2f times as long as half of it (expected at most %.1f)%n",
            what, size, nanos / before, LIMIT);
      }
      before = nanos;
    }
    return withinLimit;
  }

  private static double best(Work work, int size, int tries) throws Exception {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < tries; i++) {
      long began = System.nanoTime();
      work.run(size);
      best = Math.min(best, System.nanoTime() - began);
    }
    return best;
  }
}
