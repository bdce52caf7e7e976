package io.asyncrunner.virtualthreads;

import io.asyncrunner.Context;
import io.asyncrunner.core.internal.InterruptListener;
import io.asyncrunner.spi.Fiber;
import java.nio.channels.Selector;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread and its scheduler in one: the JDK hands the thread's continuation to {@link #handOver}, by way of
 * {@link ScheduledFiber}, and the loop runs it on the carrier.
 *
 * <p><b>Suspending.</b> {@code suspend} calls {@link Thread#yield()}, never {@code park}: a yield hands over the continuation
 * whatever the interrupt status, leaves permits alone, and no foreign unpark can end it. The continuation that comes of it is
 * kept, not queued; {@code mount} runs it when the loop says so. In a pinned frame a yield returns at once, which is recognised
 * by {@code go} not being set.
 *
 * <p><b>State.</b> {@code awaiting}, {@code go}, {@code started} and {@code done} belong to the carrier, and to the fiber while
 * it is mounted there, which is the same thread to the hardware. Other threads only queue the fiber; what they do before is
 * ordered by the loop's inlet. What else there is to the fiber is written before its thread is started, and let go of by the
 * fiber when it is done. The JDK comes here from another thread when it has seen, in the thread's state, that the thread waits:
 * so it sees what the thread did before that. Who still finds a fiber that is done as it was before is late, and what it
 * does has no effect, because there is nothing to run.
 *
 * <p><b>Three rules.</b> (a) Only the carrier looks at {@code awaiting} and {@code go}. (b) Mounting once too often is harmless:
 * the JDK runs a continuation only in a state in which it may run, and {@code mount} refuses a suspended fiber. (c) A mount may
 * do nothing, because another thread is taking the fiber's stack trace at that moment; {@code go} stays set, and the JDK
 * submits the continuation again when the trace is taken. So nothing after {@code continuation.run()} may assume that the fiber
 * ran.
 *
 * <p>Virtual threads that user code makes on this fiber inherit it as their scheduler. They are told apart by their
 * continuation and forwarded to the JDK's scheduler. So is what is left of this thread when the fiber is done: closing what the
 * body has left open, which may wait.
 */
abstract class ConfinedFiber extends Fiber implements Executor, Runnable {
  /** How often a mount that did nothing is tried again at once, and then how long at intervals. */
  private static final int SPINS = 1_000;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_INTERVAL_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  // Null once done: threads that were made on this fiber hold it, and may live long.
  private @Nullable ConfinedFibers fibers;
  private @Nullable Runnable body;
  @Nullable Thread thread;
  private @Nullable Runnable continuation;

  // For a thread that its user starts: what Thread.start() does, and who listens while it is suspended.
  private @Nullable Runnable onStart;
  private @Nullable Interruption interruption;

  private boolean started;
  private boolean awaiting; // in suspend(): the continuation is ours
  private boolean go; // it may run
  private boolean done;
  private boolean countedAsBlocked;
  private boolean yielded; // by user code: it is neither awaiting nor in a call that waits
  private boolean interruptDue; // it is to be interrupted as soon as it waits where that ends the wait

  ConfinedFiber(ConfinedFibers fibers, Runnable body, @Nullable String name, Context context, boolean inherit) {
    super(fibers.host, context);
    this.fibers = fibers;
    this.body = body;
    Thread own = SchedulerDoor.newThread(this, name, inherit, this);
    this.thread = own;
    this.continuation = SchedulerDoor.continuationOf(own);
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
    Objects.requireNonNull(fibers).beforeUnmount(Thread.currentThread());
    done = true;
    fibers = null;
    body = null;
    thread = null;
    continuation = null;
    interruption = null;
    detach();
  }

  // --- on the fiber ---

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // this yield goes to a scheduler that we are
  public void suspend() {
    if (loop().isClosed()) {
      return; // released: whoever awaits finds that out
    }
    ConfinedFibers mine = Objects.requireNonNull(fibers);
    Interruption listening = interruption;
    boolean resumed;
    try {
      awaiting = true;
      go = false;
      mine.beforeUnmount(Thread.currentThread());
      if (listening != null) {
        listening.listen();
      }
      Thread.yield();
      resumed = go;
    } finally { // also if there is no memory to keep the stack, or no stack for a call
      awaiting = false;
      go = false;
      if (listening != null) {
        listening.stop();
      }
    }
    if (!resumed) {
      throw new IllegalStateException(mine.isHolder()
          ? "cannot suspend here: a class initialiser or native code on the stack pins the thread;"
              + " await before it is entered, or run it with Async.toThread"
          : "cannot suspend here: " + thread + " is a fiber of " + loop() + ", and has been run off it; an agent that"
              + " wraps what virtual threads hand to their scheduler does that: exclude java.lang.VirtualThread from it");
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

  /** Has the thread hand over its continuation. */
  private void start() {
    try {
      Objects.requireNonNull(thread).start();
    } catch (Throwable unstarted) { // no memory: it starts in the next run
      host().ready(this);
      throw unstarted;
    }
  }

  /** Lets the fiber go on until it suspends, blocks or ends. The only place that runs a continuation. */
  void mount() {
    if (!started) {
      start();
    } else if (awaiting && !go) { // queued from outside by a stack trace or an interrupt, and not due
      if (interruption != null) {
        interruption.look();
      }
      return;
    }
    Runnable own = continuation;
    if (own == null) {
      return; // queued once too often, and done meanwhile
    }
    yielded = false;
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
  final void handOver(Runnable command) {
    if (!started) { // Thread.start()
      started = true;
      Runnable queue = onStart;
      if (queue != null) {
        onStart = null;
        queue.run();
      }
      return;
    }
    ConfinedFibers mine = fibers;
    Runnable own = continuation;
    if (mine == null || own == null || !isOwn(command, own)) {
      SchedulerDoor.defaultScheduler().execute(command);
    } else if (!mine.isHolder()) { // an unpark from outside, or a stack trace that has been taken
      mine.host.readyThreadsafe(this);
    } else if (!awaiting) { // an unpark from within, or a yield of user code
      yielded = mine.isMounted(thread);
      mine.host.ready(this);
    }
  }

  /** Tells this fiber's continuation, even if something has been put around it, from that of a child of user code. */
  private static boolean isOwn(Runnable command, Runnable own) {
    Class<?> continuations = own.getClass();
    return command == own
        || (command.getClass() != continuations && Wrappers.continuationIn(command, continuations) == own);
  }

  Thread handOut(Runnable queue, Runnable onInterrupt) {
    onStart = queue;
    interruption = new Interruption(onInterrupt);
    return Objects.requireNonNull(thread);
  }

  /**
   * Hears of interrupts while the fiber is suspended, which nothing else would: it has the fiber queued, and the carrier then looks
   * whether the thread's status is up. A status that is up when the fiber suspends counts alike, as it does in a JDK call that waits.
   */
  private final class Interruption extends InterruptListener {
    private final Runnable onInterrupt;
    private boolean taken;

    Interruption(Runnable onInterrupt) {
      this.onInterrupt = onInterrupt;
    }

    /** On the fiber, as {@link #stop}. */
    void listen() {
      begin();
    }

    /** The status of an interrupt that has been taken for a cancellation is cleared, as an InterruptedException does it. */
    void stop() {
      end();
      if (taken) {
        taken = false;
        Thread.interrupted();
      }
    }

    /** On the carrier. */
    void look() {
      Thread suspended = thread;
      if (!taken && suspended != null && suspended.isInterrupted()) {
        taken = true;
        onInterrupt.run();
      }
    }

    /** On the thread that interrupts. */
    @Override
    public Selector wakeup() {
      ConfinedFibers mine = fibers;
      if (mine != null) {
        mine.host.readyThreadsafe(ConfinedFiber.this);
      }
      return this;
    }
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
    Thread named = thread;
    if (named != null) {
      named.setName(name);
    }
  }

  @Override
  public void interrupt() {
    Thread blocked = Objects.requireNonNull(thread);
    interruptDue = !yielded && UninterruptibleWaits.isIn(blocked);
    if (!interruptDue) {
      blocked.interrupt();
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
    Thread current = thread;
    return current == null ? new StackTraceElement[0] : current.getStackTrace();
  }
}
