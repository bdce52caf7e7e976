package io.asyncrunner.core.internal;

import io.asyncrunner.Context;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.Fibers;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Fibers that are threads, of which one at a time has the baton and may run; the others are parked.
 *
 * <p><b>The protocol.</b> A fiber that suspends, or ends, runs the loop itself until it finds whom to let go on, and hands the
 * baton straight to that thread: one hand-over a switch, and none if it finds itself. The thread that called {@code run} is
 * parked meanwhile; it gets the baton when the run is over.
 *
 * <p><b>Happens-before.</b> The giver writes {@link #holder} and all that the loop knows, then the receiver's {@code turn},
 * which is volatile; the receiver reads {@code turn} before anything else. So all of the loop's state is ordered from holder to
 * holder, and needs no synchronisation of its own. {@code holder} is read by other threads without order, but a thread that is
 * not the holder never finds itself there: it wrote another one there itself when it gave the baton away.
 *
 * <p><b>Parking.</b> {@code turn} alone decides; a stray permit only costs a look. An interrupt status would make {@code park}
 * return at once for ever, so it is cleared before and put back after.
 */
public abstract class BatonFibers implements Fibers {
  /** Whether a thread of this JVM has {@linkplain Turn#pause waited without being parked}. */
  private static volatile boolean hasPaused;

  private final FiberHost host;
  private @Nullable Thread holder;
  private @Nullable Turn root;
  private boolean interruptedInPoll;

  /**
   * Makes the fibers of one loop.
   *
   * @param host the loop
   */
  protected BatonFibers(FiberHost host) {
    this.host = host;
  }

  /**
   * Makes a thread, not started.
   *
   * @param body what it runs
   * @param name its name, or {@code null} for what is usual
   * @param inherit whether it takes over inheritable thread-locals
   * @return the thread
   */
  protected abstract Thread newThread(Runnable body, @Nullable String name, boolean inherit);

  /**
   * Refuses, while nothing has happened, a suspension of the calling thread that could not be parked and has to.
   *
   * @param hasFailed whether one could not in this JVM, because its stack was too deep
   * @throws StackOverflowError if the stack is too deep
   */
  protected void ensureCanPark(boolean hasFailed) {}

  @Override
  public final Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
    return new BatonFiber(body, name, context, inherit);
  }

  @Override
  public final void interruptedInPoll() {
    interruptedInPoll = true;
  }

  @Override
  public final boolean isHolder() {
    return Thread.currentThread() == holder;
  }

  @Override
  public final void run() {
    Turn own = new Turn(Thread.currentThread());
    root = own;
    holder = own.thread;
    boolean interrupted = false;
    try {
      Fiber next = host.next();
      interrupted = interruptedInPoll; // also of the iteration that the loop began before
      if (next != null) {
        give(next);
        interrupted |= own.await();
      }
    } finally {
      interruptedInPoll = false;
      if (interrupted) {
        own.thread.interrupt(); // the loop's interrupt hook may not have heard it
      }
      holder = null;
      root = null;
    }
  }

  /** Runs the loop on the calling thread, which has the baton and may be anyone's. */
  private @Nullable Fiber next() {
    try {
      return host.next();
    } catch (Throwable thrown) { // a poller's or a clock's: no task is to blame
      host.fail(thrown);
      return null;
    }
  }

  /** Gives the baton to a fiber, or to the thread in {@code run} if there is none. */
  private void give(@Nullable Fiber next) {
    if (next != null) {
      BatonFiber fiber = (BatonFiber) next;
      holder = fiber.turn.thread;
      try {
        fiber.turn.give();
        return;
      } catch (Throwable unstarted) { // no memory for another thread: the run ends, and the task can be tried again
        fiber.unstart();
        host.ready(fiber);
        host.fail(unstarted);
      }
    }
    Turn waiting = root;
    if (waiting != null) {
      holder = waiting.thread;
      waiting.give();
    }
  }

  @Override
  public final void release(Fiber fiber) {
    ((BatonFiber) fiber).release();
  }

  @Override
  public boolean hasThreads() {
    return false;
  }

  @Override
  public Thread thread(Fiber fiber, Runnable onStart, Runnable onInterrupt) {
    throw new UnsupportedOperationException();
  }

  /** A thread's right to run. */
  private static final class Turn {
    private static final long PAUSE_MILLIS = 1;

    final Thread thread;
    private boolean started;
    private volatile boolean mine;

    Turn(Thread thread) {
      this.thread = thread;
      this.started = thread.getState() != Thread.State.NEW;
    }

    void give() {
      mine = true;
      if (started) {
        LockSupport.unpark(thread);
      } else {
        started = true;
        thread.start();
      }
    }

    /** Parks until it is this thread's turn, whatever its interrupt status; tells whether it was interrupted. */
    boolean await() {
      boolean interrupted = false;
      while (!mine) {
        try {
          LockSupport.park(this);
        } catch (StackOverflowError unparkable) { // the baton is given away: this thread must not go on
          hasPaused = true;
          interrupted |= pause();
        }
        interrupted |= Thread.interrupted();
      }
      mine = false;
      return interrupted;
    }

    /**
     * A virtual thread whose stack is so deep that the JDK lacks the stack to put it aside cannot park; but it can wait on a monitor,
     * which then takes its carrier along. If that were the last one, the thread that has the baton could not run; so it is one, and then
     * {@linkplain #ensureCanPark none} any more.
     */
    @SuppressWarnings("WaitNotInLoop") // the caller looks again
    private synchronized boolean pause() {
      try {
        wait(PAUSE_MILLIS);
        return false;
      } catch (InterruptedException interrupted) {
        return true;
      }
    }
  }

  private final class BatonFiber extends Fiber implements Runnable {
    private final Runnable body;
    private final Turn turn;
    private boolean suspended;
    private volatile boolean released;

    BatonFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
      super(host, context);
      this.body = body;
      this.turn = new Turn(newThread(this, name, inherit));
    }

    @Override
    public void run() {
      turn.await();
      bind();
      try {
        body.run();
      } catch (Throwable thrown) { // bodies throw nothing, short of an error of the JVM
        host.fail(thrown);
      }
      if (!released) {
        give(next());
      }
    }

    @Override
    public void suspend() {
      if (released) {
        return; // the loop has closed: whoever awaits finds that out
      }
      ensureCanPark(hasPaused);
      boolean interrupted = Thread.interrupted();
      suspended = true;
      interruptedInPoll = false;
      Fiber next = BatonFibers.this.next();
      interrupted |= interruptedInPoll;
      if (next != this) {
        give(next);
        interrupted |= turn.await();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void wake() {
      suspended = false;
    }

    @Override
    public boolean isSuspended() {
      return suspended;
    }

    /** Never: who blocks keeps the baton, and so nobody is there to ask. */
    @Override
    public boolean isBlocked() {
      return false;
    }

    void unstart() {
      turn.started = false;
      turn.mine = false;
    }

    void release() {
      released = true;
      suspended = false;
      turn.give();
    }

    @Override
    public void setName(String name) {
      turn.thread.setName(name);
    }

    @Override
    public void interrupt() {
      turn.thread.interrupt();
    }

    @Override
    public void clearInterrupt() {
      if (Thread.currentThread() == turn.thread) {
        Thread.interrupted();
      }
    }

    @Override
    public StackTraceElement[] stackTrace() {
      return turn.thread.getStackTrace();
    }
  }
}
