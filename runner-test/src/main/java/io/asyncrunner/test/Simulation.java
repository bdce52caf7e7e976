package io.asyncrunner.test;

import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Task;
import io.asyncrunner.core.internal.OutsideWork;
import io.asyncrunner.core.internal.SimulatedLoop;
import io.asyncrunner.core.internal.Simulator;
import io.asyncrunner.spi.Fiber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What decides on one simulated loop: the order, the time, and what a standstill means.
 *
 * <p>All fields are the loop's; {@link #nanos} and {@link #turn} are also read by other threads.
 */
final class Simulation implements Simulator {
  /** How long work outside may keep the time from moving before that is reported, in real time. */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What is done to a task at a suspension point. */
  record Fault(Kind kind, int at) {
    static final Fault NONE = new Fault(Kind.NONE, 0);

    enum Kind {
      NONE,
      CANCEL,
      FAIL
    }
  }

  /** Somebody waits for a time to be reached and nothing to be ready at it. */
  private record Advance(long until, CompletableAsyncFuture<@Nullable Void> reached) {}

  final VirtualClock clock = new VirtualClock(this);
  private final Chooser chooser;
  private final Fault fault;
  private final boolean records;
  private boolean recording; // until it has failed
  private final boolean realTimeAllowed;
  private final Set<Thread> threadsBefore = Threads.alive();
  private @Nullable SimulatedLoop attached;

  private volatile long nanos;
  private boolean autoAdvance = true;
  private final PriorityQueue<Advance> advances = new PriorityQueue<>(Comparator.comparingLong(Advance::until));

  private volatile int turn;
  private int ready;
  private int place;
  private final TreeMap<Integer, Integer> places = new TreeMap<>();
  private final List<Interleaving.Step> steps = new ArrayList<>();
  private @Nullable Task<?> running; // of the last step, while that is not complete

  private int suspensions;
  private @Nullable Task<?> exempt;

  // Of the current standstill.
  private int standstillTurn = -1;
  private long standstillSince;
  private boolean standstillReported;

  Simulation(Chooser chooser, Fault fault, boolean recording, boolean realTimeAllowed) {
    this.chooser = chooser;
    this.fault = fault;
    this.records = recording;
    this.recording = recording;
    this.realTimeAllowed = realTimeAllowed;
  }

  static Simulation of(EventLoop loop) {
    if (Objects.requireNonNull(loop, "loop") instanceof SimulatedLoop simulated
        && simulated.simulator() instanceof Simulation simulation) {
      return simulation;
    }
    throw new IllegalArgumentException("loop: found " + loop + " (expected one that SimulatedLoops made)");
  }

  @Override
  public void attach(SimulatedLoop loop) {
    attached = loop;
  }

  private SimulatedLoop loop() {
    return Objects.requireNonNull(attached);
  }

  // --- order ---

  @Override
  public int choose(int count) {
    place = count < 2 ? 0 : chooser.choose(turn + 1, count);
    ready = count;
    return place;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  public void onTurn(@Nullable Task<?> task, @Nullable Class<?> callback) {
    completeStep();
    turn++;
    if (place > 0) {
      places.put(turn, place);
    }
    if (recording) {
      running = task;
      String what = task != null ? "task " + task.name() : Frames.callback(callback);
      steps.add(new Interleaving.Step(turn, Duration.ofNanos(nanos), ready, place, what, ""));
    }
  }

  /** Adds to the last step where its task is now. */
  private void completeStep() {
    Task<?> task = running;
    if (task == null) {
      return;
    }
    running = null;
    Throwable failure = loop().failureOf(task);
    String then = failure != null
        ? "fails with " + failure.getClass().getSimpleName()
        : task.isDone() ? task.isCancelled() ? "is cancelled" : "ends" : "waits in " + Frames.where(task);
    Interleaving.Step step = steps.remove(steps.size() - 1);
    steps.add(new Interleaving.Step(step.number(), step.time(), step.ready(), step.place(), step.what(), then));
    if (failure != null && task == loop().runsUntil()) {
      recording = false; // what comes is the closing
    }
  }

  /** The test has failed: what comes is its clean-up. */
  void endRecording(Throwable failure) {
    if (running != null) {
      running = null;
      Interleaving.Step step = steps.remove(steps.size() - 1);
      steps.add(new Interleaving.Step(step.number(), step.time(), step.ready(), step.place(), step.what(),
          "fails with " + failure.getClass().getSimpleName()));
    }
    recording = false;
  }

  Choices choices() {
    return Choices.of(places);
  }

  /** How many entries have been taken. Any thread. */
  int turns() {
    return turn;
  }

  Interleaving interleaving() {
    if (!records) {
      throw new IllegalStateException("the loop does not record its course: make it with SimulatedLoops.recording()");
    }
    completeStep();
    return new Interleaving(steps, choices());
  }

  // --- faults ---

  /** Has a task spared by the injected fault. */
  void exempt(Task<?> task) {
    exempt = task;
  }

  @Override
  public void beforeSuspension(Task<?> task) {
    if (task == exempt || task == loop().runsUntil() || task.name().startsWith("Runner.close")) {
      return;
    }
    suspensions++;
    if (suspensions != fault.at()) {
      return;
    }
    String message = "injected at suspension point " + suspensions;
    if (fault.kind() == Fault.Kind.CANCEL) {
      task.cancel(message, new CancelledError.Source("fault injection", null));
    } else if (fault.kind() == Fault.Kind.FAIL) {
      throw new InjectedFault(message + ", of task " + task.name());
    }
  }

  /** Whether the suspension point was reached at which a fault was to be injected. */
  boolean isFaultInjected() {
    return suspensions >= fault.at();
  }

  // --- time ---

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public boolean isVirtual() {
    return true;
  }

  void setAutoAdvance(boolean on) {
    autoAdvance = on;
  }

  boolean isAutoAdvance() {
    return autoAdvance;
  }

  void advance(Duration duration) {
    CompletableAsyncFuture<@Nullable Void> reached = loop().createFuture();
    Advance advance = new Advance(loop().deadline(duration), reached);
    advances.add(advance);
    try {
      reached.await();
    } finally {
      advances.remove(advance);
    }
  }

  /** Nothing is ready. */
  @Override
  public long waitNanos(long deadline) {
    completeStep();
    List<OutsideWork> outside = busyOutside();
    List<Fiber> blocked = List.copyOf(loop().blockedFibers());
    if (!outside.isEmpty() || !blocked.isEmpty()) {
      return waitForOutside(outside, blocked);
    }
    Advance advance = advances.peek();
    if (advance != null && advance.until < deadline) {
      advances.remove();
      nanos = Math.max(nanos, advance.until);
      if (!advance.reached.isDone()) {
        advance.reached.setResult(null);
      }
      return 0;
    }
    if (deadline != Long.MAX_VALUE && (autoAdvance || advance != null)) {
      nanos = Math.max(nanos, deadline);
      return 0;
    }
    return loop().runsUntil() == null ? Long.MAX_VALUE : deadlock(deadline);
  }

  // --- what goes on outside ---

  /** The work outside that the time waits for: all but what waits for this loop itself. */
  private List<OutsideWork> busyOutside() {
    List<OutsideWork> outside = loop().outsideWork();
    outside.removeIf(work -> work.thread() != null && loop().awaitsAnswer(work.thread()));
    return outside;
  }

  private long waitForOutside(List<OutsideWork> outside, List<Fiber> blocked) {
    long left = patienceLeft();
    if (left > 0) {
      return left;
    }
    if (!standstillReported) {
      standstillReported = true;
      if (!realTimeAllowed) {
        Throwable where = Reports.stacks(outside, blocked);
        loop().report(new ExceptionContext(
            "the virtual time has stood still for " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)
                + " s of real time: nothing is ready, and it does not move while work goes on outside the loop",
            where));
        return 0;
      }
    }
    return Long.MAX_VALUE;
  }

  /** How much longer in real time to bear with a standstill, which begins with the first call after a turn. */
  private long patienceLeft() {
    if (standstillTurn != turn) {
      if (standstillReported && standstillTurn == turn - 1) { // the turn was the report's
        standstillTurn = turn;
        return 0;
      }
      standstillTurn = turn;
      standstillSince = System.nanoTime();
      standstillReported = false;
    }
    return standstillSince + PATIENCE_NANOS - System.nanoTime();
  }

  @Override
  public void onWokenFromOutside(Fiber fiber) {
    if (!realTimeAllowed) {
      Task<?> task = fiber.task();
      loop().report(new ExceptionContext(
          (task == null ? "a callback" : "task " + task.name())
              + " depends on real time: it was blocked in a call of the JDK, which no virtual clock ends, and was woken from"
              + " outside the loop; use what suspends by the library, such as Async.sleep",
          Reports.at("where it was blocked", fiber.stackTrace()), task, null));
    }
  }

  /** Nothing is ready, no timer can be moved on to, and nothing is outstanding outside. */
  private long deadlock(long deadline) {
    if (Reports.mayBeWoken(loop(), threadsBefore)) {
      long left = patienceLeft();
      if (left > 0) {
        return left;
      }
    }
    loop().fail(new DeadlockError(Reports.deadlock(loop(), deadline != Long.MAX_VALUE, clock)));
    return 0;
  }
}
