package io.asyncrunner.examples.linkcheck;

import java.util.ArrayList;
import java.util.List;

/** Columns of text. */
final class Table {
  /** A cell that is longer sticks out, instead of pushing the next column off the screen in all rows. */
  private static final int MAX_WIDTH = 60;

  private final List<String[]> rows = new ArrayList<>();

  Table(String... headings) {
    rows.add(headings);
  }

  void add(String... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      row[i] = printable(cells[i]);
    }
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  List<String> lines() {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        if (row[i].length() <= MAX_WIDTH) {
          widths[i] = Math.max(widths[i], row[i].length());
        }
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      line.append(row[i]).repeat(' ', Math.max(0, widths[i] - row[i].length()) + 2);
    }
    return line.toString().stripTrailing();
  }

  /** Without the characters that would make a terminal do things: the text comes from documents that anybody wrote. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
  }
}
