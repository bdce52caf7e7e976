package io.asyncrunner.compat.mutants;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes docs/mutants.md from what PIT has found: how many mutants of each class the conformance kit has killed, and each that
 * has survived. The reasons there are written by hand, and are kept: they belong to a mutation of a method, wherever its line is now.
 * What bin/mutants ends with; fails if too few are killed, or if a survivor has no reason.
 */
final class MutantsPage {
  private static final String HEADER = """
      # Mutants

      The engine and the API, changed in one small place at a time (by [PIT](https://pitest.org), its default mutators), and held against the
      conformance kit, and nothing else: a mutant is killed if a test of the kit fails on it, or never ends. `bin/mutants` makes this page;
      the reasons are written by hand, and stay when it is made again.

      """;
  private static final String NO_REASON = "?";
  private static final int DEMANDED_PERCENT = 85;

  private MutantsPage() {}

  /**
   * A mutant.
   *
   * @param type its class, with that around it, without the package
   * @param method the method
   * @param line where the change is
   * @param mutator PIT's name of the change
   * @param status what became of it
   */
  private record Mutant(String type, String method, int line, String mutator, String status) {
    /** A line of PIT's: file, class, mutator, method, line, status, test. */
    static Mutant of(String line) {
      String[] fields = line.split(",");
      return new Mutant(fields[1].substring(fields[1].lastIndexOf('.') + 1), fields[3], Integer.parseInt(fields[4]),
          fields[2].substring(fields[2].lastIndexOf('.') + 1).replace("Mutator", ""), fields[5]);
    }

    boolean isKilled() {
      return !status.equals("SURVIVED") && !status.equals("NO_COVERAGE");
    }

    String outerType() {
      return type.replaceAll("\\$.*", "");
    }

    /** What is in its row before the reason, but for the line. */
    String name() {
      return "`" + type + "." + method + "` | " + mutator + (status.equals("NO_COVERAGE") ? ", never run" : "");
    }
  }

  /** The file that PIT has written, and the page. */
  public static void main(String... arguments) throws IOException {
    Path page = Path.of(arguments[1]);
    List<Mutant> mutants = Files.readAllLines(Path.of(arguments[0])).stream().map(Mutant::of).toList();
    Map<String, List<String>> reasons = Files.exists(page) ? reasonsOf(page) : Map.of();
    Map<String, Integer> met = new HashMap<>();
    List<String> rows = new ArrayList<>();
    int unexplained = 0;
    for (Mutant mutant : mutants) {
      if (!mutant.isKilled()) {
        List<String> known = reasons.getOrDefault(mutant.name(), List.of());
        int index = met.merge(mutant.name(), 1, Integer::sum) - 1;
        String reason = index < known.size() ? known.get(index) : NO_REASON;
        unexplained += reason.equals(NO_REASON) ? 1 : 0;
        rows.add("| " + mutant.name() + " | " + mutant.line() + " | " + reason + " |");
      }
    }
    long killed = mutants.stream().filter(Mutant::isKilled).count();
    Files.writeString(page,
        HEADER + "**" + killed + " of " + mutants.size() + " are killed: " + percent(killed, mutants.size())
            + " %.**\n\n| class | mutants | killed | |\n|---|---:|---:|---:|\n" + table(mutants)
            + "\n## Survivors\n\n| method | change | line | why |\n|---|---|---:|---|\n"
            + rows.stream().map(row -> row + "\n").collect(Collectors.joining()));
    System.out.println(
        killed + " of " + mutants.size() + " mutants killed, " + unexplained + " survivors without a reason: " + page);
    if (killed * 100 < mutants.size() * (long) DEMANDED_PERCENT || unexplained > 0) {
      System.exit(1);
    }
  }

  private static long percent(long part, long whole) {
    return part * 100 / Math.max(1, whole);
  }

  private static String table(List<Mutant> mutants) {
    StringBuilder table = new StringBuilder();
    mutants.stream().collect(groupingBy(Mutant::outerType, TreeMap::new, Collectors.toList())).forEach((type, all) -> {
      long killed = all.stream().filter(Mutant::isKilled).count();
      table.append("| `")
          .append(type)
          .append("` | ")
          .append(all.size())
          .append(" | ")
          .append(killed)
          .append(" | ")
          .append(percent(killed, all.size()))
          .append(" % |\n");
    });
    return table.toString();
  }

  /** By what is in a row before them: of mutants that differ in nothing but the line, in the order of the lines. */
  private static Map<String, List<String>> reasonsOf(Path page) throws IOException {
    return Files.readAllLines(page)
        .stream()
        .map(line -> line.split(" \\| ", 4))
        .filter(fields -> fields.length == 4 && fields[0].startsWith("| `") && fields[2].matches("\\d+"))
        .collect(groupingBy(fields -> fields[0].substring(2) + " | " + fields[1], LinkedHashMap::new,
            Collectors.mapping(fields -> fields[3].replaceAll(" \\|$", ""), Collectors.toList())));
  }
}
