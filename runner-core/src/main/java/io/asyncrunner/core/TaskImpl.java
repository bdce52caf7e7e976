package io.asyncrunner.core;

import io.asyncrunner.CancelledError;
import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.Task;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.Surroundings;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task. In the ready queue it stands for its next step.
 *
 * <pre>
 * +-----------+  first step  +---------+  awaitFuture   +---------+
 * | SCHEDULED | -----------> |         | -------------> | WAITING |
 * +-----------+              | RUNNING |                +---------+
 *       ^   |                |         |                     | the future is done
 *       |   |     step       |         |                     V
 *       |   +--------------> |         |              (queued: SCHEDULED)
 *       +------------------- |         |
 *            yieldNow        |         |  blocks      +---------+
 *                            |         | -----------> | BLOCKED | (fibers that unmount in JDK calls)
 *                            |         | <----------- +---------+
 *                            +---------+
 *                                 | coroutine ends      +------+
 *                                 +-------------------> | DONE |
 *                                                       +------+
 * </pre>
 *
 * <p>A request to cancel goes to what the task waits for (WAITING), else it is kept in {@link #mustCancel} and delivered at the
 * next suspension point; BLOCKED is interrupted on top of that. One of the two deliveries takes the other back, so each
 * request is delivered once. The task is in the ready queue at most once: only RUNNING and the end of a wait put it there.
 *
 * <p>Confined to its loop, except where a method says otherwise.
 */
final class TaskImpl<T extends @Nullable Object> extends FutureImpl<T> implements Task<T>, Runnable {
  private @Nullable Coroutine<T, ?> coroutine; // until it is called, or will not be
  private final Context context;
  /** What the propagators captured for it, or {@code null}. */
  private final ContextPropagator.@Nullable Snapshot propagated;
  private final long number;
  private @Nullable String name; // null: generated from the number when asked for; others see a moment's
  /** Whether its fiber is a thread that a user starts: it ends as threads do, whatever becomes of the task. */
  boolean isThread;
  /** What runs the coroutine at the moment: its own fiber, or that of a generator that it asks for a value. */
  private Fiber fiber;

  private boolean started;
  private boolean mustCancel;
  private boolean marked;
  /** Whether an interrupt that we sent, or will send, has been neither delivered nor taken back. */
  private boolean interruptSent;
  /** Whether it was cancelled when its coroutine had ended, so that no error ever went through the coroutine. */
  private boolean cancelledAtEnd;

  private int cancelsRequested;
  private @Nullable String cancelMessage;
  private CancelledError.@Nullable Source cancelSource;
  private long cancelTime;
  private @Nullable FutureImpl<?> waitingFor;
  /** Debug mode: where the task was made. */
  private final @Nullable Throwable origin;

  // The loop's list of unfinished tasks, in the order of creation; see Tasks.
  @Nullable TaskImpl<?> previous;
  volatile @Nullable TaskImpl<?> next;

  TaskImpl(Loop loop, Coroutine<T, ?> coroutine, @Nullable String name, Context context,
      ContextPropagator.@Nullable Snapshot propagated, long number) {
    super(loop);
    this.coroutine = coroutine;
    this.name = name == null ? null : Names.printable(name);
    this.number = number;
    this.context = context;
    this.propagated = propagated;
    this.fiber = loop.newFiber(this, this.name != null || !loop.isNamingThreads() ? this.name : name(), context);
    this.fiber.setTask(this);
    this.origin = loop.isInDebugMode() ? new Throwable("where " + describe() + " was made") : null;
  }

  // --- steps ---

  /** Begins a step: gives the fiber that has to go on, or {@code null} if there is nothing to run. */
  @Nullable Fiber beginStep() {
    if (!started && mustCancel) { // cancelled before its first step: the coroutine is not called
      try {
        completeCancelled(newCancelledError(null));
      } catch (VirtualMachineError exhausted) {
        endLater(exhausted);
        return null;
      }
      started = true;
      mustCancel = false;
      coroutine = null;
      loop.onTaskDone(this);
      if (!isThread) {
        return null;
      }
    }
    started = true;
    fiber.wake();
    return fiber;
  }

  /** The coroutine, from beginning to end; on the fiber. */
  @Override
  @SuppressWarnings("NullAway") // a coroutine that did not throw returned a T
  public void run() {
    if (!isPending()) {
      return; // a thread whose task was cancelled, or whose loop was closed, before it began
    }
    T result = null;
    Throwable thrown = null;
    try {
      Coroutine<T, ?> taken = takeCoroutine();
      result = propagated == null ? taken.run() : propagated.run(taken);
    } catch (Throwable t) {
      thrown = t;
    }
    for (boolean ended = false; !ended && !loop.isClosed();) { // closed: given up, the closing loop has ended the task
      try {
        if (thrown != null) {
          thrown = asCancellation(thrown);
        }
        end(result, thrown);
        ended = true;
      } catch (VirtualMachineError exhausted) { // what waits for this must not wait for ever: tries again in the next run
        endLater(exhausted);
        suspendBeforeEnd();
      }
    }
  }

  private Coroutine<T, ?> takeCoroutine() {
    Coroutine<T, ?> taken = Objects.requireNonNull(coroutine);
    coroutine = null; // a task that is kept for its result does not keep what its code holds
    return taken;
  }

  private void endLater(VirtualMachineError exhausted) {
    loop.enqueue(this);
    loop.fail(exhausted);
  }

  private void suspendBeforeEnd() {
    try {
      fiber.suspend();
    } catch (IllegalStateException | VirtualMachineError unsuspended) { // no memory: tries again at once
      loop.removeReady(this);
    }
  }

  /** Ends this with what the coroutine returned or threw; or throws, and has done nothing. */
  private void end(T result, @Nullable Throwable thrown) {
    if (thrown == null && mustCancel) { // cancelled too late to be told
      completeCancelled(newCancelledError(null));
      cancelledAtEnd = true;
    } else if (thrown == null) {
      completeNormally(result);
    } else if (thrown instanceof CancelledError cancelled) {
      completeCancelled(cancelled);
    } else {
      completeExceptionally(thrown);
      if (Loop.endsRun(thrown)) {
        loop.fail(thrown);
      }
    }
    loop.onTaskDone(this);
    if (origin != null && cancelsRequested > 0 && !isCancelled()) {
      reportSwallowedCancellation(origin);
    }
  }

  private void reportSwallowedCancellation(Throwable where) {
    try {
      loop.reportSoon(describe() + " swallowed a cancellation: it ended otherwise although it was cancelled "
          + cancelsRequested + " time(s) and never called uncancel()", where, this);
    } catch (VirtualMachineError unreported) {
      loop.fail(unreported);
    }
  }

  /** Suspends the calling task, which is this, until a future is done; throws if the task is cancelled meanwhile. */
  void awaitFuture(FutureImpl<?> future) {
    if (future.loop != loop) {
      throw new IllegalStateException(describe() + " cannot await a future of another loop: found " + future.loop
          + ", expected " + loop + "; use Async.await(future.toCompletableFuture())");
    }
    if (future == this) {
      throw new IllegalStateException(describe() + " cannot await itself");
    }
    loop.stackReserve.ensureForSuspension();
    boolean passedOn = false;
    try {
      loop.beforeSuspension(this);
      takeInterruptBack();
      future.addWaiter(this);
      waitingFor = future;
      if (mustCancel) {
        mustCancel = false; // before: the request may come back, if the future is a task that waits for this one
        passedOn = future.cancelPending(cancelMessage, cancelSource(), cancelTime);
        mustCancel |= !passedOn;
      }
      fiber.suspend();
    } catch (Throwable unsuspended) { // a pinned frame, or no memory or stack: as if it had not been tried
      mustCancel |= passedOn;
      waitingFor = null;
      future.removeWaiter(this);
      loop.removeReady(this);
      throw unsuspended;
    }
    waitingFor = null;
    ensureLoopOpen();
    CancelledError delivered = future.isDone() ? future.takeCancellation() : null;
    if (mustCancel) {
      if (delivered == null) {
        delivered = newCancelledError(null);
      }
      mustCancel = false;
    }
    if (delivered != null) {
      consumeInterrupt();
      throw delivered;
    }
  }

  /** Suspends the calling task, which is this, for one turn of the loop. */
  void yieldNow() {
    loop.stackReserve.ensureForSuspension();
    loop.beforeSuspension(this);
    takeInterruptBack();
    loop.enqueue(this);
    try {
      fiber.suspend();
    } catch (Throwable unsuspended) {
      loop.removeReady(this);
      throw unsuspended;
    }
    ensureLoopOpen();
    if (mustCancel) {
      CancelledError delivered = newCancelledError(null);
      mustCancel = false;
      consumeInterrupt();
      throw delivered;
    }
  }

  private void ensureLoopOpen() {
    if (loop.isClosed()) {
      throw new CancelledError(describe() + " was suspended when its loop was closed");
    }
  }

  // --- cancellation ---

  /** Hands the request on to what the task waits for; else keeps it for the next suspension point. */
  @Override
  boolean cancelPending(@Nullable String message, CancelledError.Source source, long when) {
    loop.cancellations.request(this, message, source, when);
    return true;
  }

  void countCancel() {
    cancelsRequested++;
  }

  /** Takes {@link #countCancel} back: the request could not be handed on. */
  void uncountCancel() {
    cancelsRequested--;
  }

  /** Cancels the task when it next suspends or is woken; interrupts the call that it is blocked in. */
  void cancelLater(@Nullable String message, CancelledError.Source source, long when) {
    mustCancel = true;
    cancelMessage = message;
    cancelSource = source;
    cancelTime = when;
    if (started && fiber.isBlocked()) {
      interruptSent = true;
      fiber.interrupt();
    }
  }

  /** Cancels the task by ending its wait, if that has not been done already. */
  void cancelNow(@Nullable String message, CancelledError.Source source, long when) {
    FutureImpl<?> awaited = waitingFor;
    if (awaited != null) {
      loop.enqueue(this);
      awaited.removeWaiter(this);
      waitingFor = null;
    }
    cancelLater(message, source, when);
  }

  /** Whether a request to cancel is on its way through this task; see {@link Cancellations}. */
  boolean isMarked() {
    return marked;
  }

  void mark(boolean marked) {
    this.marked = marked;
  }

  /** A message goes into the coroutine with the error; what comes out of it is the coroutine's. As in asyncio. */
  @Override
  @Nullable String cancelMessage(CancelledError original) {
    return cancelledAtEnd ? original.reason() : null;
  }

  /** Its thread, which its user started, was interrupted while it was suspended. Holder only. */
  void onThreadInterrupted() {
    if (isPending()) {
      cancel(null, Loop.INTERRUPT);
    }
  }

  private CancelledError newCancelledError(@Nullable Throwable cause) {
    return loop.newCancelledError(cancelMessage, cancelSource(), cancelTime, cause);
  }

  private CancelledError.Source cancelSource() {
    return cancelSource != null ? cancelSource : new CancelledError.Source(null, null);
  }

  /** A cancellation has been delivered otherwise than by the interrupt that we sent: takes that back. On the fiber. */
  private void consumeInterrupt() {
    if (interruptSent) {
      interruptSent = false;
      fiber.clearInterrupt();
    }
  }

  /** The request for which an interrupt was sent has been taken back: takes the interrupt back too. On the fiber. */
  private void takeInterruptBack() {
    if (!mustCancel) {
      consumeInterrupt();
    }
  }

  private static final CancelledError.Source INTERRUPT = new CancelledError.Source("an interrupt of its thread", null);

  /** See {@link io.asyncrunner.spi.LoopEngine#asCancellation}. On the fiber. */
  Throwable asCancellation(Throwable thrown) {
    if (thrown instanceof CancelledError || Loop.endsRun(thrown)) {
      return thrown;
    }
    boolean ours = interruptSent && (Thread.currentThread().isInterrupted() || stemsFromInterrupt(thrown));
    if (!ours && !(thrown instanceof InterruptedException)) { // whoever sent that one
      return thrown;
    }
    CancelledError delivered = ours || mustCancel
        ? newCancelledError(thrown)
        : loop.newCancelledError(null, INTERRUPT, Long.MAX_VALUE, thrown);
    consumeInterrupt();
    mustCancel = false; // this is its delivery
    return delivered;
  }

  /** How far down the causes an interruption is looked for; ends the look where they go round in a circle. */
  private static final int CAUSES = 100;

  /** Tells whether something is what JDK calls throw when they are interrupted, or wraps it. */
  private static boolean stemsFromInterrupt(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < CAUSES; depth++) {
      if (cause instanceof InterruptedException
          || cause instanceof ClosedByInterruptException
          || cause instanceof FileLockInterruptionException
          || (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException))) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  @Override
  public @Nullable String cancelMessage() {
    loop.ensureOwnerOrClosed("Task.cancelMessage");
    return cancelMessage;
  }

  @Override
  public int cancelling() {
    loop.ensureOwnerOrClosed("Task.cancelling");
    return cancelsRequested;
  }

  @Override
  public int uncancel() {
    if (loop.isOutside("Task.uncancel")) {
      return loop.fromOutside(this::uncancel);
    }
    if (cancelsRequested > 0 && --cancelsRequested == 0) {
      mustCancel = false;
      if (Fiber.current() == fiber) {
        takeInterruptBack();
      } else if (interruptSent) {
        fiber.clearInterrupt(); // if it has not been sent; else when the task next suspends
      }
    }
    return cancelsRequested;
  }

  /** The loop has closed while this was not done: ends it, and gives its fiber for its clean-up to run outside. */
  Fiber abandon() {
    waitingFor = null;
    coroutine = null;
    completeCancelled(new CancelledError("the loop of " + describe() + " was closed before the task was done"));
    return fiber;
  }

  /** Debug mode: where it was made. */
  @Nullable Throwable origin() {
    return origin;
  }

  // --- fibers ---

  /** What the task waits for; {@code null} while it is not suspended in a wait. */
  @Nullable FutureImpl<?> waitingFor() {
    return waitingFor;
  }

  boolean isStarted() {
    return started;
  }

  Fiber fiber() {
    return fiber;
  }

  /** Sets what runs the coroutine: a generator's fiber, or its own again. */
  void setFiber(Fiber fiber) {
    consumeInterrupt(); // it is the thread's that is left; the request for which it was sent is kept
    this.fiber = fiber;
  }

  // --- what it is ---

  @Override
  public String name() {
    String given = name;
    return given != null ? given : "Task-" + number;
  }

  @Override
  public void setName(String name) {
    Objects.requireNonNull(name, "name");
    loop.ensureOwnerOrClosed("Task.setName");
    String printable = Names.printable(name);
    this.name = printable;
    fiber.setName(printable);
  }

  @Override
  public Context context() {
    loop.ensureOwnerOrClosed("Task.context");
    return context;
  }

  @Override
  public List<StackTraceElement> stack() {
    return !isPending() || !started ? List.of() : Stacks.ofUser(fiber.stackTrace());
  }

  @Override
  String describe() {
    return "task " + name();
  }

  /** Any thread, which sees a moment's state. A task that is waited for is named alone: two may wait for each other. */
  @Override
  Surroundings reportSurroundings() {
    return new Surroundings(context, propagated, Thread.currentThread().getContextClassLoader());
  }

  @Override
  public String toString() {
    String text = "Task[" + name() + ", ";
    if (!isPending()) {
      return text + stateForPeople() + "]";
    }
    text += cancelsRequested > 0 ? "cancelling" : started ? "pending" : "not started";
    FutureImpl<?> awaited = waitingFor;
    if (awaited != null) {
      text += ", waiting for " + (awaited instanceof TaskImpl<?> task ? task.describe() : awaited.toString());
    }
    return text + "]";
  }
}
