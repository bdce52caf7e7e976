package io.asyncrunner.sync;

import io.asyncrunner.CancelledError;

/**
 * A place where a fixed number of tasks of a loop wait for each other, again and again.
 *
 * <pre>{@code
 * +---------+ the last arrives  +----------+
 * | FILLING | ----------------> | DRAINING | --+
 * |         | <---------------- |          |   | the last has left
 * +---------+                   +----------+ <-+
 *   |  |  ^     the last has left
 *   |  |  +--------------------- +-----------+
 *   |  +------------------------>| RESETTING |   reset: who waits gets a BrokenAsyncBarrierException
 *   |    reset while tasks wait  +-----------+
 *   | abort                      +--------+
 *   +--------------------------> | BROKEN |   until reset, everybody gets a BrokenAsyncBarrierException
 *                                +--------+
 * }</pre>
 *
 * <p><b>Thread:</b> made anywhere, used on one loop.
 *
 * <pre>{@code
 * AsyncBarrier barrier = new AsyncBarrier(2);
 * Task<?> player = Async.createTask(barrier::await);
 * barrier.await(); // goes on when the other has come
 * }</pre>
 *
 * @asyncio {@code Barrier}
 */
public final class AsyncBarrier {
  private enum State {
    FILLING,
    DRAINING,
    RESETTING,
    BROKEN
  }

  private final AsyncCondition changed = new AsyncCondition();
  private final int parties;
  private State state = State.FILLING;
  private int count;

  /**
   * Makes a barrier.
   *
   * @param parties how many tasks it takes, at least 1
   * @throws IllegalArgumentException if less than 1
   */
  public AsyncBarrier(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("parties: " + parties + " (expected at least 1)");
    }
    this.parties = parties;
  }

  /**
   * Waits until as many tasks as the barrier takes have called this.
   *
   * @return how many had arrived before: a different index from 0 on for each
   * @throws BrokenAsyncBarrierException if the barrier is broken, or is aborted or reset meanwhile
   * @throws CancelledError if the task is cancelled; the others go on waiting
   */
  public int await() {
    changed.owner("AsyncBarrier.await").ensureStack(2); // to leave it again, however little is left by then
    return changed.with(() -> {
      changed.awaitUntil(() -> state != State.DRAINING && state != State.RESETTING);
      if (state == State.BROKEN) {
        throw new BrokenAsyncBarrierException(this + " has been aborted");
      }
      int index = count++;
      try {
        if (count == parties) {
          state = State.DRAINING;
          changed.signalAll();
        } else {
          changed.awaitUntil(() -> state != State.FILLING);
          if (state != State.DRAINING) {
            throw new BrokenAsyncBarrierException(this + " was aborted or reset while a task waited at it");
          }
        }
        return index;
      } finally {
        leave();
      }
    });
  }

  private void leave() {
    if (--count > 0) {
      return;
    }
    if (state == State.RESETTING || state == State.DRAINING) {
      state = State.FILLING;
    }
    changed.signalAll();
  }

  /**
   * Makes it as new. Tasks that wait get a {@link BrokenAsyncBarrierException}. Waits for the barrier's lock.
   *
   * @throws CancelledError if the task is cancelled; nothing changes
   */
  public void reset() {
    changed.owner("AsyncBarrier.reset");
    changed.with(() -> {
      state = count > 0 ? State.RESETTING : State.FILLING;
      changed.signalAll();
    });
  }

  /**
   * Breaks it, until it is reset. Tasks that wait, and those that come, get a {@link BrokenAsyncBarrierException}. Waits for
   * the barrier's lock.
   *
   * @throws CancelledError if the task is cancelled; nothing changes
   */
  public void abort() {
    changed.owner("AsyncBarrier.abort");
    changed.with(() -> {
      state = State.BROKEN;
      changed.signalAll();
    });
  }

  /**
   * How many tasks it takes.
   *
   * @return the number given when it was made
   */
  public int parties() {
    return parties;
  }

  /**
   * How many tasks wait for others.
   *
   * @return the number, less than {@link #parties()}
   */
  public int waiting() {
    changed.ensureOwner("AsyncBarrier.waiting");
    return state == State.FILLING ? count : 0;
  }

  /**
   * Tells whether it was aborted.
   *
   * @return true until it is reset
   */
  public boolean isBroken() {
    changed.ensureOwner("AsyncBarrier.isBroken");
    return state == State.BROKEN;
  }

  /** State and number of waiters. */
  @Override
  public String toString() {
    return "AsyncBarrier[" + state + ", inside=" + count + " of " + parties + "]";
  }
}
