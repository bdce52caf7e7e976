package io.asyncrunner.core;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.ExceptionHandler;
import io.asyncrunner.Handle;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.core.internal.PlatformFibers;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Detached;
import io.asyncrunner.spi.Droppable;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.Fibers;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import io.asyncrunner.spi.StackReserve;
import io.asyncrunner.spi.Surroundings;
import io.asyncrunner.spi.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The loop: a queue of what is ready, a queue of timers, and an inlet for other threads.
 *
 * <p><b>An iteration</b> takes in what other threads sent, waits if nothing is ready, adds the timers that are due, and then
 * runs as many entries as are ready at that point. {@link #next()} does this on whichever thread holds the loop, until a
 * fiber has to run; it comes back when that fiber has been suspended, blocked or ended.
 *
 * <p><b>Entries</b> of the ready queue are of three types: a {@link TaskImpl} is that task's next step, a {@link HandleImpl} a
 * callback, a {@link Fiber} one that was blocked outside the library and goes on. Steps are taken in place. So are callbacks
 * of the library ({@link InPlace}); those of users run on the <i>callback fiber</i>, which takes consecutive ones in one go
 * and begins the next iteration itself while only callbacks are ready. If a callback blocks, the loop goes on with a fresh
 * callback fiber, and the old one ends with its callback.
 *
 * <p><b>Threads.</b> All fields are the holder's (see {@link FiberHost}) but those marked shared. What other threads send goes
 * through {@link #inlet}, which orders what they did before what the loop does with it. The wake-up protocol is Dekker's:
 *
 * <pre>
 *   loop:  parked = true; full fence; inlet empty? then wait
 *   other: add to inlet;  full fence; parked?      then wake
 * </pre>
 *
 * At least one of the two sees what the other wrote, so an entry is not left lying while the loop sleeps. The closing is of
 * the same form: {@code close} marks the loop closed and then empties the inlet; who adds looks afterwards whether it is
 * closed, and if so empties the inlet itself.
 *
 * <p><b>Between runs</b> a fiber that is blocked in a call outside the library may be given what it waits for: a lock, which it then
 * holds, and for which others queue, the caller of the next run among them. So it goes on with the step that it has begun, to its
 * next suspension point, on the thread of a {@link Helper}.
 *
 * <pre>
 * +------+          run          +---------+         run          +------+
 * |      | --------------------> |         | <------------------- |      |  a helper's turn,    +------+
 * | IDLE |     no fiber blocked  | RUNNING |  fibers blocked      | LEFT |  a call from outside |      |
 * |      | <-------------------- |         | -------------------> |      | -------------------> | HELD |
 * +------+                       +---------+                      +------+ <------------------- |      |
 *    ^                                                                       fibers blocked     +------+
 *    +--------------------------------------------------------------------------------------------+
 *                                       no fiber blocked                     (IDLE, LEFT: close -> CLOSED)
 * </pre>
 *
 * Whoever unblocks a fiber adds it to the inlet and then looks at the state; whoever makes the state LEFT looks at the inlet after
 * that, with a full fence between the two on both sides. So one of them calls the helper.
 *
 * <p>A {@link SimulatedLoop} overrides the few methods that are made for it. While that class is not loaded, the JIT compiler
 * treats them as final.
 */
class Loop implements LoopEngine, FiberHost {
  private static final Logger LOGGER = Loggers.get("io.asyncrunner");

  /** How many entries from other threads are taken in at once, so that a flood of them holds nothing else up. */
  private static final int INLET_BATCH = 1024;

  /** How many iterations the callback fiber begins itself before it lets the poller look for input. */
  private static final int ITERATIONS_BETWEEN_POLLS = 64;

  /** How many iterations there are between two looks for futures that became garbage with an exception. */
  private static final int ITERATIONS_BETWEEN_GARBAGE_CHECKS = 1024;

  /** How often who waits for a step between two runs looks whether it has ended. */
  private static final long HELD_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private enum State {
    IDLE,
    /** Idle, but some fibers are blocked in calls that the library does not know, and go on if these end. */
    LEFT,
    /** Somebody has the loop for a moment: a helper, or a call from outside that finds it LEFT. */
    HELD,
    RUNNING,
    CLOSED
  }

  private static final VarHandle STATE;
  private static final VarHandle PARKED;
  private static final VarHandle DRAINERS;
  private static final VarHandle INTERRUPT_ACTION;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Loop.class, "state", State.class);
      PARKED = lookup.findVarHandle(Loop.class, "parked", boolean.class);
      DRAINERS = lookup.findVarHandle(Loop.class, "drainers", int.class);
      INTERRUPT_ACTION = lookup.findVarHandle(Loop.class, "interruptAction", Runnable.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Poller poller;
  private final Ticker ticker;
  private final Fibers fibers;
  final ReadyQueue ready = new ReadyQueue();
  private final TimerQueue timers = new TimerQueue();
  private final Unretrieved.Registry unretrieved = new Unretrieved.Registry();
  /** What shows futures of this loop to other threads, until the futures are done. */
  final Set<Droppable> mirrors = new LinkedHashSet<>();
  final Generators generators = new Generators(this);
  final Cancellations cancellations = new Cancellations();
  final Tasks tasks = new Tasks(); // shared
  private long tasksMade;
  private final AtomicLong threadsMade = new AtomicLong(); // shared
  /** Asked before a task or a generator is suspended, and before a task is made, while nothing has been done yet. */
  final StackReserve stackReserve;

  // Shared. See the class comment for the protocols.
  private final MpscUnboundedVarHandleArrayQueue<Object> inlet = new MpscUnboundedVarHandleArrayQueue<>(64);
  private volatile State state = State.IDLE;
  private volatile boolean parked;
  /**
   * The thread in {@code run}, which holds the loop just before and after the fibers do, or in a {@linkplain #fromOutside call
   * from outside}. Read by others without order: none of them can find itself here, because it would have written {@code null} over
   * it itself.
   */
  private @Nullable Thread starter;
  private volatile boolean wanted; // somebody waits for the loop that is HELD
  private volatile boolean begunReady; // LEFT: whether the ready queue holds fibers that go on
  private final Helper helper = new Helper(this);
  private volatile int drainers; // threads that want the inlet of the closed loop emptied; the first one does it

  /** How many entries of the current iteration are left. */
  private int remaining;
  /** A fiber that goes on before all else: one that another has just given its turn. */
  private @Nullable Fiber urgent;
  /** Fibers that gave their turn away, and go on when the one they gave it to has been suspended, blocked or ended. */
  private @Nullable Lender lenders;

  private record Lender(Fiber fiber, @Nullable Lender next) {}

  private static final Context NO_CONTEXT = new Context(); // of a callback fiber that runs no callback
  private @Nullable CallbackFiber callbackFiber;
  /** Others whose callback has blocked, so that another fiber has taken over; never, where who blocks keeps the loop. */
  private final Set<CallbackFiber> overtaken = new LinkedHashSet<>();
  /** The callback of the library that has had its second attempt, for want of memory. */
  private @Nullable HandleImpl triedAgain;
  private int iterationsSincePoll;
  private long turnTime;
  private boolean turnTimeKnown;
  private int iterationsSinceGarbageCheck;

  private @Nullable SlowStepWatch watch; // in debug mode, while the loop runs
  private boolean stopping;
  private boolean helping; // a helper has the loop: only fibers with a begun step go on
  private @Nullable Throwable failure; // ends the run
  private InterruptHook interruptHook = new InterruptHook(this::onInterrupt);
  /**
   * Shared: of the current run, read by the interrupting thread. Written with release: it is set before the hook listens, and who
   * still finds that of a run that is over only queues what the loop then passes over.
   */
  private volatile @Nullable Runnable interruptAction;

  private volatile boolean debug; // shared
  private @Nullable TaskFactory taskFactory;
  private @Nullable ExceptionHandler exceptionHandler;
  private List<ContextPropagator> propagators = List.of();
  private final DefaultExecutor defaultExecutor = new DefaultExecutor(this);

  Loop(Poller poller, FiberFactory fiberFactory, Ticker ticker) {
    this.poller = Objects.requireNonNull(poller, "poller");
    this.ticker = Objects.requireNonNull(ticker, "ticker");
    this.fibers = Objects.requireNonNull(fiberFactory, "fiberFactory").attach(this);
    this.stackReserve = new StackReserve(!fibers.isConfined());
  }

  static boolean endsRun(Throwable thrown) {
    return thrown instanceof KeyboardInterrupt || thrown instanceof VirtualMachineError;
  }

  // --- the iteration ---

  @Override
  public LoopEngine loop() {
    return this;
  }

  @Override
  public @Nullable Fiber next() {
    SlowStepWatch watching = watch;
    if (watching == null) {
      return findNext();
    }
    watching.on(null);
    Fiber next = findNext();
    watching.on(next);
    return next;
  }

  private @Nullable Fiber findNext() {
    Fiber given = urgent;
    if (given != null) {
      urgent = null;
      given.wake();
      return given;
    }
    Lender lender = lenders;
    if (lender != null) {
      lenders = lender.next;
      lender.fiber.wake();
      return lender.fiber;
    }
    for (;;) {
      while (remaining > 0) {
        if (failure != null) {
          return null;
        }
        remaining--;
        Fiber fiber = begin(takeNext());
        if (fiber != null) {
          return fiber;
        }
      }
      if (helping) {
        return nextBegun();
      }
      if (stopping || failure != null) {
        return null;
      }
      beginIteration();
    }
  }

  /** The entry of the ready queue that comes next; left there, and still the next one when asked again. */
  Object peekNext() {
    return Objects.requireNonNull(ready.peek());
  }

  /** Takes the entry that comes next out of the ready queue. */
  Object takeNext() {
    return Objects.requireNonNull(ready.poll());
  }

  /** Begins to run an entry; gives the fiber that has to run for it, or {@code null} if it is dealt with. */
  private @Nullable Fiber begin(Object entry) {
    if (entry instanceof TaskImpl<?> task) {
      return task.beginStep();
    }
    if (entry instanceof HandleImpl handle) {
      if (handle.isOff()) {
        return null;
      }
      if (handle.inPlace) {
        runInPlace(handle);
        return null;
      }
      return callbackFiberFor(handle);
    }
    return (Fiber) entry;
  }

  private void beginIteration() {
    iterationsSincePoll = 0;
    takeInlet();
    if (isIdle()) {
      reportGarbage();
    } else if (++iterationsSinceGarbageCheck == ITERATIONS_BETWEEN_GARBAGE_CHECKS) {
      iterationsSinceGarbageCheck = 0;
      reportGarbage();
    }
    if (isIdle()) {
      park();
    } else {
      poller.poll(0);
    }
    takeInlet();
    takeDueTimers();
    remaining = ready.size();
  }

  private boolean isIdle() {
    return ready.isEmpty() && !stopping;
  }

  /**
   * Waits for the next timer and for other threads. The clock is asked when the look at the inlet is over: so what is sent while it
   * is asked wakes the poller before that waits, by which the conformance kit tells whether pollers remember a wake-up.
   */
  private void park() {
    parked = true; // a volatile write, and so ordered before the read of the inlet
    long wait = inlet.isEmpty() ? ticker.waitNanos(timers.nextDeadline()) : 0;
    if (wait <= 0 || !ready.isEmpty()) { // the clock may have cancelled a task
      poller.poll(0);
      parked = false;
      return;
    }
    interruptHook.beforeWait();
    poller.poll(wait);
    parked = false;
    boolean interrupted = Thread.interrupted(); // the status would end every further wait at once
    if (interrupted) {
      fibers.interruptedInPoll();
    }
    interruptHook.afterWait(interrupted);
  }

  /** Takes in what other threads sent; the rest of a flood waits for the next iteration. */
  private void takeInlet() {
    for (int taken = 0; taken < INLET_BATCH; taken++) {
      ready.reserve(1);
      Object entry = inlet.relaxedPoll();
      if (entry == null) {
        return;
      }
      receive(entry);
    }
  }

  /** While the loop does not run, what other threads sent comes before what its owner adds afterwards. Owner only. */
  private void takeInletIfIdle() {
    if (state == State.IDLE) {
      takeInlet();
    }
  }

  /** Queues what another thread sent. */
  void receive(Object entry) {
    ready.add(entry);
  }

  private void takeDueTimers() {
    turnTimeKnown = false;
    if (timers.isEmpty()) {
      return;
    }
    long now = turnTime();
    for (;;) {
      ready.reserve(1);
      TimerHandleImpl due = timers.pollDue(now);
      if (due == null) {
        return;
      }
      ready.add(due);
    }
  }

  /** When this iteration began: looked up once for all that ask, because a look at the clock costs as much as a cancel. */
  long turnTime() {
    if (!turnTimeKnown || state != State.RUNNING) {
      turnTime = ticker.nanoTime();
      turnTimeKnown = true;
    }
    return turnTime;
  }

  /** Queues an entry, or throws and has done nothing. Holder only. */
  void enqueue(Object entry) {
    ready.add(entry);
  }

  /** Queues the next step of an unfinished task that is not queued; there is always room for it. Holder only. */
  void enqueue(TaskImpl<?> task) {
    ready.addPromised(task);
  }

  /** Queues who waits, all or none, if there is stack. Holder only. */
  void enqueueAll(Waiters waiters) {
    Consumer<Object> enqueue = ready::addPromised;
    ready.reserve(waiters.size());
    waiters.forEach(enqueue);
  }

  /** Takes back that a task was queued a short while ago. */
  void removeReady(TaskImpl<?> task) {
    ready.removeLast(task);
    remaining = Math.min(remaining, ready.size());
  }

  /** A task is done: it will not be queued again. */
  void onTaskDone(TaskImpl<?> task) {
    tasks.remove(task);
    ready.release();
  }

  /** A task is about to be suspended; what this throws, the task's wait throws. On the task's fiber. */
  void beforeSuspension(TaskImpl<?> task) {}

  void removeTimer(TimerHandleImpl timer) {
    if (state == State.CLOSED) {
      return;
    }
    if (isOutside("Handle.cancel")) {
      fromOutside(() -> timers.remove(timer));
    } else {
      timers.remove(timer);
    }
  }

  void reportGarbage() {
    for (Unretrieved found = unretrieved.pollGarbage(); found != null; found = unretrieved.pollGarbage()) {
      reportSoon(found.report(), found.surroundings());
      found.retrieved(); // only now: if there is no memory for the report, it is made when the loop closes
    }
  }

  /** Reports to the exception handler, which is user code, from a callback. */
  void reportSoon(ExceptionContext report, Surroundings surroundings) {
    enqueue(new HandleImpl(this, () -> callExceptionHandler(report), surroundings));
  }

  void reportSoon(String message, Throwable exception, TaskImpl<?> task) {
    reportSoon(new ExceptionContext(message, exception, task, null), task.reportSurroundings());
  }

  /** What reports an exception if nobody asks for it; {@link #onUnretrieved} has to be called with it. */
  Unretrieved newUnretrieved(Throwable exception, FutureImpl<?> future) {
    return unretrieved.create(exception, future);
  }

  void onUnretrieved(Unretrieved added) {
    unretrieved.add(added);
  }

  // --- callbacks ---

  private void runInPlace(HandleImpl handle) {
    try {
      handle.run();
    } catch (Throwable thrown) { // ours, or that of an SPI: reported on a fiber, because handlers are user code
      if (thrown instanceof OutOfMemoryError && triedAgain != handle) {
        triedAgain = handle;
        ready.putBack(handle); // once more in the next run: others wait for what it does, and it has done nothing
        remaining++;
        fail(thrown);
        return;
      }
      try {
        enqueue(new HandleImpl(this, () -> onCallbackFailure(handle, thrown), handle.surroundings()));
      } catch (VirtualMachineError unreported) {
        fail(endsRun(thrown) ? thrown : unreported);
      }
    }
  }

  /** The fiber that runs a user's callback: the callback fiber if it is free, else a new one. */
  private Fiber callbackFiberFor(HandleImpl handle) {
    CallbackFiber current = callbackFiber;
    if (current == null || !current.fiber.isSuspended()) {
      CallbackFiber blocked = current;
      try {
        current = new CallbackFiber(handle.context);
        if (blocked != null && blocked.fiber.isBlocked()) {
          overtaken.add(blocked);
        }
        ready.promise();
      } catch (Throwable unmade) { // no memory: the callback is called in the next run
        overtaken.remove(blocked); // of which some may be done
        ready.putBack(handle);
        remaining++;
        throw unmade;
      }
      callbackFiber = current;
    }
    current.pending = handle;
    current.fiber.wake();
    return current.fiber;
  }

  /** Runs users' callbacks, until one of them blocks and another fiber takes over, or the loop closes. */
  private final class CallbackFiber implements Runnable {
    final Fiber fiber;
    @Nullable HandleImpl pending;

    CallbackFiber(Context context) {
      fiber = newFiber(this, "asyncrunner-callbacks", context, false);
    }

    @Override
    public void run() {
      Thread own = Thread.currentThread();
      ClassLoader usual = own.getContextClassLoader();
      try {
        while (state != State.CLOSED) {
          HandleImpl handle = pending;
          pending = null;
          while (handle != null) {
            call(handle, fiber, own);
            if (callbackFiber != this) { // the callback blocked, and another fiber has taken over
              overtaken.remove(this);
              ready.release();
              return;
            }
            handle = nextCallback();
          }
          own.setContextClassLoader(usual); // not to keep that of the last callback alive
          fiber.setContext(NO_CONTEXT); // nor what is in its context
          fiber.suspend();
        }
      } finally {
        own.setContextClassLoader(usual);
      }
    }
  }

  private void call(HandleImpl handle, Fiber me, Thread own) {
    me.setContext(handle.context);
    if (own.getContextClassLoader() != handle.classLoader) { // a callback may have left its own behind
      own.setContextClassLoader(handle.classLoader);
    }
    SlowStepWatch watching = watch;
    if (watching != null) {
      watching.on(me);
    }
    try {
      if (handle.propagated == null) {
        handle.run();
      } else {
        handle.propagated.run(() -> {
          handle.run();
          return null;
        });
      }
    } catch (Throwable thrown) {
      Thread.interrupted(); // the callback's, which is over: the handler may wait
      onCallbackFailure(handle, thrown);
    }
    Thread.interrupted(); // the thread is the next callback's
  }

  private void onCallbackFailure(HandleImpl handle, Throwable thrown) {
    if (endsRun(thrown)) {
      fail(thrown);
      return;
    }
    try {
      handle.addOrigin(thrown);
      callExceptionHandler(new ExceptionContext("exception in callback " + handle.describe(), thrown, null, handle));
    } catch (Throwable ending) { // callExceptionHandler lets out only what ends the run
      fail(ending);
    }
  }

  /** The next entry if that is a user's callback, which the calling callback fiber then runs; else {@code null}. */
  private @Nullable HandleImpl nextCallback() {
    for (;;) {
      if (failure != null) {
        return null;
      }
      if (remaining == 0) {
        if (stopping || helping || ready.isEmpty() || ++iterationsSincePoll > ITERATIONS_BETWEEN_POLLS) {
          return null;
        }
        takeInlet();
        takeDueTimers();
        remaining = ready.size();
      }
      Object entry = peekNext();
      if (!(entry instanceof HandleImpl handle)) {
        return null;
      }
      remaining--;
      takeNext();
      if (handle.isOff()) {
        continue;
      }
      if (!handle.inPlace) {
        return handle;
      }
      runInPlace(handle);
    }
  }

  // --- running ---

  @Override
  public <T extends @Nullable Object> T runUntilComplete(AsyncFuture<T> future) {
    Objects.requireNonNull(future, "future");
    if (future.loop() != this) {
      throw new IllegalArgumentException("future: of " + future.loop() + " (expected one of " + this + ")");
    }
    StopWhenDone<T> stop = new StopWhenDone<>();
    Context context = new Context();
    run("runUntilComplete",
        () -> {
          onRun(future);
          future.addDoneCallback(context, stop);
        },
        () -> future.cancel("the thread in run was interrupted", INTERRUPT),
        () -> {
          stop.isOver = true;
          future.removeDoneCallback(stop);
          if (failure != null && future.isDone() && !future.isCancelled()) {
            future.exception(); // counts as retrieved: it comes out of the run, as in asyncio
          }
        });
    if (!future.isDone()) {
      throw new IllegalStateException("the event loop was stopped before its future was done: " + future);
    }
    return future.result();
  }

  static final CancelledError.Source INTERRUPT = new CancelledError.Source("an interrupt", null);

  /** Stops the run that waits for a future. It may be queued still when that run has ended otherwise; then it is late. */
  private final class StopWhenDone<T extends @Nullable Object> implements Consumer<AsyncFuture<T>>, InPlace {
    private boolean isOver;

    @Override
    public void accept(AsyncFuture<T> done) {
      if (!isOver) {
        stopping = true;
      }
    }
  }

  @Override
  public void runForever() {
    run("runForever", () -> onRun(null), this::stop, () -> {});
  }

  /** A run begins: until a future is done, or ({@code null}) until it is stopped. */
  void onRun(@Nullable AsyncFuture<?> until) {}

  @Override
  public void ensureCanRunHere() {
    EventLoop inside = EventLoop.runningOrNull();
    if (inside != null) {
      throw new IllegalStateException(this + " cannot be run from inside a running event loop, found " + inside);
    }
    ensureOpen();
    fibers.ensureCanRun();
  }

  private void beginRun(String method) {
    stackReserve.ensureForLoop();
    if (!take(State.RUNNING)) {
      ensureOpen();
      throw new IllegalStateException(
          this + " is running on another thread: " + method + " has to wait until that ends");
    }
  }

  private void run(String method, Runnable before, Runnable onInterrupted, Runnable after) {
    ensureCanRunHere();
    if (fibers.needsCarrier()) {
      Carrier.run(() -> runHere(method, before, onInterrupted, after));
    } else {
      runHere(method, before, onInterrupted, after);
    }
  }

  private void runHere(String method, Runnable before, Runnable onInterrupted, Runnable after) {
    beginRun(method);
    boolean interrupted = false;
    List<TaskImpl<?>> blocked = List.of();
    Throwable thrown;
    try {
      before.run();
      INTERRUPT_ACTION.setRelease(this, onInterrupted);
      armInterruptHook();
      try {
        if (debug) {
          watch = new SlowStepWatch(this);
        }
        beginIteration(); // at least one, also if the loop was stopped before
        fibers.run();
      } finally {
        interrupted = interruptHook.disarm();
        after.run(); // also if a poller or a clock threw: a callback that is left would stop a later run
      }
      thrown = failure;
    } finally {
      if (watch != null) {
        watch.close();
        watch = null;
        blocked = blockedTasks();
      }
      INTERRUPT_ACTION.setRelease(this, (Runnable) null);
      failure = null;
      stopping = false;
      remaining = 0;
      giveBack();
      blocked.forEach(this::reportBlocked);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (thrown != null) {
      throw sneaky(thrown);
    }
  }

  /** Debug mode: the tasks that a run leaves where the loop does not reach them, maybe with locks held. */
  private List<TaskImpl<?>> blockedTasks() {
    List<TaskImpl<?>> blocked = new ArrayList<>();
    for (Task<?> task : tasks.list()) {
      TaskImpl<?> left = (TaskImpl<?>) task;
      if (left.isStarted() && left.fiber().isBlocked()) {
        blocked.add(left);
      }
    }
    return blocked;
  }

  /** Once the loop has been given back: such a task may hold the lock of a log, and needs a helper to let go of it. */
  private void reportBlocked(TaskImpl<?> task) {
    Throwable where = new Throwable("where the task is");
    where.setStackTrace(task.stack().toArray(new StackTraceElement[0]));
    LOGGER.warn(
        "the run of {} ended while task {} was blocked in a call outside the library, where it may hold locks; when that call"
            + " ends, the task goes on to its next suspension point, and from there in the next run",
        this, task.name(), where);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <X extends Throwable> RuntimeException sneaky(Throwable throwable) throws X {
    throw (X) throwable;
  }

  private void armInterruptHook() {
    while (!interruptHook.isReusable() || !interruptHook.arm()) {
      interruptHook = new InterruptHook(this::onInterrupt);
    }
  }

  /** An interrupt of the thread in {@code run} has come. On any thread. */
  private void onInterrupt() {
    Runnable action = interruptAction;
    if (action != null) {
      post(new HandleImpl(this, (Runnable & InPlace) () -> {
        if (interruptAction == action) { // else left over from a run that is over
          action.run();
        }
      }, new Context()));
    }
  }

  @Override
  public void stop() {
    ensureOwner("LoopEngine.stop");
    stopping = true;
  }

  @Override
  public void fail(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
    }
  }

  @Override
  public boolean isRunning() {
    return state == State.RUNNING;
  }

  @Override
  public boolean isHeldByCurrentThread() {
    return fibers.isHolder();
  }

  @Override
  public boolean isClosed() {
    return state == State.CLOSED;
  }

  // --- between runs ---

  /**
   * Takes the loop for {@code next}, which is not IDLE or LEFT; waits while it is HELD, which is for one step or call. False if it is
   * running or closed.
   */
  private boolean take(State next) {
    for (;;) {
      State found = state;
      if (found == State.HELD) {
        wanted = true;
        LockSupport.parkNanos(this, HELD_LOOK_NANOS);
      } else if (found == State.RUNNING || found == State.CLOSED) {
        return false;
      } else if (STATE.compareAndSet(this, found, next)) {
        wanted = false;
        starter = next == State.CLOSED ? null : Thread.currentThread();
        return true;
      }
    }
  }

  /** Gives the loop back after {@link #take}. */
  private void giveBack() {
    starter = null;
    if (!fibers.hasBlocked()) {
      STATE.setRelease(this, State.IDLE); // nothing here has to be seen before what follows is read
      return;
    }
    begunReady = ready.hasFiber();
    state = State.LEFT;
    VarHandle.fullFence();
    if (needsHelp()) {
      helper.call();
    }
  }

  /** Whether fibers may have something to go on with between two runs. Any thread. */
  boolean needsHelp() {
    return state == State.LEFT && (begunReady || !inlet.isEmpty());
  }

  /** Lets fibers go on that have a begun step, each to its next suspension point, unless somebody else has the loop. */
  void help() {
    if (STATE.compareAndSet(this, State.LEFT, State.HELD)) {
      helping = true;
      try {
        fibers.run();
      } finally {
        helping = false;
        giveBack();
      }
    }
  }

  /** The next fiber that goes on with a step that it had begun when the run ended; {@code null} also if others want the loop. */
  private @Nullable Fiber nextBegun() {
    for (;;) {
      ready.reserve(1);
      Object entry = inlet.relaxedPoll();
      if (entry == null) {
        break;
      }
      receive(entry);
    }
    return wanted ? null : ready.pollFiber();
  }

  /**
   * Whether a call that changes something comes from outside a loop that fibers may be running on, between two runs: then it goes
   * through {@link #fromOutside}. Refuses other threads while the loop runs, and everybody once it is closed.
   */
  boolean isOutside(String method) {
    if (fibers.isHolder()) {
      return false;
    }
    ensureOwner(method);
    State found = state;
    return (found == State.LEFT || found == State.HELD) && starter != Thread.currentThread();
  }

  /** Makes a call from outside while no fiber runs. */
  <T extends @Nullable Object> T fromOutside(Supplier<T> call) {
    boolean taken = take(State.HELD); // else the call itself refuses
    try {
      if (taken) {
        takeInlet();
      }
      return call.get();
    } finally {
      if (taken) {
        giveBack();
      }
    }
  }

  /** As {@link #fromOutside(Supplier)}, without a result. */
  void fromOutside(Runnable call) {
    fromOutside(() -> {
      call.run();
      return null;
    });
  }

  // --- from other threads ---

  @Override
  public void ready(Fiber fiber) {
    ready.addPromised(fiber); // the place of the task that it runs, or its own
  }

  @Override
  public void readyThreadsafe(Fiber fiber) {
    if (!post(fiber)) {
      disposeOfInlet();
    } else if (state == State.LEFT) {
      helper.call();
    }
  }

  /**
   * Sends an entry to the loop. Any thread; lock-free. False if the loop is closed: the caller has to see to it that the inlet is
   * disposed of.
   */
  private boolean post(Object entry) {
    inlet.offer(entry);
    VarHandle.fullFence();
    if (state == State.CLOSED) {
      return false;
    }
    if (parked && PARKED.compareAndSet(this, true, false)) { // one of several senders wakes it
      poller.wakeup();
    }
    return true;
  }

  /**
   * Empties the inlet of the closed loop. The queue allows one consumer at a time: the first thread to come empties it, once
   * more for each that came meanwhile.
   */
  private void disposeOfInlet() {
    if ((int) DRAINERS.getAndAdd(this, 1) != 0) {
      return;
    }
    int served = 1;
    do {
      for (Object entry = inlet.poll(); entry != null; entry = inlet.poll()) {
        dispose(entry);
      }
      int asked = drainers;
      if (asked == served && DRAINERS.compareAndSet(this, asked, 0)) {
        return;
      }
      served = asked;
    } while (true);
  }

  private void dispose(Object entry) {
    if (entry instanceof Fiber fiber) {
      fibers.release(fiber);
    } else if (entry instanceof HandleImpl handle) {
      handle.drop();
    }
  }

  @Override
  public Handle callSoonThreadsafe(Context context, Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    Objects.requireNonNull(context, "context");
    ThreadsafeHandle handle = new ThreadsafeHandle(this, callback, context);
    if (fibers.isHolder()) {
      enqueue(handle);
      return handle;
    }
    ensureOpen();
    if (!post(handle)) {
      boolean withdrawn = handle.withdraw(); // if not, the loop has run or dropped it: it came in time
      disposeOfInlet();
      if (withdrawn) {
        throw closed("this call");
      }
    }
    return handle;
  }

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    try {
      callSoonThreadsafe(command);
    } catch (IllegalStateException closed) {
      throw new RejectedExecutionException(closed.getMessage(), closed);
    }
  }

  // --- callbacks and time ---

  @Override
  public Handle callSoon(Context context, Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    Objects.requireNonNull(context, "context");
    if (isOutside("EventLoop.callSoon")) {
      HandleImpl made = new HandleImpl(this, callback, context); // may call user code: not while the loop is held
      fromOutside(() -> {
        ensureOwner("EventLoop.callSoon");
        enqueue(made);
      });
      return made;
    }
    takeInletIfIdle();
    HandleImpl handle = new HandleImpl(this, callback, context);
    enqueue(handle);
    return handle;
  }

  @Override
  public TimerHandle callAt(long when, Context context, Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    Objects.requireNonNull(context, "context");
    if (isOutside("EventLoop.callAt")) {
      TimerHandleImpl made = new TimerHandleImpl(this, callback, context, when); // may call user code, as above
      fromOutside(() -> {
        ensureOwner("EventLoop.callAt");
        addTimer(made);
      });
      return made;
    }
    TimerHandleImpl timer = new TimerHandleImpl(this, callback, context, when);
    addTimer(timer);
    return timer;
  }

  private void addTimer(TimerHandleImpl timer) {
    if (timer.when != Long.MAX_VALUE) {
      timers.add(timer);
    }
  }

  @Override
  public long time() {
    ensureOwnerOrClosed("EventLoop.time");
    return ticker.nanoTime();
  }

  @Override
  public boolean hasVirtualTime() {
    return ticker.isVirtual();
  }

  @Override
  public long deadline(Duration delay) {
    ensureOwnerOrClosed("EventLoop.deadline");
    Objects.requireNonNull(delay, "delay");
    long now = ticker.nanoTime();
    if (delay.isNegative()) {
      return now;
    }
    long nanos;
    try {
      nanos = delay.toNanos();
    } catch (ArithmeticException tooLong) {
      return Long.MAX_VALUE;
    }
    long when = now + nanos;
    return when < now ? Long.MAX_VALUE : when; // an overflow
  }

  // --- futures and tasks ---

  @Override
  public <T extends @Nullable Object> CompletableAsyncFuture<T> createFuture() {
    ensureOwnerOrClosed("EventLoop.createFuture");
    return new CompletableFutureImpl<>(this);
  }

  @Override
  public <T extends @Nullable Object> CompletableAsyncFuture<T> createFuture(
      BiPredicate<@Nullable String, CancelledError.Source> onCancel) {
    ensureOwnerOrClosed("EventLoop.createFuture");
    return new CompletableFutureImpl.Guarded<>(this, Objects.requireNonNull(onCancel, "onCancel"));
  }

  @Override
  public <T extends @Nullable Object> Task<T> createTask(TaskOptions options, Coroutine<T, ?> coroutine) {
    TaskFactory factory = taskFactory;
    if (factory == null) {
      return newTask(options, coroutine);
    }
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(options, "options");
    ensureOwner("EventLoop.createTask");
    return Objects.requireNonNull(factory.newTask(this, options, coroutine), "the task factory returned null");
  }

  @Override
  public <T extends @Nullable Object> Task<T> newTask(TaskOptions options, Coroutine<T, ?> coroutine) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(options, "options");
    boolean outside = isOutside("EventLoop.createTask");
    Propagated propagated = Propagated.capture(propagators); // calls user code: before anything is looked at, or held
    return outside
        ? fromOutside(() -> newTask(coroutine, options, propagated))
        : newTask(coroutine, options, propagated);
  }

  private <T extends @Nullable Object> Task<T> newTask(Coroutine<T, ?> coroutine, TaskOptions options,
      @Nullable Propagated propagated) {
    ensureOwner("EventLoop.createTask");
    takeInletIfIdle();
    stackReserve.ensure();
    Context given = options.context();
    TaskImpl<T> task = new TaskImpl<>(this, coroutine, options.name(),
        given != null ? given : Context.copyCurrent(), propagated, ++tasksMade);
    ready.promise();
    tasks.add(task);
    if (!options.eagerStart() || !startEagerly(task)) {
      enqueue(task);
    }
    return task;
  }

  @Override
  public <T extends @Nullable Object> Task<T> newOwnTask(String name, Coroutine<T, ?> coroutine) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(name, "name");
    if (isOutside("LoopEngine.newOwnTask")) {
      return fromOutside(() -> newOwnTask(name, coroutine));
    }
    takeInletIfIdle();
    TaskImpl<T> task = new TaskImpl<>(this, coroutine, name, new Context(), null, 0);
    enqueue(task);
    return task;
  }

  @Override
  public List<Fiber> blockedCallbacks() {
    if (isOutside("LoopEngine.blockedCallbacks")) {
      return fromOutside(this::blockedCallbacks);
    }
    List<Fiber> blocked = new ArrayList<>();
    overtaken.forEach(callback -> blocked.add(callback.fiber));
    if (callbackFiber != null && callbackFiber.fiber.isBlocked()) {
      blocked.add(callbackFiber.fiber);
    }
    return blocked;
  }

  /** A fiber that takes over inheritable thread-locals and the class loader of the calling thread. */
  Fiber newFiber(Runnable body, @Nullable String name, Context context) {
    return newFiber(body, name, context, true);
  }

  private Fiber newFiber(Runnable body, @Nullable String name, Context context, boolean inherit) {
    Fiber fiber = fibers.newFiber(body, name, context, inherit);
    if (fiber.host() != this) {
      throw new IllegalStateException(
          "fibers of kind " + fibers.kind() + ": the host of a new fiber was expected to be "
              + this + ", which FiberFactory.attach was given, found " + fiber.host()
              + ": hand the host on as it is, and wrap the Fibers instead");
    }
    return fiber;
  }

  /** Runs a task's first step before the calling fiber goes on; false if that is not possible here. */
  private boolean startEagerly(TaskImpl<?> task) {
    Fiber me = Fiber.current();
    if (me == null || me.host() != this) {
      return false; // the loop does not run yet
    }
    Lender before = lenders;
    try {
      Lender lender = new Lender(me, before);
      urgent = task.beginStep();
      lenders = lender;
      me.suspend();
    } catch (IllegalStateException | OutOfMemoryError | StackOverflowError unsuspended) {
      // A pinned frame, or no memory or stack to keep the caller's frames: the task starts as any other.
      lenders = before;
      urgent = null;
      return false;
    }
    return true;
  }

  /** Gives the turn of the calling fiber to another one, until that gives it back in the same way. */
  void switchTo(Fiber from, Fiber to) {
    stackReserve.ensureForSuspension();
    urgent = to;
    try {
      from.suspend();
    } catch (Throwable unsuspended) { // a pinned frame, or no memory
      urgent = null;
      throw unsuspended;
    }
  }

  /** Lets a fiber go on as soon as the calling one, which is about to end, has ended. */
  void endInFavourOf(Fiber to) {
    urgent = to;
  }

  @Override
  public void setTaskFactory(@Nullable TaskFactory factory) {
    ensureOwner("EventLoop.setTaskFactory");
    taskFactory = factory;
  }

  @Override
  public @Nullable TaskFactory taskFactory() {
    ensureOwnerOrClosed("EventLoop.taskFactory");
    return taskFactory;
  }

  @Override
  public List<Task<?>> allTasks() {
    return tasks.list();
  }

  /** The calling task of this loop; {@code method} is named in the error outside one. */
  TaskImpl<?> currentTask(String method) {
    Fiber fiber = Fiber.current();
    if (fiber != null && fiber.host() == this && fiber.task() != null) {
      ensureOpen();
      return (TaskImpl<?>) fiber.task();
    }
    String found = fiber == null
        ? "thread " + Thread.currentThread().getName() + ", which is not on the loop: use Async.callThreadsafe or"
            + " toCompletableFuture"
        : fiber.host() == this
            ? "a callback: create a task in it and wait there"
            : "a task of " + fiber.loop() + ": use toCompletableFuture and Async.await";
    throw new IllegalStateException(method + " has to be called in a task of " + this + ", found " + found);
  }

  @Override
  public void ensureStack(int levels) {
    stackReserve.ensure(levels);
  }

  @Override
  public void yieldNow() {
    currentTask("EventLoop.yieldNow").yieldNow();
  }

  @Override
  public Throwable asCancellation(Throwable thrown) {
    Objects.requireNonNull(thrown, "thrown");
    ensureOwnerOrClosed("LoopEngine.asCancellation");
    Fiber fiber = Fiber.current();
    if (fiber == null || fiber.host() != this || fiber.task() == null) {
      return thrown;
    }
    return ((TaskImpl<?>) fiber.task()).asCancellation(thrown);
  }

  @Override
  public <T extends @Nullable Object> AsyncGenerator<T> createGenerator(AsyncGenerator.Body<T> body) {
    Objects.requireNonNull(body, "body");
    ensureOwner("EventLoop.createGenerator");
    return generators.create(body);
  }

  CancelledError newCancelledError(
      @Nullable String message, CancelledError.Source source, long when, @Nullable Throwable cause) {
    return new CancelledError(message, source, when, cause, debug);
  }

  // --- who may call ---

  /** Refuses other threads while the loop runs, and everybody once it is closed. */
  void ensureOwner(String method) {
    if (fibers.isHolder()) {
      return;
    }
    State found = state;
    if (found == State.CLOSED) {
      throw closed(method);
    }
    if (found == State.RUNNING && starter != Thread.currentThread()) {
      throw new IllegalStateException(method + " has to be called on " + this + ", found thread "
          + Thread.currentThread().getName() + ": use callSoonThreadsafe or Async.callThreadsafe");
    }
  }

  /** As {@link #ensureOwner}, for what is harmless once the loop is closed. */
  void ensureOwnerOrClosed(String method) {
    if (!fibers.isHolder() && state == State.RUNNING) {
      ensureOwner(method);
    }
  }

  private void ensureOpen() {
    if (state == State.CLOSED) {
      throw closed("this call");
    }
  }

  private static IllegalStateException closed(String method) {
    return new IllegalStateException("the event loop is closed: " + method + " needs one that is open");
  }

  // --- closing ---

  @Override
  public void close() {
    if (state != State.RUNNING && state != State.CLOSED) {
      fibers.ensureCanClose();
    }
    if (EventLoop.runningOrNull() == this || !take(State.CLOSED)) {
      if (state == State.CLOSED) {
        return;
      }
      throw new IllegalStateException("cannot close " + this + " while it runs: stop it first");
    }
    helper.awaitEnd();
    List<Runnable> reports = new ArrayList<>();
    for (Unretrieved found = unretrieved.first(); found != null; found = unretrieved.first()) {
      reports.add(report(found.report(), found.surroundings()));
      found.retrieved();
    }
    for (Task<?> task : tasks.list()) {
      TaskImpl<?> abandoned = (TaskImpl<?>) task;
      String message = "the loop was closed before " + task.name() + " was done";
      reports
          .add(report(new ExceptionContext(message, abandoned.origin(), task, null), abandoned.reportSurroundings()));
      Fiber fiber = abandoned.abandon();
      if (abandoned.isStarted() ? fiber.isSuspended() : abandoned.isThread) {
        fibers.release(fiber);
      }
    }
    generators.releaseAll();
    if (callbackFiber != null && callbackFiber.fiber.isSuspended()) {
      fibers.release(callbackFiber.fiber);
    }
    callbackFiber = null;
    overtaken.clear();
    for (Object entry = ready.poll(); entry != null; entry = ready.poll()) {
      dispose(entry);
    }
    disposeOfInlet();
    List.copyOf(mirrors).forEach(Droppable::dropped);
    mirrors.clear();
    defaultExecutor.close();
    poller.close();
    // Last, because handlers are user code: one may want a lock that a fiber holds, which has been sent on by now.
    reports.forEach(Runnable::run);
  }

  private Runnable report(ExceptionContext report, Surroundings surroundings) {
    return () -> runReport(() -> callExceptionHandler(report), surroundings);
  }

  /** Lets a suspended fiber end outside the loop, which has closed. */
  void release(Fiber fiber) {
    fibers.release(fiber);
  }

  // --- what a Runner needs ---

  @Override
  public ExecutorService defaultExecutor() {
    ensureOwner("EventLoop.defaultExecutor");
    return defaultExecutor.get();
  }

  @Override
  public void setDefaultExecutor(ExecutorService executor) {
    ensureOwner("EventLoop.setDefaultExecutor");
    defaultExecutor.set(Objects.requireNonNull(executor, "executor"), false);
  }

  @Override
  public void handOverDefaultExecutor(ExecutorService executor) {
    ensureOwner("EventLoop.handOverDefaultExecutor");
    defaultExecutor.set(Objects.requireNonNull(executor, "executor"), true);
  }

  @Override
  public List<String> shutdownDefaultExecutor(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    currentTask("LoopEngine.shutdownDefaultExecutor");
    return defaultExecutor.shutdown(timeout);
  }

  @Override
  public void shutdownGenerators() {
    currentTask("LoopEngine.shutdownGenerators");
    generators.closeAll();
  }

  @Override
  public void setPropagators(List<ContextPropagator> propagators) {
    ensureOwner("LoopEngine.setPropagators");
    for (ContextPropagator propagator : Objects.requireNonNull(propagators, "propagators")) {
      Objects.requireNonNull(propagator, "an element of propagators");
    }
    this.propagators = List.copyOf(propagators);
  }

  @Override
  public ContextPropagator.@Nullable Snapshot capturePropagated() {
    return Propagated.capture(propagators);
  }

  /** What the propagators capture for a callback; {@code null} if there are none, or the callback is not on the caller's behalf. */
  @Nullable Propagated capturePropagatedFor(Object callback) {
    return propagators.isEmpty() || callback instanceof Detached ? null : Propagated.capture(propagators);
  }

  @Override
  public ThreadFactory threadFactory() {
    ensureOwner("EventLoop.threadFactory");
    if (!fibers.hasThreads()) {
      throw new UnsupportedOperationException(
          "a loop on " + fibers.kind() + " has no threads that are fibers of it: use"
              + " VirtualThreadLoops.confined()");
    }
    return body -> {
      Objects.requireNonNull(body, "body");
      ensureOpen();
      Propagated propagated = Propagated.capture(propagators);
      TaskImpl<@Nullable Void> task = new TaskImpl<>(this,
          ((VoidCoroutine<RuntimeException>) body::run).returningNull(),
          "Task-thread-" + threadsMade.incrementAndGet(), Context.copyCurrent(), propagated, 0);
      task.isThread = true;
      return fibers.thread(task.fiber(), () -> new ThreadStart(task).start(), task::onThreadInterrupted);
    };
  }

  /** {@code Thread.start()} of a thread of the factory, on any thread. */
  private final class ThreadStart implements Runnable, InPlace, Droppable {
    private final TaskImpl<?> task;

    ThreadStart(TaskImpl<?> task) {
      this.task = task;
    }

    void start() {
      ensureOpen();
      if (fibers.isHolder()) {
        run();
      } else if (!post(new HandleImpl(Loop.this, this, new Context()))) {
        disposeOfInlet();
      }
    }

    @Override
    public void run() {
      try {
        ready.promise();
      } catch (VirtualMachineError exhausted) {
        dropped();
        throw exhausted;
      }
      tasks.add(task);
      enqueue(task);
    }

    /** The loop has closed meanwhile, or has no memory for it: the thread ends without having run anything. */
    @Override
    public void dropped() {
      fibers.release(task.abandon());
    }
  }

  // --- errors and debugging ---

  @Override
  public void setExceptionHandler(@Nullable ExceptionHandler handler) {
    ensureOwner("EventLoop.setExceptionHandler");
    exceptionHandler = handler;
  }

  @Override
  public @Nullable ExceptionHandler exceptionHandler() {
    ensureOwnerOrClosed("EventLoop.exceptionHandler");
    return exceptionHandler;
  }

  @Override
  public void callExceptionHandler(ExceptionContext context) {
    Objects.requireNonNull(context, "context");
    ensureOwnerOrClosed("EventLoop.callExceptionHandler");
    Surroundings surroundings = surroundingsOf(context);
    if (surroundings == null) {
      tellExceptionHandler(context);
    } else {
      runReport(() -> tellExceptionHandler(context), surroundings);
    }
  }

  /** Those of the task or callback that is to blame, as in asyncio; {@code null} if there is none. */
  private @Nullable Surroundings surroundingsOf(ExceptionContext context) {
    if (context.future() instanceof TaskImpl<?> task && task.loop == this) {
      return task.reportSurroundings();
    }
    return context.handle() instanceof HandleImpl handle && handle.loop == this ? handle.surroundings() : null;
  }

  /** Makes a report in some surroundings; without them if a propagator fails, which must not lose it. */
  void runReport(Runnable report, Surroundings surroundings) {
    boolean[] begun = new boolean[1];
    try {
      surroundings.run(() -> {
        begun[0] = true;
        report.run();
        return null;
      });
    } catch (Throwable thrown) {
      if (endsRun(thrown)) {
        throw thrown;
      }
      defaultExceptionHandler(new ExceptionContext("a context propagator failed around a call of the exception handler",
          thrown));
      if (!begun[0]) {
        report.run();
      }
    }
  }

  private void tellExceptionHandler(ExceptionContext context) {
    ExceptionHandler handler = exceptionHandler;
    if (handler == null) {
      defaultExceptionHandler(context);
      return;
    }
    try {
      handler.handle(this, context);
    } catch (Throwable thrown) {
      if (endsRun(thrown)) {
        throw thrown;
      }
      if (context.exception() != null && context.exception() != thrown) {
        thrown.addSuppressed(context.exception());
      }
      defaultExceptionHandler(new ExceptionContext(
          "the exception handler failed while handling: " + context.message(), thrown, context.future(),
          context.handle()));
    }
  }

  @Override
  public void defaultExceptionHandler(ExceptionContext context) {
    Objects.requireNonNull(context, "context");
    ensureOwnerOrClosed("EventLoop.defaultExceptionHandler");
    StringBuilder text = new StringBuilder(context.message());
    if (context.future() != null) {
      text.append("; future: ").append(context.future());
    }
    if (context.handle() != null) {
      text.append("; handle: ").append(context.handle());
    }
    LOGGER.error(text.toString(), context.exception());
  }

  /**
   * Whether threads get the name of a task that was given none: not virtual ones, except in debug mode, because it would be a sixth of
   * what a task costs.
   */
  boolean isNamingThreads() {
    return debug || fibers instanceof PlatformFibers;
  }

  /** As {@link #isDebug}; any thread. */
  boolean isInDebugMode() {
    return debug;
  }

  @Override
  public boolean isDebug() {
    ensureOwnerOrClosed("EventLoop.isDebug");
    return debug;
  }

  @Override
  public void setDebug(boolean debug) {
    ensureOwnerOrClosed("EventLoop.setDebug");
    this.debug = debug;
  }

  /** Kind of fibers and state. */
  @Override
  public String toString() {
    return "EventLoop[" + fibers.kind() + ", " + state.name().toLowerCase(java.util.Locale.ROOT) + "]";
  }
}
