package io.asyncrunner.test;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.FiberFactory;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Runs a program on simulated loops again and again, each time with another interleaving or another fault, until it fails.
 *
 * <pre>{@code
 * Optional<Explorer.Failure> failure = Explorer.of(() -> transferTwice()).seeds(1000);
 * failure.ifPresent(System.out::println); // the seed, and the shrunk interleaving as a table
 * }</pre>
 *
 * <p>A program fails if it throws. Each run begins anew: what one run leaves behind in static fields is there in the next.
 */
public final class Explorer {
  private final Program program;
  private final SimulatedLoops loops;

  private Explorer(Program program, SimulatedLoops loops) {
    this.program = program;
    this.loops = loops;
  }

  /** Something that makes its own loops. */
  @FunctionalInterface
  public interface Program {
    /**
     * Runs once.
     *
     * @param loops what it is to make its loops with
     * @throws Throwable if it fails
     */
    void run(EventLoopFactory loops) throws Throwable;
  }

  /**
   * A program that fails.
   *
   * @param seed the smallest with which it does, or empty if it does in the usual order
   * @param fault what was done to it, such as {@code "cancelled at suspension point 3"}; empty for nothing
   * @param cause what it throws
   * @param choices what the seed chose
   * @param shrunk the fewest choices found with which it fails in the same way; {@code choices} if it did not fail again, so that
   *     it depends on something else, such as real time
   * @param runs how many runs the shrinking took
   * @param interleaving its course with those
   */
  public record Failure(OptionalLong seed, String fault, Throwable cause, Choices choices, Choices shrunk, int runs,
      Interleaving interleaving) {
    /** Seed, error, and the shrunk interleaving as a table. */
    @Override
    public String toString() {
      return describe(seed.isPresent() ? "SimulatedLoops.seeded(" + seed.getAsLong() + ")" : "",
          found -> "SimulatedLoops.replaying(Choices.parse(\"" + found + "\"))");
    }

    /** As {@link #toString}, saying in a given way how to run it again. */
    String describe(String again, Function<Choices, String> replay) {
      StringBuilder text = new StringBuilder("fails");
      seed.ifPresent(found -> text.append(" under seed ").append(found));
      text.append(fault.isEmpty() ? "" : " when " + fault).append(": ").append(textOf(cause)).append('\n');
      if (seed.isPresent()) {
        text.append(again).append(" runs it again; ");
        text.append(runs == 1
            ? "run again in the same order it did not fail again: it depends on something else, too"
            : shrunk.size() == 0
                ? "it fails in the usual order, too"
                : "shrunk from " + choices.size() + " to " + shrunk.size()
                    + (shrunk.size() == 1 ? " switch" : " switches")
                    + " in " + runs + " runs, " + replay.apply(shrunk) + ':');
        text.append('\n');
      }
      return text.append(interleaving).toString();
    }

    /** An exception, and those of a group. */
    static String textOf(Throwable thrown) {
      StringBuilder text = new StringBuilder(thrown.toString());
      if (thrown instanceof ExceptionGroup group) {
        group.exceptions().forEach(each -> text.append("\n  ").append(textOf(each).replace("\n", "\n  ")));
      }
      return text.toString();
    }
  }

  /**
   * Begins with a coroutine, which each run runs on a {@code Runner} of its own.
   *
   * @param coroutine the program
   * @return an explorer
   */
  public static Explorer of(VoidCoroutine<?> coroutine) {
    Objects.requireNonNull(coroutine, "coroutine");
    return of(loops -> {
      try (Runner runner = Runner.builder().loopFactory(loops).build()) {
        runner.run(coroutine);
      }
    });
  }

  /**
   * Begins with a program that makes its own loops.
   *
   * @param program the program
   * @return an explorer
   */
  public static Explorer of(Program program) {
    return new Explorer(Objects.requireNonNull(program, "program"), SimulatedLoops.virtualClock());
  }

  /**
   * Has the loops' coroutines run on a given kind of fiber.
   *
   * @param fibers the kind
   * @return another explorer
   */
  public Explorer on(FiberFactory fibers) {
    return new Explorer(program, loops.on(fibers));
  }

  /**
   * Runs the program with the seeds from 1 on, until it fails; then shrinks the interleaving.
   *
   * @param count how many seeds
   * @return the failure, or empty if it passes with all
   */
  public Optional<Failure> seeds(int count) {
    for (long seed = 1; seed <= count; seed++) {
      Optional<Failure> failure = seed(seed);
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  /**
   * Runs the program with one seed; shrinks the interleaving if it fails.
   *
   * @param seed the seed
   * @return the failure, or empty if it passes
   */
  public Optional<Failure> seed(long seed) {
    Attempt attempt = Attempt.of(program, loops.withSeed(seed));
    return attempt.failure() == null
        ? Optional.empty()
        : Optional.of(shrunk(program, loops, OptionalLong.of(seed), attempt.failure(), attempt.choices()));
  }

  static Failure shrunk(
      Program program, SimulatedLoops loops, OptionalLong seed, Throwable cause, Choices choices) {
    Shrinker shrinker = new Shrinker(program, loops, cause, choices);
    Choices found = shrinker.shrink();
    Choices shrunk = found == null ? choices : found;
    Attempt last = Attempt.of(program, loops.withChoices(shrunk).recording());
    return new Failure(seed, "", last.failedAs(cause) ? Objects.requireNonNull(last.failure()) : cause, choices, shrunk,
        shrinker.runs(), courseOf(last));
  }

  private static Interleaving courseOf(Attempt attempt) {
    return attempt.simulation() == null
        ? new Interleaving(List.of(), Choices.NONE)
        : attempt.simulation().interleaving();
  }

  /**
   * Runs the program again and again, cancelling a task at the first suspension point, then at the second, and so on; see
   * {@link SimulatedLoops#cancellingAt}.
   *
   * @return the first failure, or empty if it passes wherever a task is cancelled
   */
  public Optional<Failure> cancellingEverywhere() {
    return everywhere("cancelled", loops::cancellingAt);
  }

  /**
   * Runs the program again and again, letting the wait at the first suspension point throw an {@link InjectedFault}, then that at
   * the second, and so on; see {@link SimulatedLoops#failingAt}.
   *
   * @return the first failure, or empty if it passes wherever a wait fails
   */
  public Optional<Failure> failingEverywhere() {
    return everywhere("failing", loops::failingAt);
  }

  private Optional<Failure> everywhere(String fault, IntFunction<SimulatedLoops> loopsFailingAt) {
    for (int k = 1;; k++) {
      Attempt attempt = Attempt.of(program, loopsFailingAt.apply(k).recording());
      if (attempt.failure() != null) {
        return Optional.of(new Failure(OptionalLong.empty(), fault + " at suspension point " + k, attempt.failure(),
            Choices.NONE, Choices.NONE, 0, courseOf(attempt)));
      }
      if (attempt.simulation() == null || !attempt.simulation().isFaultInjected()) {
        return Optional.empty();
      }
    }
  }
}
