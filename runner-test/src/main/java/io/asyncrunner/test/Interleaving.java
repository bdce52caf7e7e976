package io.asyncrunner.test;

import io.asyncrunner.EventLoop;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The course that a simulated loop took, step by step. {@link #toString} prints it as a table.
 *
 * @param steps what ran, in this order
 * @param choices where that departs from the order of a usual loop
 */
public record Interleaving(List<Step> steps, Choices choices) {
  /** Makes one; copies the list. */
  public Interleaving {
    steps = List.copyOf(steps);
  }

  /**
   * One step: a task's from one suspension to the next, or a callback.
   *
   * @param number from 1 on
   * @param time since the loop was made
   * @param ready how many entries were ready
   * @param place which of them was taken, 0 for the oldest
   * @param what what ran
   * @param then where the task was suspended, or how it ended; empty for a callback
   */
  public record Step(int number, Duration time, int ready, int place, String what, String then) {}

  /**
   * The course of a loop up to now.
   *
   * @param loop made by a factory that {@linkplain SimulatedLoops#recording() records}
   * @return a snapshot
   * @throws IllegalArgumentException if the loop was not made by {@link SimulatedLoops}
   * @throws IllegalStateException if it does not record
   */
  public static Interleaving of(EventLoop loop) {
    return Simulation.of(loop).interleaving();
  }

  /** A table of the steps; those that depart from the usual order are marked with a star. */
  @Override
  public String toString() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"", "step", "time", "ready", "runs", "then"});
    Duration time = null;
    for (Step step : steps) {
      rows.add(new String[] {step.place > 0 ? "*" : "", Integer.toString(step.number),
          step.time.equals(time) ? "" : millis(step.time),
          step.place > 0 ? (step.place + 1) + " of " + step.ready : Integer.toString(step.ready), step.what,
          step.then});
      time = step.time;
    }
    return table(rows);
  }

  static String millis(Duration time) {
    return BigDecimal.valueOf(time.toNanos(), 6).stripTrailingZeros().toPlainString() + " ms";
  }

  private static String table(List<String[]> rows) {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String padding = " ".repeat(widths[i] - row[i].length());
        line.append(i == 1 || i == 2 || i == 3 ? padding + row[i] : row[i] + padding).append(i == 0 ? " " : "  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Tells whether the other took the same course. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Interleaving interleaving && steps.equals(interleaving.steps);
  }

  @Override
  public int hashCode() {
    return steps.hashCode();
  }
}
