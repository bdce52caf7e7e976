package io.asyncrunner.examples.linkcheck;

import io.asyncrunner.Async;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;

/** A line at the bottom of the terminal that tells how far it is. */
final class ProgressBar {
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final int BAR = 24;
  private static final int WIDTH = 79; // of the whole line: one that wraps could not be drawn over
  private static final String ERASE = "\r\033[K";

  private final Report report;
  private final PrintWriter terminal;
  private final boolean shown;
  private boolean over; // guarded by this

  ProgressBar(Report report, PrintWriter terminal, boolean shown) {
    this.report = report;
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Tells whether somebody is looking. */
  @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 never say null, 25 does again where there is no terminal
  static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Draws until it is cancelled. */
  void keepDrawing(Web web) {
    if (!shown) {
      return;
    }
    try {
      while (true) {
        String line = report.total() == 0
            ? "reading: " + report.documents()
            : line(report.checked(), report.total(), report.broken(), web.latestHost());
        // A terminal that is paused (Ctrl-S) blocks who writes to it. On a thread it blocks only this task.
        Async.toThread(() -> draw(line));
        Async.sleep(REDRAW);
      }
    } finally {
      erase();
    }
  }

  static String line(int checked, int total, int broken, String host) {
    int filled = (int) ((long) BAR * checked / total);
    String line = "[" + "#".repeat(filled) + "-".repeat(BAR - filled) + "] " + checked + "/" + total
        + (broken == 0 ? "" : ", " + broken + " broken") + "  " + Table.printable(host);
    return line.length() > WIDTH ? line.substring(0, WIDTH) : line;
  }

  // A task that is cancelled in toThread does not wait for the thread: the last line may come after its end. Not here.

  private synchronized void draw(String line) {
    if (!over) {
      terminal.print(ERASE + line);
      terminal.flush();
    }
  }

  private synchronized void erase() {
    over = true;
    terminal.print(ERASE);
    terminal.flush();
  }
}
