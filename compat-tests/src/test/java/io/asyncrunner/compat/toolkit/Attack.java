package io.asyncrunner.compat.toolkit;

import io.asyncrunner.compat.Loops;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is done to a waiter.
 *
 * @param name for messages
 * @param timed whether the waiter runs under a timeout, which the attack lets expire
 * @param blows one after another
 */
record Attack(String name, boolean timed, List<Blow> blows) {
  /**
   * A part of an attack.
   *
   * @param after how many steps after the step that the attack begins at
   * @param action what it does
   */
  record Blow(int after, Consumer<Participant> action) {}

  /** How many steps a second blow comes after the first one, at most: a turn, with both of its ends. */
  private static final int LATER = 2;

  private static final Attack CANCEL = new Attack("cancel", false, List.of(new Blow(0, Participant::cancel)));
  private static final Attack TIMEOUT = new Attack("timeout", true, List.of(new Blow(0, Participant::expire)));
  private static final List<Attack> ALL = all();

  /**
   * Those for a kind of loop. Platform threads take turns as handoff fibers do, but slowly; loops on Netty are slow to open and
   * differ from confined ones only in how they wait; so there it is a cancellation and a timeout, each alone.
   */
  static List<Attack> on(Loops loops) {
    return loops == Loops.HANDOFF || loops == Loops.CONFINED ? ALL : List.of(CANCEL, TIMEOUT);
  }

  private static List<Attack> all() {
    List<Attack> all = new ArrayList<>();
    all.add(CANCEL);
    all.add(TIMEOUT);
    all.add(new Attack("cancel under a timeout", true, List.of(new Blow(0, Participant::cancel))));
    for (int after = 0; after <= LATER; after++) {
      String when = after == 0 ? " at once" : " " + after + " step(s) later";
      all.add(new Attack("cancel, and again" + when, false,
          List.of(new Blow(0, Participant::cancel), new Blow(after, Participant::cancel))));
      all.add(new Attack("timeout, and cancel" + when, true,
          List.of(new Blow(0, Participant::expire), new Blow(after, Participant::cancel))));
    }
    all.add(new Attack("cancel, and timeout at once", true,
        List.of(new Blow(0, Participant::cancel), new Blow(0, Participant::expire))));
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return name;
  }
}
