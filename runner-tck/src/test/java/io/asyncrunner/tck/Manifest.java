package io.asyncrunner.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The manifest: a row for each test of CPython's, with what it asserts and which test of the kit covers it. */
final class Manifest {
  static final Path FILE = Path.of("src/main/resources/io/asyncrunner/tck/manifest.csv");

  private static final String HEADER = "id,python,applies,reason,behaviour,test";

  /** Modules of CPython's that have not been ported yet. */
  private static final Set<String> LATER = Set.of("test_graph", "test_tools");

  private Manifest() {}

  /**
   * A row.
   *
   * @param id module, class and method
   * @param python the first version of CPython with that test
   * @param applies {@code yes}, {@code adapted} or {@code no}
   * @param reason why it is adapted or does not apply, or a hint
   * @param behaviour what is asserted
   * @param test the test of the kit that covers it, {@code later}, or empty
   */
  record Row(String id, String python, String applies, String reason, String behaviour, String test) {
    String module() {
      return id.substring(0, id.indexOf('.'));
    }

    /** Whether it applies, and its module has not been ported yet. */
    boolean isLater() {
      return LATER.contains(module()) && !applies.equals("no");
    }

    /** Whether the kit has to have a test for it. */
    boolean isToBeCovered() {
      return !applies.equals("no") && !isLater();
    }

    Row withTest(String covering) {
      return new Row(id, python, applies, reason, behaviour, covering);
    }

    private String line() {
      return Arrays.stream(new String[] {id, python, applies, reason, behaviour, test})
          .map(field -> field.matches("[^\",]*") ? field : '"' + field.replace("\"", "\"\"") + '"')
          .collect(Collectors.joining(","));
    }
  }

  static List<Row> read() throws IOException {
    List<String> lines = Files.readAllLines(FILE);
    if (!lines.get(0).equals(HEADER)) {
      throw new IOException(FILE + ": the first line is " + lines.get(0) + " (expected " + HEADER + ")");
    }
    return lines.stream().skip(1).map(Manifest::parse).toList();
  }

  static void write(List<Row> rows) throws IOException {
    List<String> lines = new ArrayList<>(List.of(HEADER));
    rows.forEach(row -> lines.add(row.line()));
    Files.write(FILE, lines);
  }

  /** Fields are separated by commas; one with a comma in it is in quotes, and quotes in it are doubled. */
  private static Row parse(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    if (quoted || fields.size() != 6) {
      throw new IllegalArgumentException(FILE + ": not six fields: " + line);
    }
    return new Row(fields.get(0), fields.get(1), fields.get(2), fields.get(3), fields.get(4), fields.get(5));
  }
}
