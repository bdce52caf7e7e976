package io.asyncrunner.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks for fewer choices with which a program still fails in the same way: delta debugging over the list of choices, then a
 * look at the courses with a single switch.
 */
final class Shrinker {
  private static final int MOST_RUNS = 1000;
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Explorer.Program program;
  private final SimulatedLoops loops;
  private final Throwable failure;
  private final long began = System.nanoTime();
  private int runs;
  private Choices best;

  Shrinker(Explorer.Program program, SimulatedLoops loops, Throwable failure, Choices choices) {
    this.program = program;
    this.loops = loops;
    this.failure = failure;
    this.best = choices;
  }

  int runs() {
    return runs;
  }

  /** The fewest choices that were found; {@code null} if the program does not even fail with those that it failed with. */
  @Nullable Choices shrink() {
    if (!fails(best.entries())) {
      return null;
    }
    if (fails(List.of())) {
      return best;
    }
    removeChunks();
    if (best.size() > 1) {
      trySingleSwitches();
    }
    return best;
  }

  /** Runs the program with some choices; keeps those that it in fact made if it fails, and they are fewer. */
  private boolean fails(List<Map.Entry<Integer, Integer>> candidate) {
    runs++;
    Attempt attempt = Attempt.of(program, loops.withChoices(Choices.of(candidate)));
    if (!attempt.failedAs(failure)) {
      return false;
    }
    if (attempt.choices().size() <= best.size()) {
      best = attempt.choices();
    }
    return true;
  }

  private boolean hasBudget() {
    return runs < MOST_RUNS && System.nanoTime() - began < MOST_NANOS;
  }

  /** Leaves out ever smaller chunks, until none can be left out. */
  private void removeChunks() {
    int chunk = Math.max(1, best.size() / 2);
    while (hasBudget()) {
      boolean removed = false;
      for (int from = 0; from < best.size() && hasBudget();) {
        int before = best.size();
        List<Map.Entry<Integer, Integer>> candidate = new ArrayList<>(best.entries());
        candidate.subList(from, Math.min(from + chunk, candidate.size())).clear();
        if (fails(candidate) && best.size() < before) {
          removed = true;
        } else {
          from += chunk;
        }
      }
      if (chunk == 1 && !removed) {
        return;
      }
      chunk = Math.max(1, chunk / 2);
    }
  }

  private void trySingleSwitches() {
    Attempt usual = Attempt.of(program, loops.withChoices(Choices.NONE).recording());
    runs++;
    if (usual.simulation() == null) {
      return;
    }
    for (Interleaving.Step step : usual.simulation().interleaving().steps()) {
      for (int place = 1; place < step.ready(); place++) {
        if (!hasBudget() || fails(List.of(Map.entry(step.number(), place)))) {
          return;
        }
      }
    }
  }
}
