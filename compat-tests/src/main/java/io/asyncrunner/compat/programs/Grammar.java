package io.asyncrunner.compat.programs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes programs from seeds. The same grammar makes the same program from the same seed. */
final class Grammar {
  /** All there are. */
  static final List<Operation> OPERATIONS = Stream.of(
      TaskOperations.ALL, GroupOperations.ALL, TimeOperations.ALL, CombinatorOperations.ALL, SyncOperations.ALL,
      QueueOperations.ALL, GeneratorOperations.ALL, ThreadOperations.ALL, StageOperations.ALL, BlockingOperations.ALL,
      ErrorOperations.ALL, ContextOperations.ALL)
      .flatMap(List::stream)
      .toList();

  private static final int MAX_PARTS = 3;
  private static final int MAX_STEPS = 60;
  private static final int MAX_DEPTH = 6;
  private static final int MAX_BLOCK = 6;
  private static final int NUMBERS = 12;

  private final List<Operation> operations;
  private final Set<Program.Trait> withoutTraits;
  private final boolean deterministic;

  /**
   * Makes a grammar.
   *
   * @param without names of operations and traits to leave out
   * @param deterministic whether to leave out what has to do with other threads or real time
   * @throws IllegalArgumentException if there is nothing of one of the names
   */
  Grammar(Set<String> without, boolean deterministic) {
    for (String name : without) {
      if (!names().contains(name)) {
        throw new IllegalArgumentException(
            "operation: " + name + " (expected one of " + String.join(", ", names()) + ")");
      }
    }
    this.operations = OPERATIONS.stream()
        .filter(operation -> !without.contains(operation.name()))
        .filter(operation -> !deterministic || operation.deterministic())
        .toList();
    this.withoutTraits = Arrays.stream(Program.Trait.values())
        .filter(trait -> without.contains(trait.option()))
        .collect(Collectors.toUnmodifiableSet());
    this.deterministic = deterministic;
  }

  /** What can be left out. */
  static List<String> names() {
    return Stream.concat(
        OPERATIONS.stream().map(Operation::name), Arrays.stream(Program.Trait.values()).map(Program.Trait::option))
        .toList();
  }

  Program program(long seed) {
    return new Making(new Random(seed * 0x9E3779B97F4A7C15L)).program(seed); // small seeds of Random begin alike
  }

  /** The making of one program. */
  private final class Making {
    private final Random random;
    private int stepsLeft;

    Making(Random random) {
      this.random = random;
    }

    Program program(long seed) {
      Program.Setting setting = new Program.Setting(
          random.nextInt(8) == 0, propagation(), caller(), random.nextInt(3) == 0, withoutTraits);
      List<Program.Part> parts = new ArrayList<>();
      int count = 1 + random.nextInt(MAX_PARTS);
      for (int i = 0; i < count; i++) {
        stepsLeft = 5 + random.nextInt(MAX_STEPS / count);
        parts.add(new Program.Part(caller(), any(Program.Ending.values()), block(Place.TASK, 0)));
      }
      return new Program(seed, setting, List.copyOf(parts));
    }

    private Program.Propagation propagation() {
      int choice = random.nextInt(16);
      return choice == 0 && !withoutTraits.contains(Program.Trait.HOSTILE_PROPAGATORS)
          ? Program.Propagation.HOSTILE
          : choice < 6 ? Program.Propagation.CARRYING : Program.Propagation.NONE;
    }

    private Program.Caller caller() {
      return deterministic || random.nextBoolean() ? Program.Caller.SAME : any(Program.Caller.values());
    }

    private <E> E any(E[] values) {
      return values[random.nextInt(values.length)];
    }

    private List<Step> block(Place place, int depth) {
      int count = depth == 0 ? 3 + random.nextInt(MAX_BLOCK) : 1 + random.nextInt(MAX_BLOCK - depth / 2);
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < count && (stepsLeft > 0 || steps.isEmpty()); i++) {
        steps.add(step(place, depth));
      }
      return List.copyOf(steps);
    }

    private Step step(Place place, int depth) {
      stepsLeft--;
      List<Operation> fitting = operations.stream()
          .filter(operation -> operation.places().contains(place))
          .filter(operation -> operation.blocks().isEmpty() || (depth < MAX_DEPTH && stepsLeft > 0))
          .toList();
      int choice = random.nextInt(fitting.stream().mapToInt(Operation::weight).sum());
      Operation chosen = fitting.get(0);
      for (Operation operation : fitting) {
        chosen = operation;
        choice -= operation.weight();
        if (choice < 0) {
          break;
        }
      }
      List<Integer> numbers = IntStream.range(0, chosen.numbers()).mapToObj(i -> random.nextInt(NUMBERS)).toList();
      List<List<Step>> blocks = chosen.blocks().stream().map(other -> block(other, depth + 1)).toList();
      return new Step(chosen, numbers, blocks);
    }
  }
}
