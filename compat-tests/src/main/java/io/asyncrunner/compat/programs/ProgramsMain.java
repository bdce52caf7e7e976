package io.asyncrunner.compat.programs;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs random programs, and prints those that fail, each as small as it can be made.
 *
 * <pre>{@code
 * programs [--loop KIND|all] [--seed N] [--count N] [--without NAME,NAME...] [--whole] [--print]
 * }</pre>
 *
 * <p>{@code --whole} leaves programs that fail as they are; {@code --print} prints the first program and does not run it.
 *
 * <p>Ends with status 0 if all is well; 1 if a program failed; 2 if it was called in a way that it does not understand.
 */
public final class ProgramsMain {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;

  private static final int REPORT_EVERY = 1000;

  private final List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
  private final Set<String> without = new LinkedHashSet<>();
  private long seed = 1;
  private long count = 1000;
  private boolean printing;
  private boolean whole;

  private ProgramsMain() {}

  /**
   * Runs programs.
   *
   * @param arguments see the class
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments, System.out, System.err)); // threads of programs that hang are left
  }

  static int run(String[] arguments, PrintStream out, PrintStream err) {
    ProgramsMain main = new ProgramsMain();
    try {
      main.parse(arguments);
      Grammar grammar = new Grammar(main.without, false);
      if (main.printing) {
        out.print(grammar.program(main.seed));
        return OK;
      }
    } catch (IllegalArgumentException badUsage) {
      err.println("programs: " + badUsage.getMessage());
      err.println(
          "usage: programs [--loop " + Kind.options("|") + "|all] [--seed N] [--count N] [--without NAME,NAME...]"
              + " [--whole] [--print]");
      return BAD_USAGE;
    }
    int status = OK;
    try (Logs _ = new Logs()) {
      for (Kind kind : main.kinds) {
        status = Math.max(status, main.run(kind, out));
      }
    }
    return status;
  }

  private void parse(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      String option = arguments[i];
      if (option.equals("--print")) {
        printing = true;
        continue;
      }
      if (option.equals("--whole")) {
        whole = true;
        continue;
      }
      if (!Set.of("--loop", "--seed", "--count", "--without").contains(option)) {
        throw new IllegalArgumentException("unknown argument: " + option);
      }
      if (++i == arguments.length) {
        throw new IllegalArgumentException(option + ": found nothing behind it (expected a value)");
      }
      String value = arguments[i];
      switch (option) {
        case "--loop" -> {
          if (!value.equals("all")) {
            kinds.clear();
            kinds.add(Kind.ofOption(value));
          }
        }
        case "--seed" -> seed = number(option, value);
        case "--count" -> count = number(option, value);
        default -> without.addAll(Arrays.asList(value.split(",")));
      }
    }
  }

  private static long number(String option, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException notOne) {
      throw new IllegalArgumentException(option + ": " + value + " (expected a number)", notOne);
    }
  }

  private int run(Kind kind, PrintStream out) {
    String unavailable = kind.unavailableReason();
    if (unavailable != null) {
      out.println(kind.option() + ": not here: " + unavailable);
      return OK;
    }
    Campaign campaign = new Campaign(kind, without, new Tools());
    long failed = 0;
    long begin = System.nanoTime();
    for (long next = 0; next < count; next++) {
      Campaign.Failure failure = campaign.run(seed + next);
      if (failure != null) {
        failed++;
        out.println("seed " + (seed + next) + " fails" + (whole ? ":" : "; as small as it can be made:"));
        out.println(whole ? failure : campaign.shrink(failure));
      }
      if ((next + 1) % REPORT_EVERY == 0 || next + 1 == count) {
        out.printf("%s: %d programs, %d failed, %d s%n", kind.option(), next + 1, failed,
            (System.nanoTime() - begin) / 1_000_000_000);
      }
    }
    return failed == 0 ? OK : FAILED;
  }
}
