package io.asyncrunner.compat.programs;

import java.util.List;
import java.util.Set;

/**
 * What a step can do: a word of the grammar.
 *
 * @param name what it is called in a program's text, and on the command line
 * @param places where it may stand
 * @param weight how often it is chosen, in relation to the others of its place
 * @param numbers how many numbers it takes; each stands for one of the things of its kind that there are
 * @param blocks where the blocks run that it takes
 * @param deterministic false if it has to do with other threads or with real time, so that its order may differ from run to run
 * @param code what it does
 */
record Operation(String name, Set<Place> places, int weight, int numbers, List<Place> blocks, boolean deterministic,
    Code code) {
  /** What an operation does. */
  @FunctionalInterface
  interface Code {
    /**
     * Does it.
     *
     * @param flow who does it
     * @param step its numbers and blocks
     * @throws Exception what comes of it
     */
    void run(Flow flow, Step step) throws Exception;
  }

  /** One that may wait: for tasks. */
  static Operation waiting(String name, Code code) {
    return new Operation(name, Set.of(Place.TASK), 4, 1, List.of(), true, code);
  }

  /** One that does not wait: for tasks and callbacks. */
  static Operation immediate(String name, Code code) {
    return new Operation(name, Set.of(Place.TASK, Place.CALLBACK), 2, 1, List.of(), true, code);
  }

  /** One for threads that are not the loop's. */
  static Operation threaded(String name, Code code) {
    return new Operation(name, Set.of(Place.THREAD), 4, 1, List.of(), false, code);
  }

  Operation at(Place... other) {
    return new Operation(name, Set.of(other), weight, numbers, blocks, deterministic, code);
  }

  Operation weighing(int other) {
    return new Operation(name, places, other, numbers, blocks, deterministic, code);
  }

  Operation taking(int otherNumbers, Place... otherBlocks) {
    return new Operation(name, places, weight, otherNumbers, List.of(otherBlocks), deterministic, code);
  }

  /** Has to do with other threads or real time. */
  Operation outside() {
    return new Operation(name, places, weight, numbers, blocks, false, code);
  }
}
