package io.asyncrunner.compat.toolkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Whom an attack hits.
 *
 * @param name for messages
 * @param choice picks them out of all that may be hit
 */
record Target(String name, UnaryOperator<List<Participant>> choice) {
  /** Each alone, and all of them in both orders. */
  static List<Target> among(List<Participant> victims) {
    List<Target> targets = new ArrayList<>();
    for (Participant victim : victims) {
      String name = victim.name; // of the one that has its name in another run
      targets.add(new Target(name, all -> all.stream().filter(each -> each.name.equals(name)).toList()));
    }
    if (victims.size() > 1) {
      targets.add(new Target("all", all -> all));
      targets.add(new Target("all from the last on", Target::reversed));
    }
    return targets;
  }

  private static List<Participant> reversed(List<Participant> all) {
    List<Participant> reversed = new ArrayList<>(all);
    Collections.reverse(reversed);
    return reversed;
  }

  List<Participant> of(List<Participant> victims) {
    return choice.apply(victims);
  }

  @Override
  public String toString() {
    return name;
  }
}
