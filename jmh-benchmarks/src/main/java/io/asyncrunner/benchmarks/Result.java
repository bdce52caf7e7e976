package io.asyncrunner.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line of what {@code bin/bench} prints.
 *
 * @param benchmark its name, with the parameter
 * @param contender who did it
 * @param value nanoseconds an operation, or bytes a task
 */
record Result(String benchmark, String contender, double value) {
  /** All lines after the header. */
  static List<Result> parse(List<String> csv) throws IOException {
    List<Result> results = new ArrayList<>();
    for (String line : csv.subList(Math.min(1, csv.size()), csv.size())) {
      String[] cells = line.split(",", -1);
      if (cells.length != 4) {
        throw new IOException("expected benchmark,contender,ns_per_op,error, found: " + line);
      }
      try {
        results.add(new Result(cells[0], cells[1], Double.parseDouble(cells[2])));
      } catch (NumberFormatException notMeasured) {
        throw new IOException("expected a number, found " + cells[2] + ": " + line, notMeasured);
      }
    }
    return results;
  }

  /** A value as people read it. */
  static String text(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%,.1f" : "%,.0f", value);
  }
}
