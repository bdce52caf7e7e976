package io.asyncrunner.test;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.AnnotationSupport;

/** The runs of one test, one after another, until one fails. */
final class Plans implements Iterator<Plans.Plan> {
  /**
   * One run.
   *
   * @param name what it is called
   * @param loops its loops
   * @param seed its seed, if it has one
   * @param shrinks whether its interleaving is to be shrunk if it fails
   * @param isExploring whether it is not just the test in the usual order
   */
  record Plan(String name, SimulatedLoops loops, OptionalLong seed, boolean shrinks, boolean isExploring) {}

  private final SimulatedLoops loops;
  private final long seeds; // how many there are to be after the usual order
  private final Optional<Simulation.Fault.Kind> fault;
  private int next;
  private boolean stopped;

  private final Optional<Seed> seed;
  private final Optional<Replay> replay;

  Plans(Method test, SimulatedLoops base) {
    Optional<Seeds> many = AnnotationSupport.findAnnotation(test, Seeds.class);
    seed = AnnotationSupport.findAnnotation(test, Seed.class);
    replay = AnnotationSupport.findAnnotation(test, Replay.class);
    boolean cancels = AnnotationSupport.isAnnotated(test, CancelEverywhere.class);
    boolean fails = AnnotationSupport.isAnnotated(test, FailEverywhere.class);
    int orders = (many.isPresent() ? 1 : 0) + (seed.isPresent() ? 1 : 0) + (replay.isPresent() ? 1 : 0);
    if (orders > 1 || (cancels && fails) || (many.isPresent() && (cancels || fails))) {
      throw new ExtensionConfigurationException(
          test + ": expected at most one of @Seeds, @Seed and @Replay, at most one of"
              + " @CancelEverywhere and @FailEverywhere, and none of these with @Seeds");
    }
    seeds = many.map(annotation -> (long) annotation.value()).orElse(0L);
    if (many.isPresent() && seeds < 1) {
      throw new ExtensionConfigurationException(test + ": @Seeds(" + seeds + ") (expected at least 1)");
    }
    fault = cancels
        ? Optional.of(Simulation.Fault.Kind.CANCEL)
        : fails ? Optional.of(Simulation.Fault.Kind.FAIL) : Optional.empty();
    loops = seed.map(annotation -> base.withSeed(annotation.value()))
        .or(() -> replay.map(annotation -> base.withChoices(Choices.parse(annotation.value()))))
        .orElse(base);
  }

  /** No more runs: one has failed, or was the last in which there was something to do. */
  void stop() {
    stopped = true;
  }

  @Override
  public boolean hasNext() {
    return !stopped && (fault.isPresent() || next <= seeds);
  }

  @Override
  public Plan next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int number = next++;
    if (fault.isPresent()) {
      int at = number + 1;
      boolean cancels = fault.get() == Simulation.Fault.Kind.CANCEL;
      return new Plan(
          cancels ? "cancelled at suspension point " + at : "failing at suspension point " + at,
          (cancels ? loops.cancellingAt(at) : loops.failingAt(at)).recording(), OptionalLong.empty(), false, true);
    }
    if (seeds > 0) {
      return number == 0
          ? new Plan("usual order", loops, OptionalLong.empty(), false, false)
          : new Plan("seed " + number, loops.withSeed(number), OptionalLong.of(number), true, true);
    }
    if (seed.isPresent()) {
      long value = seed.get().value();
      return new Plan("seed " + value, loops, OptionalLong.of(value), true, true);
    }
    if (replay.isPresent()) {
      return new Plan("choices " + replay.get().value(), loops.recording(), OptionalLong.empty(), false, true);
    }
    return new Plan("usual order", loops, OptionalLong.empty(), false, false);
  }
}
