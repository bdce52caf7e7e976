package io.asyncrunner.compat.oracle;

import io.asyncrunner.spi.FiberFactory;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Reads scenarios, one JSON object a line, and writes their traces, one JSON object a line, in the same order.
 *
 * <pre>{@code
 * oracle [--loop confined|handoff|platform] < scenarios.jsonl > traces.jsonl
 * }</pre>
 *
 * <p>Ends with status 0 if every scenario was run; 1 if one could not be, which is said on standard error; 2 if it was
 * called in a way that it does not understand.
 */
public final class OracleMain {
  private static final String USAGE = "usage: oracle [--loop " + LoopKind.options("|")
      + "] < scenarios.jsonl > traces.jsonl";

  /** In real time. A scenario takes about a millisecond, some tens on fibers that are platform threads. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;

  private OracleMain() {}

  /**
   * Runs the program.
   *
   * @param arguments none, or {@code --loop} and a kind of loop
   */
  public static void main(String[] arguments) {
    Thread caller = Thread.currentThread();
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    try (Watchdog watchdog = new Watchdog(LIMIT, id -> abort(id, caller))) {
      System.exit( // explicitly: a scenario that hangs may leave fibers behind
          run(arguments, System.in, out, System.err, watchdog));
    }
  }

  /** Halts, because a program that is stuck may not heed an exit. */
  private static void abort(String id, Thread caller) {
    System.err.println(
        "oracle: scenario " + id + " did not end within " + LIMIT.toSeconds() + " s; " + caller + " is in");
    for (StackTraceElement frame : caller.getStackTrace()) {
      System.err.println("\tat " + frame);
    }
    Runtime.getRuntime().halt(FAILED);
  }

  static int run(String[] arguments, InputStream in, PrintStream out, PrintStream err, Watchdog watchdog) {
    LoopKind kind;
    try {
      kind = loopKind(arguments);
    } catch (IllegalArgumentException badUsage) {
      err.println("oracle: " + badUsage.getMessage());
      err.println(USAGE);
      return BAD_USAGE;
    }
    FiberFactory fibers;
    try {
      fibers = kind.fibers();
    } catch (IllegalStateException unavailable) {
      err.println("oracle: " + unavailable.getMessage());
      return FAILED;
    }
    int status = OK;
    int number = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          status = Math.max(status, run(Scenario.parse(line), fibers, out, err, watchdog, status == OK));
        }
      }
    } catch (Scenario.FormatException malformed) {
      err.println("oracle: line " + number + ": " + malformed.getMessage());
      return FAILED;
    } catch (IOException unreadable) {
      err.println("oracle: cannot read standard input: " + unreadable.getMessage());
      return FAILED;
    }
    return status;
  }

  private static LoopKind loopKind(String[] arguments) {
    if (arguments.length == 0) {
      return LoopKind.CONFINED;
    }
    if (!arguments[0].equals("--loop")) {
      throw new IllegalArgumentException("unknown argument: " + arguments[0]);
    }
    if (arguments.length == 1) {
      throw new IllegalArgumentException("--loop: found nothing behind it (expected a kind of loop)");
    }
    if (arguments.length > 2) {
      throw new IllegalArgumentException("unknown argument: " + arguments[2]);
    }
    return LoopKind.ofOption(arguments[1]);
  }

  private static int run(Scenario scenario, FiberFactory fibers, PrintStream out, PrintStream err, Watchdog watchdog,
      boolean withStack) {
    watchdog.begin(scenario.id());
    ScenarioRun.Result result = ScenarioRun.of(scenario, fibers);
    watchdog.end();
    out.println(scenario.toJson(result.trace()));
    out.flush(); // line by line, for who reads along, and for the line not to be lost if the next scenario is aborted
    Throwable failure = result.failure();
    if (failure == null) {
      return OK;
    }
    err.println("oracle: scenario " + scenario.id() + ": its trace is not to be trusted: " + failure);
    if (withStack) {
      failure.printStackTrace(err);
    }
    return FAILED;
  }
}
