package io.asyncrunner.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A program that prints the CSV of {@code bin/bench} on standard input as a Markdown table, a column for each contender. */
public final class Tables {
  private Tables() {}

  /**
   * Runs the program.
   *
   * @param args the contenders in the order of the columns; none for all that are there
   * @throws IOException if the input cannot be read, or is not what {@code bin/bench} prints
   */
  public static void main(String[] args) throws IOException {
    List<String> lines;
    try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      lines = input.lines().toList();
    }
    new PrintStream(System.out, true, StandardCharsets.UTF_8).print(draw(lines, List.of(args)));
  }

  /**
   * Makes a table.
   *
   * @param csv the lines that {@code bin/bench} printed, the header included
   * @param chosen the contenders; none for all
   * @return the table; a benchmark that none of them did is left out
   * @throws IOException if a line is not what {@code bin/bench} prints
   */
  static String draw(List<String> csv, List<String> chosen) throws IOException {
    Map<String, Map<String, Double>> rows = new LinkedHashMap<>();
    Set<String> contenders = new LinkedHashSet<>(chosen);
    for (Result result : Result.parse(csv)) {
      if (chosen.isEmpty() || chosen.contains(result.contender())) {
        contenders.add(result.contender());
        rows.computeIfAbsent(result.benchmark(), absent -> new LinkedHashMap<>())
            .put(result.contender(), result.value());
      }
    }
    Formatter table = new Formatter(Locale.ROOT);
    table.format("| | %s |%n|---|%s%n", String.join(" | ", contenders), "---:|".repeat(contenders.size()));
    rows.forEach((benchmark, values) -> {
      table.format("| %s |", benchmark);
      for (String contender : contenders) {
        Double value = values.get(contender);
        table.format(" %s |", value == null ? "–" : Result.text(value));
      }
      table.format("%n");
    });
    return table.toString();
  }
}
