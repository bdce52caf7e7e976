package io.asyncrunner.compat.toolkit;

import io.asyncrunner.EventLoop;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.InPlace;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What happens in the middle of user code: it suspends, and another task gets its turn and uses the same primitive. The number
 * is limited, because what the other task does may call the same user code.
 */
final class Interludes {
  /** How user code suspends. */
  enum Way {
    /** By a call of the library; in tasks, on fibers of every kind. */
    AWAITING,
    /** In a blocking call of the JDK; on confined fibers, also in callbacks. */
    BLOCKING,
    /** Not at all: the other task is started, and gets its turn later. For callbacks on fibers that cannot suspend there. */
    STARTING
  }

  private static final int TURNS = 3;

  private final EventLoop loop = EventLoop.running();
  private final Way way;
  private final VoidCoroutine<?> meanwhile;
  private int left;
  private int taken;

  Interludes(Way way, int limit, VoidCoroutine<?> meanwhile) {
    this.way = way;
    this.left = limit;
    this.meanwhile = meanwhile;
  }

  /** Called by user code that the library has called. */
  void take() {
    if (left == 0) {
      return;
    }
    left--;
    taken++;
    loop.createTask(meanwhile);
    switch (way) {
      case AWAITING -> {
        for (int turn = 0; turn < TURNS; turn++) {
          loop.yieldNow();
        }
      }
      case BLOCKING -> block();
      default -> {}
    }
  }

  private void block() {
    LinkedBlockingQueue<String> gate = new LinkedBlockingQueue<>();
    inSomeTurns(TURNS, () -> gate.add("go on"));
    try {
      gate.take();
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in user code", cancelled);
    }
  }

  private void inSomeTurns(int turns, Runnable action) {
    Runnable next = turns == 0 ? action : () -> inSomeTurns(turns - 1, action);
    loop.callSoon((Runnable & InPlace) next::run);
  }

  /** How often user code has suspended. */
  int taken() {
    return taken;
  }
}
