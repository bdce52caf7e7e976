package io.asyncrunner.compat.programs;

import java.util.ArrayList;
import java.util.List;

/**
 * A step of a program.
 *
 * @param operation what it does
 * @param numbers its numbers
 * @param blocks its blocks
 */
record Step(Operation operation, List<Integer> numbers, List<List<Step>> blocks) {
  int number(int index) {
    return numbers.get(index);
  }

  List<Step> block(int index) {
    return blocks.get(index);
  }

  /** How many steps it is, with those of its blocks. */
  int size() {
    return 1 + blocks.stream().mapToInt(Step::size).sum();
  }

  static int size(List<Step> block) {
    return block.stream().mapToInt(Step::size).sum();
  }

  Step withBlock(int index, List<Step> block) {
    List<List<Step>> changed = new ArrayList<>(blocks);
    changed.set(index, block);
    return new Step(operation, numbers, List.copyOf(changed));
  }

  /** Its name and numbers, without its blocks. */
  String title() {
    StringBuilder text = new StringBuilder(operation.name());
    numbers.forEach(number -> text.append(' ').append(number));
    return text.toString();
  }

  static void print(List<Step> block, String indentation, StringBuilder text) {
    for (Step step : block) {
      text.append(indentation).append(step.title()).append('\n');
      for (int i = 0; i < step.blocks.size(); i++) {
        if (i > 0) {
          text.append(indentation).append("--\n");
        }
        print(step.blocks.get(i), indentation + "  ", text);
      }
    }
  }
}
