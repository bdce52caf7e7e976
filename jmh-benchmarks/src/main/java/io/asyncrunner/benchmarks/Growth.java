package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.contenders.Contenders;
import io.asyncrunner.benchmarks.ops.Ops;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A program that shows how costs grow, from a hundred to a million: for each number of tasks, timers and queued callbacks the
 * best time of several, an operation. It fails if one doubling of the work takes more than {@value #LIMIT} times as long.
 *
 * <p>The numbers are tried in turn, again and again, so that a machine that is slow for a while is slow for all of them. The heap is to be
 * large enough that no collection comes while a million tasks are alive: what is looked for is the library's growth.
 */
public final class Growth {
  private static final int FIRST = 100;
  private static final int LAST = 1_000_000;
  private static final double LIMIT = 2.3;

  /** In each round a number is tried as often as comes to this many operations. */
  private static final int OPERATIONS = 200_000;

  /** And at least so often. */
  private static final int TRIES = 2;

  private interface Work {
    int run(int size) throws Exception;
  }

  private Growth() {}

  /**
   * Runs the program.
   *
   * @param args the number of rounds
   * @throws Exception never
   */
  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    Map<String, Work> works = new LinkedHashMap<>();
    boolean grewTooFast = false;
    try (var contender = Contenders.create("confined")) {
      contender.open();
      works.put("tasks", ((Ops.SpawnJoin) contender)::spawnAndJoin);
      works.put("timersFired", ((Ops.Timers) contender)::setAndFire);
      works.put("timersCancelled", ((Ops.Timers) contender)::setAndCancel);
      works.put("callbacks", size -> ((Ops.CallSoon) contender).runChains(size, 1));
      for (Map.Entry<String, Work> work : works.entrySet()) {
        grewTooFast |= !grows(work.getKey(), work.getValue(), rounds);
      }
    }
    if (grewTooFast) {
      System.exit(1);
    }
  }

  /** Prints the times; false if one is more than the limit allows. */
  private static boolean grows(String what, Work work, int rounds) throws Exception {
    Map<Integer, Long> best = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      if (round == 1) {
        best.clear(); // compiled from here on
      }
      for (int size = FIRST; size < 2 * LAST; size *= 2) {
        System.gc();
        for (int i = 0; i < TRIES || i < OPERATIONS / size; i++) {
          long began = System.nanoTime();
          work.run(size);
          best.merge(size, System.nanoTime() - began, Math::min);
        }
      }
    }
    boolean withinLimit = true;
    double before = Double.NaN;
    for (Map.Entry<Integer, Long> entry : best.entrySet()) {
      int size = entry.getKey();
      double nanos = entry.getValue();
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
}
