package io.asyncrunner.compat.programs;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs programs of many seeds, and makes one that fails as small as it can. */
final class Campaign {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Of one program while it is made smaller, and of all of them. */
  private static final Duration SHRINKING_LIMIT = Duration.ofSeconds(5);
  private static final Duration SHRINKING = Duration.ofSeconds(20);

  /** How often a program is run whose fault does not show each time. */
  private static final int TRIES = 5;

  private final Kind kind;
  private final Grammar grammar;
  private final Tools tools;

  Campaign(Kind kind, Set<String> without, Tools tools) {
    this.kind = kind;
    this.grammar = new Grammar(without, false);
    this.tools = tools;
  }

  /**
   * A program that fails.
   *
   * @param kind the loop
   * @param program as small as could be
   * @param violations what was wrong with it
   */
  record Failure(Kind kind, Program program, List<String> violations) {
    /** For people. */
    @Override
    public String toString() {
      return program + "on " + kind.option() + ":\n  " + String.join("\n  ", violations);
    }
  }

  /** Runs the program of one seed; {@code null} if there is nothing to be said against it. */
  @Nullable Failure run(long seed) {
    Program program = grammar.program(seed);
    ProgramRun.Result result = ProgramRun.of(program, kind, tools, false, LIMIT);
    return result.isGood() ? null : new Failure(kind, program, result.violations());
  }

  /** A smaller program that fails, too, not necessarily in the same way. */
  Failure shrink(Failure failure) {
    Failure[] smallest = {failure};
    Program _ = new Shrinker(program -> {
      for (int i = 0; i < TRIES; i++) {
        ProgramRun.Result result = ProgramRun.of(program, kind, tools, false, SHRINKING_LIMIT);
        if (!result.isGood()) {
          smallest[0] = new Failure(kind, program, result.violations());
          return true;
        }
      }
      return false;
    }, SHRINKING).shrink(failure.program());
    return smallest[0];
  }
}
