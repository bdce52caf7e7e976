package io.asyncrunner.compat.programs;

import java.util.LinkedHashMap;
import java.util.Map;

/** A lock or a semaphore, with books on who holds it. The loop's. */
final class Held {
  private final String name;
  private final Tools.Mutex mutex;
  private final int permits;
  private final Map<Flow, Integer> holders = new LinkedHashMap<>();

  Held(String name, Tools.Mutex mutex, int permits) {
    this.name = name;
    this.mutex = mutex;
    this.permits = permits;
  }

  /** Runs code while holding it. */
  void with(Flow flow, java.util.List<Step> block) throws Exception {
    flow.waitingAlone(name, this::isFree, mutex::acquire);
    try {
      taken(flow);
      flow.run(block);
    } finally {
      givenBack(flow);
      mutex.release();
    }
  }

  /** The same by way of the library's own block. */
  void within(Flow flow, java.util.List<Step> block) throws Exception {
    boolean[] entered = new boolean[1];
    flow.waiting(name, () -> isFree() && !entered[0], () -> {
      mutex.with(() -> {
        entered[0] = true;
        taken(flow);
        try {
          flow.run(block);
        } finally {
          givenBack(flow);
        }
        return null;
      });
      return null;
    });
  }

  Tools.Mutex mutex() {
    return mutex;
  }

  int permits() {
    return permits;
  }

  void taken(Flow flow) {
    holders.merge(flow, 1, Integer::sum);
    flow.ensure(held() <= permits, "more hold " + name + " than there are permits: " + holders.keySet());
  }

  void givenBack(Flow flow) {
    holders.computeIfPresent(flow, (key, count) -> count == 1 ? null : count - 1);
  }

  private int held() {
    return holders.values().stream().mapToInt(Integer::intValue).sum();
  }

  boolean isFree() {
    return held() < permits;
  }

  /** Nobody holds it any more: it has to be as new. */
  void ensureAsNew(World world) {
    String state = mutex.toString();
    if (!holders.isEmpty()) {
      world.violation(name + " is still held by " + holders.keySet());
    }
    if (!state.contains("unlocked, waiters=0") && !state.contains("permits=" + permits + ", waiters=0")) {
      world.violation(name + ": " + state + ", expected to be free");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
