package io.asyncrunner.compat.programs;

import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A queue, with books on what was put into it: each item is got once, dropped by a shutdown, or left. The loop's. */
final class Books {
  private final String name;
  private final AsyncQueue<Integer> queue;
  private final boolean inOrder;
  private final Set<Integer> inside = new LinkedHashSet<>();
  private int made;
  private boolean shutDown;

  private Books(String name, AsyncQueue<Integer> queue, boolean inOrder) {
    this.name = name;
    this.queue = queue;
    this.inOrder = inOrder;
  }

  static List<Books> all() {
    return List.of(
        new Books("queue", new AsyncQueue<>(), true), new Books("bounded queue", new AsyncQueue<>(1), true),
        new Books("stack", new AsyncLifoQueue<>(2), false),
        new Books("heap", new AsyncPriorityQueue<>(3, Comparator.comparingInt(item -> item % 5)), false));
  }

  AsyncQueue<Integer> queue() {
    return queue;
  }

  boolean isShutDown() {
    return shutDown;
  }

  void shutsDown(boolean now) {
    shutDown = true;
    if (now) {
      inside.clear();
    }
  }

  int next() {
    return made++;
  }

  /** Written as soon as it is, before anybody else runs. */
  void isPut(int item) {
    inside.add(item);
  }

  void isGot(Flow flow, int item) {
    if (inOrder && !inside.isEmpty()) {
      flow.ensureSame(item, inside.iterator().next(), name + " gave");
    }
    flow.ensure(inside.remove(item), name + " gave " + item + ", expected one of " + inside);
  }

  /** What was got last has been dealt with. */
  void done() {
    queue.taskDone();
  }

  /** Whether a join has nothing to wait for: all that was got has been dealt with at once. */
  boolean isAllDone() {
    return inside.isEmpty();
  }

  boolean isThere() {
    return !queue.isEmpty() || shutDown;
  }

  boolean hasRoom() {
    return !queue.isFull() || shutDown;
  }

  void ensureBalanced(World world) {
    if (queue.size() != inside.size()) {
      world.violation(name + ": " + queue + ", expected to hold " + inside);
    }
    if (!queue.toString().contains("getters=0, putters=0")) {
      world.violation(name + ": " + queue + ", expected that nobody waits");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
