package io.asyncrunner.core;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Handle;
import io.asyncrunner.Task;
import io.asyncrunner.core.internal.OutsideWork;
import io.asyncrunner.core.internal.SimulatedLoop;
import io.asyncrunner.core.internal.SimulatedLoops;
import io.asyncrunner.core.internal.Simulator;
import io.asyncrunner.core.internal.WaitingTask;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.Poller;
import io.asyncrunner.spi.Request;
import io.asyncrunner.spi.Surroundings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A loop on which a {@link Simulator} decides what comes next and what the time is, and which knows what goes on outside it.
 *
 * <p>All else is as on any loop, so that what is tested here holds there.
 */
final class Simulated extends Loop implements SimulatedLoop {
  static {
    new Maker().register();
  }

  private static final class Maker extends SimulatedLoops {
    void register() {
      setEngine(this);
    }

    @Override
    protected SimulatedLoop make(FiberFactory fibers, Simulator simulator) {
      return new Simulated(EventLoops.parkingPoller(), fibers, simulator);
    }
  }

  private final Poller poller;
  private final Simulator simulator;
  private final Set<Fiber> blocked = new LinkedHashSet<>();
  /** The fiber that was handed out last. */
  private @Nullable Fiber handedOut;
  /** Whether the head of the ready queue has been chosen to be the next. */
  private boolean chosen;
  private @Nullable AsyncFuture<?> runsUntil;

  // Shared. Nothing here takes a lock that a fiber could hold.
  private final Set<Outside> outside = ConcurrentHashMap.newKeySet();
  private final Map<Thread, Queue<Request>> requests = new ConcurrentHashMap<>(); // by the thread that sent them

  private Simulated(Poller poller, FiberFactory fibers, Simulator simulator) {
    super(poller, fibers, simulator);
    this.poller = poller;
    this.simulator = simulator;
    simulator.attach(this);
  }

  @Override
  public Simulator simulator() {
    return simulator;
  }

  // --- what comes next ---

  @Override
  Object peekNext() {
    if (!chosen) {
      chosen = true;
      int choice = simulator.choose(ready.size());
      if (choice > 0) {
        ready.bringForward(choice);
      }
    }
    return super.peekNext();
  }

  @Override
  Object takeNext() {
    Object entry = peekNext();
    chosen = false;
    super.takeNext();
    if (entry instanceof Task<?> task) {
      simulator.onTurn(task, null);
    } else if (entry instanceof HandleImpl handle) {
      Object callback = handle.callback;
      simulator.onTurn(null, callback == null ? null : callback.getClass());
    } else {
      simulator.onTurn(((Fiber) entry).task(), null);
    }
    return entry;
  }

  @Override
  void beforeSuspension(TaskImpl<?> task) {
    simulator.beforeSuspension(task);
  }

  /** Not when the garbage collector comes, which is chance: when the loop closes. */
  @Override
  void reportGarbage() {}

  // --- fibers that block ---

  @Override
  public @Nullable Fiber next() {
    Fiber previous = handedOut;
    if (previous != null && previous.isBlocked()) {
      blocked.add(previous);
    }
    handedOut = super.next();
    return handedOut;
  }

  @Override
  public Collection<Fiber> blockedFibers() {
    blocked.removeIf(fiber -> !fiber.isBlocked());
    return blocked;
  }

  @Override
  void receive(Object entry) {
    if (entry instanceof Fiber fiber) {
      if (fiber.isSuspended()) {
        return; // another thread has taken its stack trace, that is all
      }
      if (fiber.isBlocked()) {
        simulator.onWokenFromOutside(fiber);
      }
    }
    super.receive(entry);
  }

  // --- work outside ---

  @Override
  public ExecutorService defaultExecutor() {
    return new Watched(super.defaultExecutor());
  }

  @Override
  public List<String> shutdownDefaultExecutor(Duration timeout) {
    Outside shutdown = new Outside("the shutdown of the default executor", () -> {});
    outside.add(shutdown);
    try {
      return super.shutdownDefaultExecutor(timeout);
    } finally {
      outside.remove(shutdown);
    }
  }

  @Override
  public List<OutsideWork> outsideWork() {
    List<OutsideWork> all = new ArrayList<>();
    for (Outside work : outside) {
      all.add(new OutsideWork(work.what, work.thread));
    }
    return all;
  }

  /** The default executor, of which the loop knows what it has not finished. */
  private final class Watched extends AbstractExecutorService {
    private final ExecutorService executor;

    Watched(ExecutorService executor) {
      this.executor = executor;
    }

    @Override
    public void execute(Runnable command) {
      Outside work = new Outside("toThread", Objects.requireNonNull(command, "command"));
      outside.add(work);
      try {
        executor.execute(work);
      } catch (Throwable refused) {
        outside.remove(work);
        throw refused;
      }
    }

    @Override
    public void shutdown() {
      executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return executor.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return executor.awaitTermination(timeout, unit);
    }
  }

  private final class Outside implements Runnable {
    final String what;
    private final Runnable body;
    volatile @Nullable Thread thread;

    Outside(String what, Runnable body) {
      this.what = what;
      this.body = body;
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
      try {
        body.run();
      } finally {
        outside.remove(this);
        poller.wakeup(); // the loop may have nothing else to wait for now
      }
    }
  }

  // --- threads outside ---

  @Override
  public Handle callSoonThreadsafe(Context context, Runnable callback) {
    if (!isHeldByCurrentThread()) {
      Queue<Request> sent = requests.computeIfAbsent(Thread.currentThread(), thread -> new ConcurrentLinkedQueue<>());
      if (callback instanceof Request request) {
        sent.removeIf(Request::isAnswered);
        sent.add(request);
      }
    }
    return super.callSoonThreadsafe(context, callback);
  }

  @Override
  public List<Thread> senders() {
    requests.keySet().removeIf(thread -> !thread.isAlive());
    return List.copyOf(requests.keySet());
  }

  @Override
  public boolean awaitsAnswer(Thread thread) {
    Queue<Request> sent = requests.get(thread);
    if (sent == null || sent.stream().allMatch(Request::isAnswered)) {
      return false;
    }
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      default -> false;
    };
  }

  @Override
  public boolean hasMirrors() {
    return !mirrors.isEmpty();
  }

  // --- reports ---

  @Override
  void onRun(@Nullable AsyncFuture<?> until) {
    runsUntil = until;
  }

  @Override
  public @Nullable AsyncFuture<?> runsUntil() {
    return runsUntil;
  }

  @Override
  public void report(ExceptionContext report) {
    reportSoon(report, new Surroundings(new Context(), null, Thread.currentThread().getContextClassLoader()));
  }

  @Override
  public @Nullable Throwable failureOf(Task<?> task) {
    return ((FutureImpl<?>) task).peekException();
  }

  @Override
  public List<WaitingTask> waitingTasks() {
    List<WaitingTask> waiting = new ArrayList<>();
    for (Task<?> task : allTasks()) {
      TaskImpl<?> impl = (TaskImpl<?>) task;
      FutureImpl<?> future = impl.waitingFor();
      if (future != null && future.isPending()) {
        waiting.add(new WaitingTask(task, future, impl.fiber().blocker()));
      }
    }
    return waiting;
  }
}
