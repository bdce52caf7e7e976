package io.asyncrunner.virtualthreads;

import io.asyncrunner.Context;
import io.asyncrunner.spi.Fiber;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread and its scheduler in one: the JDK hands the thread's continuation to {@link #execute}, and the loop runs it
 * on the carrier.
 *
 * <p><b>Suspending.</b> {@code suspend} calls {@link Thread#yield()}, never {@code park}: a yield hands over the continuation
 * whatever the interrupt status, leaves permits alone, and no foreign unpark can end it. The continuation that comes of it is
 * kept, not queued; {@code mount} runs it when the loop says so. In a pinned frame a yield returns at once, which is recognised
 * by {@code go} not being set.
 *
 * <p><b>State.</b> {@code awaiting}, {@code go}, {@code started} and {@code done} belong to the carrier, and to the fiber while
 * it is mounted there, which is the same thread to the hardware. Other threads only queue the fiber; what they do before is
 * ordered by the loop's inlet. {@code continuation} is written once, by {@link Thread#start()}, with release: others come
 * to it through the thread that has been started.
 *
 * <p><b>Three rules.</b> (a) Only the carrier looks at {@code awaiting} and {@code go}. (b) Mounting once too often is harmless:
 * the JDK runs a continuation only in a state in which it may run, and {@code mount} refuses a suspended fiber. (c) A mount may
 * do nothing, because another thread is taking the fiber's stack trace at that moment; {@code go} stays set, and the JDK
 * submits the continuation again when the trace is taken. So nothing after {@code continuation.run()} may assume that the fiber
 * ran.
 *
 * <p>Virtual threads that user code makes on this fiber inherit it as their scheduler. They are told apart by their
 * continuation and forwarded to the JDK's scheduler.
 */
final class ConfinedFiber extends Fiber implements Executor, Runnable {
  /** How often a mount that did nothing is tried again at once, and then how long at intervals. */
  private static final int SPINS = 1_000;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_INTERVAL_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private static final VarHandle CONTINUATION;

  static {
    try {
      CONTINUATION = MethodHandles.lookup().findVarHandle(ConfinedFiber.class, "continuation", Runnable.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private @Nullable ConfinedFibers fibers; // null once done, as the body: threads that were made on this fiber hold it
  private @Nullable Runnable body;
  final Thread thread;
  private volatile @Nullable Runnable continuation;
  private @Nullable Runnable onStart; // what Thread.start() does, for a thread that its user starts

  private boolean started;
  private boolean awaiting; // in suspend(): the continuation is ours
  private boolean go; // it may run
  private boolean done;
  private boolean countedAsBlocked;
  private boolean interruptDue; // it is to be interrupted as soon as it waits where that ends the wait

  ConfinedFiber(ConfinedFibers fibers, Runnable body, @Nullable String name, Context context, boolean inherit) {
    super(fibers.host, context);
    this.fibers = fibers;
    this.body = body;
    this.thread = SchedulerDoor.newThread(this, name, inherit, this);
  }

  /** The confined fiber that the calling thread is. */
  static @Nullable Fiber find() {
    Thread current = Thread.currentThread();
    return current.isVirtual() && SchedulerDoor.schedulerOf(current) instanceof ConfinedFiber fiber
        && fiber.thread == current
            ? fiber
            : null;
  }

  @Override
  public void run() {
    try {
      Objects.requireNonNull(body).run();
    } catch (Throwable thrown) { // bodies throw nothing, short of an error of the JVM
      host().fail(thrown);
    }
    Objects.requireNonNull(fibers).beforeUnmount(thread);
    done = true;
    fibers = null;
    body = null;
    detach();
  }

  // --- on the fiber ---

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // this yield goes to a scheduler that we are
  public void suspend() {
    if (loop().isClosed()) {
      return; // released: whoever awaits finds that out
    }
    awaiting = true;
    go = false;
    boolean resumed;
    Objects.requireNonNull(fibers).beforeUnmount(thread);
    try {
      Thread.yield();
      resumed = go;
    } finally { // also if there is no memory to keep the stack
      awaiting = false;
      go = false;
    }
    if (!resumed) {
      throw new IllegalStateException(
          "cannot suspend here: a class initialiser or native code on the stack pins the thread;"
              + " await before it is entered, or run it with Async.toThread");
    }
  }

  // --- on the carrier ---

  @Override
  public void wake() {
    go = true;
  }

  @Override
  public boolean isSuspended() {
    return awaiting && !go;
  }

  @Override
  public boolean isBlocked() {
    return started && !awaiting && !done && Thread.currentThread() != thread;
  }

  /** Lets the fiber go on until it suspends, blocks or ends. The only place that runs a continuation. */
  void mount() {
    if (!started) {
      started = true;
      thread.start(); // only hands over the continuation
    } else if (awaiting && !go) {
      return; // queued from outside by a stack trace, and not due
    }
    Runnable own = continuation;
    if (own == null) {
      throw new IllegalStateException("the JDK did not hand over the continuation of " + thread);
    }
    own.run();
    if (awaiting && go) {
      mountAgain(own);
    }
    if (interruptDue && isBlocked()) {
      interrupt();
    }
  }

  /** After a mount: how many more fibers are blocked than before it, -1 to 1. */
  int blockedMore() {
    boolean blocks = !awaiting && !done;
    if (blocks == countedAsBlocked) {
      return 0;
    }
    countedAsBlocked = blocks;
    return blocks ? 1 : -1;
  }

  /**
   * Rule (c): another thread is taking the stack trace. Waits for it, a while, to keep the loop's order; it takes microseconds,
   * unless that thread loses its processor meanwhile, which on a busy machine is longer than it seems.
   */
  private void mountAgain(Runnable own) {
    long began = System.nanoTime();
    for (int i = 0; awaiting && go; i++) {
      if (i < SPINS) {
        Thread.onSpinWait();
      } else if (System.nanoTime() - began < RETRY_NANOS) {
        LockSupport.parkNanos(this, RETRY_INTERVAL_NANOS);
      } else {
        return; // a debugger, perhaps: when the fiber is let go on, it comes through the inlet
      }
      own.run();
    }
  }

  // --- on any thread ---

  /** The JDK wants a continuation run. Takes no lock, and lets nothing out but what the JDK retries. */
  @Override
  public void execute(Runnable command) {
    Runnable own = continuation;
    if (own == null) { // Thread.start()
      CONTINUATION.setRelease(this, command);
      Runnable queue = onStart;
      if (queue != null) {
        started = true;
        queue.run();
      }
    } else if (command != own) { // a child of user code
      SchedulerDoor.defaultScheduler().execute(command);
    } else {
      ConfinedFibers mine = fibers;
      if (mine == null) {
        return; // done meanwhile
      }
      if (!mine.isHolder()) { // an unpark from outside, or a stack trace that has been taken
        mine.host.readyThreadsafe(this);
      } else if (!awaiting) { // an unpark from within, or a yield of user code
        mine.host.ready(this);
      }
    }
  }

  Thread handOut(Runnable queue) {
    onStart = queue;
    return thread;
  }

  /** The loop has closed: the rest of the fiber runs on the JDK's scheduler. */
  void release() {
    go = true;
    Runnable own = continuation;
    if (own != null) {
      SchedulerDoor.defaultScheduler().execute(own);
    }
  }

  @Override
  public void setName(String name) {
    thread.setName(name);
  }

  @Override
  public void interrupt() {
    interruptDue = UninterruptibleWaits.isIn(thread);
    if (!interruptDue) {
      thread.interrupt();
    }
  }

  @Override
  public void clearInterrupt() {
    interruptDue = false;
    if (Thread.currentThread() == thread) {
      Thread.interrupted();
    }
  }

  @Override
  public StackTraceElement[] stackTrace() {
    return thread.getStackTrace();
  }
}
