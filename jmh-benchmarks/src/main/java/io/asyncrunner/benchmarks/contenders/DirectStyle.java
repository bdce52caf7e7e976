package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayList;
import java.util.List;

/**
 * Contenders whose tasks are written in direct style: the work of all of them, from what each does in its own way. Tasks may
 * run at the same time, so each counts for itself.
 */
abstract class DirectStyle
    implements Ops.TaskSwitch, Ops.SwitchAtDepth, Ops.SpawnJoin, Ops.PingPong, Ops.GatherFanOut, Ops.LockHandoff,
    Ops.ContextScopedValues, Ops.ParkedMemory {

  /** What a task runs. */
  interface Body {
    int run() throws Exception;
  }

  /** Starts tasks. */
  interface Forks {
    void fork(Body body) throws Exception;
  }

  /** What starts tasks. */
  interface Forking {
    void run(Forks forks) throws Exception;
  }

  /** A queue with room for one. */
  interface Box {
    void put(Integer item) throws Exception;

    Integer take() throws Exception;
  }

  /** A lock; not reentrant. */
  interface Lock {
    void acquire() throws Exception;

    void release();
  }

  /** An event. */
  interface Gate {
    void pass() throws Exception;

    void open();
  }

  /** Runs tasks, waits for all of them, and gives the sum of what they returned. */
  abstract int group(Forking forking) throws Exception;

  abstract void pause() throws Exception;

  abstract void sleep(long millis) throws Exception;

  abstract Box newBox();

  abstract Lock newLock();

  abstract Gate newGate();

  /** Starts {@code tasks} tasks, waits for all, and gives the sum of what they returned. */
  final int runAll(int tasks, Body body) throws Exception {
    return group(forks -> {
      for (int i = 0; i < tasks; i++) {
        forks.fork(body);
      }
    });
  }

  @Override
  public int takeTurns(int tasks, int turns) throws Exception {
    return runAll(tasks, () -> takeTurns(turns));
  }

  final int takeTurns(int turns) throws Exception {
    int taken = 0;
    for (int turn = 0; turn < turns; turn++) {
      pause();
      taken++;
    }
    return taken;
  }

  @Override
  public int takeTurnsAtDepth(int depth, int tasks, int turns) throws Exception {
    return runAll(tasks, () -> {
      int taken = 0;
      for (int turn = 0; turn < turns; turn++) {
        taken += yieldAt(depth);
      }
      return taken;
    });
  }

  private int yieldAt(int depth) throws Exception {
    if (depth == 1) {
      pause();
      return 1;
    }
    return yieldAt(depth - 1);
  }

  @Override
  public int spawnAndJoin(int tasks) throws Exception {
    return group(forks -> {
      for (int i = 0; i < tasks; i++) {
        int own = i;
        forks.fork(() -> own);
      }
    });
  }

  @Override
  public int play(int rounds) throws Exception {
    Box there = newBox();
    Box back = newBox();
    return group(forks -> {
      forks.fork(() -> {
        for (int round = 0; round < rounds; round++) {
          back.put(there.take() + 1);
        }
        return 0;
      });
      forks.fork(() -> {
        int ball = 0;
        for (int round = 0; round < rounds; round++) {
          there.put(ball + 1);
          ball = back.take();
        }
        return ball;
      });
    });
  }

  @Override
  public int gatherSleepers(int tasks) throws Exception {
    return group(forks -> {
      for (int i = 0; i < tasks; i++) {
        int own = i;
        forks.fork(() -> {
          sleep(1);
          return own;
        });
      }
    });
  }

  @Override
  public int handOver(int tasks, int turns) throws Exception {
    Lock lock = newLock();
    int[] held = {0};
    runAll(tasks, () -> {
      for (int turn = 0; turn < turns; turn++) {
        lock.acquire();
        try {
          int before = held[0];
          pause();
          held[0] = before + 1;
        } finally {
          lock.release();
        }
      }
      return 0;
    });
    return held[0];
  }

  private static final List<ScopedValue<Integer>> SCOPED = tenScopedValues();

  private static List<ScopedValue<Integer>> tenScopedValues() {
    List<ScopedValue<Integer>> values = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      values.add(ScopedValue.newInstance());
    }
    return List.copyOf(values);
  }

  @Override
  public int takeTurnsWithScopedValues(int values, int tasks, int turns) throws Exception {
    return group(forks -> {
      for (int i = 0; i < tasks; i++) {
        int own = i;
        forks.fork(() -> {
          if (values == 0) {
            return takeTurns(turns);
          }
          ScopedValue.Carrier bound = ScopedValue.where(SCOPED.get(0), own);
          for (int v = 1; v < values; v++) {
            bound = bound.where(SCOPED.get(v), own);
          }
          return bound.call(() -> takeTurnsAndRead(turns, own));
        });
      }
    });
  }

  private int takeTurnsAndRead(int turns, int expected) throws Exception {
    int taken = 0;
    for (int turn = 0; turn < turns; turn++) {
      pause();
      if (SCOPED.get(0).get() == expected) {
        taken++;
      }
    }
    return taken;
  }

  @Override
  public int park(int tasks, Runnable whenParked) throws Exception {
    Gate gate = newGate();
    return group(forks -> {
      for (int i = 0; i < tasks; i++) {
        forks.fork(() -> {
          gate.pass();
          return 1;
        });
      }
      awaitParked(tasks);
      whenParked.run();
      gate.open();
    });
  }

  /** Waits until the tasks that were started wait. Called where they were started. */
  abstract void awaitParked(int tasks) throws Exception;
}
