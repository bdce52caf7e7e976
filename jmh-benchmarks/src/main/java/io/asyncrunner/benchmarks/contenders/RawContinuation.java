package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/**
 * The JDK's continuations, run in turn from a queue: no thread, no task, no cancellation, no context. What a switch costs at
 * least.
 */
final class RawContinuation implements Ops.RunRoundTrip, Ops.TaskSwitch, Ops.SwitchAtDepth, Ops.SpawnJoin,
    Ops.ParkedMemory {
  private static final ContinuationScope SCOPE = new ContinuationScope("benchmark");

  private int count;

  private static void pause() {
    boolean _ = Continuation.yield(SCOPE);
  }

  @Override
  public int runTrivial(int value) {
    new Continuation(SCOPE, () -> count = value + 1).run();
    return count;
  }

  /** Runs continuations in turn until all have ended. */
  private static void runAll(ArrayDeque<Continuation> ready) {
    for (Continuation next = ready.poll(); next != null; next = ready.poll()) {
      next.run();
      if (!next.isDone()) {
        ready.add(next);
      }
    }
  }

  @Override
  public int takeTurns(int tasks, int turns) {
    count = 0;
    ArrayDeque<Continuation> ready = new ArrayDeque<>(tasks);
    for (int i = 0; i < tasks; i++) {
      ready.add(new Continuation(SCOPE, () -> {
        for (int turn = 0; turn < turns; turn++) {
          pause();
          count++;
        }
      }));
    }
    runAll(ready);
    return count;
  }

  @Override
  public int takeTurnsAtDepth(int depth, int tasks, int turns) {
    count = 0;
    ArrayDeque<Continuation> ready = new ArrayDeque<>(tasks);
    for (int i = 0; i < tasks; i++) {
      ready.add(new Continuation(SCOPE, () -> {
        for (int turn = 0; turn < turns; turn++) {
          int own = pauseAt(depth); // before what it is added to is read
          count += own;
        }
      }));
    }
    runAll(ready);
    return count;
  }

  private static int pauseAt(int depth) {
    if (depth == 1) {
      pause();
      return 1;
    }
    return pauseAt(depth - 1);
  }

  @Override
  public int spawnAndJoin(int tasks) {
    count = 0;
    ArrayDeque<Continuation> ready = new ArrayDeque<>(tasks);
    for (int i = 0; i < tasks; i++) {
      int own = i;
      ready.add(new Continuation(SCOPE, () -> count += own));
    }
    runAll(ready);
    return count;
  }

  @Override
  public int park(int tasks, Runnable whenParked) {
    count = 0;
    List<Continuation> all = new ArrayList<>(tasks);
    for (int i = 0; i < tasks; i++) {
      all.add(new Continuation(SCOPE, () -> {
        pause();
        count++;
      }));
    }
    all.forEach(Continuation::run);
    whenParked.run();
    all.forEach(Continuation::run);
    return count;
  }
}
