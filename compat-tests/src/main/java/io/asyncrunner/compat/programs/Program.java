package io.asyncrunner.compat.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A program.
 *
 * @param seed what it was made from
 * @param setting how the Runner is made and closed
 * @param parts what is run on it, one after another
 */
record Program(long seed, Setting setting, List<Part> parts) {
  /**
   * How the Runner is made and closed.
   *
   * @param debug whether in debug mode
   * @param propagation what propagators do
   * @param closer on what thread it is closed
   * @param drained whether all tasks are cancelled and awaited in a last run, before the Runner is closed
   * @param without what is left out of what the steps do, where that is decided while they run
   */
  record Setting(
      boolean debug, Propagation propagation, Caller closer, boolean drained, Set<Trait> without) {}

  /** What programs do besides operations. */
  enum Trait {
    HOSTILE_PROPAGATORS,
    /** Confined loops, too. */
    CLOSING_ON_VIRTUAL_THREADS,
    /** Between the runs, for a lock that a task may be waiting for. */
    LOCKING_BETWEEN_RUNS,
    /** Callbacks that block, and go on after the close. */
    BLOCKING_IN_CALLBACKS,
    /** By tasks in their clean-ups. */
    SPAWNING_WHILE_CLOSING,
    /** Tasks that await each other, which go round for ever where one of them waits for the other as a part of itself. */
    CIRCLES;

    /** What it is called on a command line. */
    String option() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The propagators of a Runner. */
  enum Propagation {
    NONE,
    /** One that carries a value. */
    CARRYING,
    /** One that throws, skips what it is to run, or captures nothing, every now and then. */
    HOSTILE
  }

  /** The thread that calls a Runner. */
  enum Caller {
    SAME,
    PLATFORM,
    VIRTUAL
  }

  /**
   * What one run of the Runner runs.
   *
   * @param caller on what thread
   * @param ending what becomes of the tasks that are left
   * @param block the steps of its main task
   */
  record Part(Caller caller, Ending ending, List<Step> block) {
    Part with(List<Step> other) {
      return new Part(caller, ending, other);
    }
  }

  /** What becomes of the tasks that a run leaves. */
  enum Ending {
    /** They go on in the next run, or are cancelled by the close. */
    LEFT,
    /** They go on until none does, and are then left. */
    SETTLED,
    /** They are cancelled, and deal with it in the next run, or in the close. */
    CANCELLED
  }

  int size() {
    return parts.stream().mapToInt(part -> Step.size(part.block())).sum();
  }

  Program with(List<Part> other) {
    return new Program(seed, setting, List.copyOf(other));
  }

  /** The same steps in simpler settings. */
  List<Program> simpler() {
    List<Program> simpler = new ArrayList<>();
    Setting now = setting;
    for (Setting other : List.of(
        new Setting(false, now.propagation, now.closer, now.drained, now.without),
        new Setting(now.debug, Propagation.NONE, now.closer, now.drained, now.without),
        new Setting(now.debug, now.propagation, Caller.SAME, now.drained, now.without),
        new Setting(now.debug, now.propagation, now.closer, false, now.without))) {
      if (!other.equals(now)) {
        simpler.add(new Program(seed, other, parts));
      }
    }
    List<Part> inOneThread = parts.stream().map(part -> new Part(Caller.SAME, part.ending, part.block)).toList();
    if (!inOneThread.equals(parts)) {
      simpler.add(with(inOneThread));
    }
    return simpler;
  }

  /** For people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("program " + seed + ": " + setting + "\n");
    for (Part part : parts) {
      text.append("run on ").append(part.caller).append(", tasks are ").append(part.ending).append(":\n");
      Step.print(part.block, "  ", text);
    }
    return text.toString();
  }
}
