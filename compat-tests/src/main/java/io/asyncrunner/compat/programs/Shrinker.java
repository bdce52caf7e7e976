package io.asyncrunner.compat.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a program smaller while it still fails: without one of its parts or steps, or with what is inside of a step in its place. */
final class Shrinker {
  private final Predicate<Program> fails;
  private final long deadline;

  /**
   * Makes one.
   *
   * @param fails runs a program, and tells whether it fails
   * @param limit for how long to go on, in real time
   */
  Shrinker(Predicate<Program> fails, Duration limit) {
    this.fails = fails;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  /** A smaller program that fails, or {@code failing} itself. */
  Program shrink(Program failing) {
    Program smallest = failing;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (Program candidate : candidates(smallest)) {
        if (System.nanoTime() > deadline) {
          return smallest;
        }
        if (fails.test(candidate)) {
          smallest = candidate;
          smaller = true;
          break;
        }
      }
    }
    return smallest;
  }

  private static List<Program> candidates(Program program) {
    List<Program> candidates = new ArrayList<>();
    List<Program.Part> parts = program.parts();
    for (int i = 0; i < parts.size() && parts.size() > 1; i++) {
      List<Program.Part> left = new ArrayList<>(parts);
      left.remove(i);
      candidates.add(program.with(left));
    }
    for (int i = 0; i < parts.size(); i++) {
      List<Step> block = parts.get(i).block();
      int size = Step.size(block);
      for (int nth = 0; nth < size; nth++) {
        for (int inner = -1; inner < 3; inner++) {
          List<Step> edited = new Edit(nth, inner).of(block, Place.TASK);
          if (Step.size(edited) < size) {
            List<Program.Part> changed = new ArrayList<>(parts);
            changed.set(i, parts.get(i).with(edited));
            candidates.add(program.with(changed));
          }
        }
      }
    }
    candidates.addAll(program.simpler());
    return candidates;
  }

  /** Takes the n-th step out, and puts one of its blocks in its place, if it is not -1. */
  private static final class Edit {
    private final int inner;
    private int left;

    Edit(int nth, int inner) {
      this.left = nth;
      this.inner = inner;
    }

    List<Step> of(List<Step> block, Place place) {
      List<Step> edited = new ArrayList<>();
      for (Step step : block) {
        if (left-- != 0) {
          Step changed = step;
          for (int i = 0; i < step.blocks().size(); i++) {
            changed = changed.withBlock(i, of(step.block(i), step.operation().blocks().get(i)));
          }
          edited.add(changed);
        } else if (inner >= step.blocks().size() || (inner >= 0 && step.operation().blocks().get(inner) != place)) {
          edited.add(step); // does not fit
        } else if (inner >= 0) {
          edited.addAll(step.block(inner));
        }
      }
      return List.copyOf(edited);
    }
  }
}
