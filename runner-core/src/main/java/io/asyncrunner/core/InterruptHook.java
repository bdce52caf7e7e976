package io.asyncrunner.core;

import io.asyncrunner.core.internal.InterruptListener;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Hears of every interrupt of the thread that runs a loop, for a run and, as long as no interrupt comes, for the next ones.
 *
 * <p>The thread's interrupt status cannot tell: mounting a virtual thread clears it, and a loop that waits on another thread
 * does not see it. An {@link InterruptListener} can.
 *
 * <p>{@code Thread.interrupt()} first sets the status, then looks for a selector, and calls it after that, without a lock
 * (before JDK 21: all under one). So around the beginning and the end of a run the same interrupt can show in both ways, or
 * in one of them after the run. It counts as one:
 * <ul>
 * <li>If the status is up when the run begins, the call may follow, and is then passed over. It is known by the status, which
 * {@link #arm()} has cleared and a new interrupt would have set.
 * <li>If the status is up when the run ends, or the loop has seen and cleared it, it is up on return, and a call that comes
 * after that is passed over: the hook is not used again.
 * <li>If it was cleared without being seen, which mounting does, a call that comes after the run sets it again; one that comes
 * when the next run has begun counts as an interrupt of that.
 * </ul>
 *
 * <p>A gap is left with fibers that are mounted on the thread. Whoever interrupts takes some time from setting the status to looking
 * for a selector, and longer if it loses its processor; the last fiber of a run may be unmounted meanwhile, which clears the status,
 * and the run be over. So the fibers look at the status before they are unmounted. An interrupt between that look and the JDK's
 * clearing is lost: of 20,000 that hit a thread in a loop of runs of a quarter of a microsecond, 50 to 500, on two
 * processors that were busy otherwise; a thread whose runs are longer is hit there as much less often.
 *
 * <p>What does not work: to leave the hook with the thread, and to count a call that comes after a run, while the status is not up,
 * as an interrupt of the next one. None of those 20,000 was lost; but 5,000 that the program had seen between two runs, and cleared,
 * cancelled the next run as well. Nothing tells the two kinds from each other.
 */
final class InterruptHook extends InterruptListener {
  private enum State {
    LISTENING,
    HEARD,
    /** Over, and the status is up on return. */
    OVER,
    /** Over without an interrupt, unless one is still on its way; or not begun yet. */
    OVER_UNHEARD
  }

  private enum Shown {
    NEITHER,
    BY_STATUS,
    BY_CALL
  }

  private final Thread thread = Thread.currentThread();
  private final Runnable onInterrupt;
  private final AtomicReference<State> state = new AtomicReference<>(State.OVER_UNHEARD);
  /** How the last interrupt has shown, which may yet show in the other way. */
  private final AtomicReference<Shown> shown = new AtomicReference<>(Shown.NEITHER);

  /**
   * Makes a hook for the calling thread.
   *
   * @param onInterrupt called by the interrupting thread or by {@link #arm()}; lock-free
   */
  InterruptHook(Runnable onInterrupt) {
    this.onInterrupt = onInterrupt;
  }

  /** Tells whether the calling thread can use this hook for its next run. */
  boolean isReusable() {
    return Thread.currentThread() == thread && state.get() == State.OVER_UNHEARD;
  }

  /**
   * Begins to listen. Clears the thread's interrupt status; that it was up counts as an interrupt.
   *
   * @return false if a call of the run before has come just now, and has set the status: a new hook is needed
   */
  boolean arm() {
    if (!state.compareAndSet(State.OVER_UNHEARD, State.LISTENING)) {
      return false;
    }
    boolean interrupted = Thread.interrupted();
    begin();
    interrupted |= Thread.interrupted();
    if (interrupted) {
      heardByStatus();
    }
    return true;
  }

  /** The status was up, and has been cleared. */
  private void heardByStatus() {
    if (shown.getAndSet(Shown.BY_STATUS) == Shown.BY_CALL) { // the call has come already
      shown.compareAndSet(Shown.BY_STATUS, Shown.NEITHER);
      return;
    }
    state.compareAndSet(State.LISTENING, State.HEARD);
    onInterrupt.run();
  }

  /** The thread is about to wait: a call that came before that is over and done with, unless the status is still to be seen. */
  void beforeWait() {
    if (!thread.isInterrupted()) {
      shown.compareAndSet(Shown.BY_CALL, Shown.NEITHER);
    }
  }

  /**
   * Listens again after a wait. If that was a real selector's, it has taken this one's place, has been called instead of it, and
   * has left nobody there to listen. No effect on other threads, whose interrupts are not this hook's.
   *
   * @param interrupted whether the thread's status was up after the wait; it has been cleared
   */
  void afterWait(boolean interrupted) {
    if (Thread.currentThread() != thread) {
      return;
    }
    begin();
    boolean interruptedMeanwhile = Thread.interrupted();
    if (interrupted || interruptedMeanwhile) {
      heardByStatus();
    }
  }

  /** Ends listening; tells whether an interrupt came, or the status is up. */
  boolean disarm() {
    end();
    if (!thread.isInterrupted() && state.compareAndSet(State.LISTENING, State.OVER_UNHEARD)) {
      return false;
    }
    state.set(State.OVER);
    return true;
  }

  @Override
  public Selector wakeup() {
    if (Thread.currentThread() == thread) {
      return this; // from begin(): arm() looks at the status itself
    }
    // One step, as in heardByStatus(): of a call and a status that are seen at once, the second knows of the first.
    if (shown.getAndSet(Shown.BY_CALL) == Shown.BY_STATUS && !thread.isInterrupted()) {
      shown.compareAndSet(Shown.BY_CALL, Shown.NEITHER);
      return this;
    }
    // One step, too: the thread may begin its next run right now, and one of the two sees what the other has made of the state.
    State found = state.getAndUpdate(before -> switch (before) {
      case LISTENING -> State.HEARD;
      case OVER_UNHEARD -> State.OVER;
      default -> before;
    });
    switch (found) {
      case LISTENING, HEARD -> onInterrupt.run();
      case OVER_UNHEARD -> thread.interrupt();
      case OVER -> {}
    }
    return this;
  }
}
