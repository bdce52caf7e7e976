package io.asyncrunner.compat.programs;

import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncSemaphore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the flows of one program share: the things that they use, and books on them that have to balance. What is not said
 * to be for any thread is the loop's: plain fields, which is a check in itself.
 */
final class World {
  /** Somebody waits. */
  record Wait(Flow flow, String what, BooleanSupplier there) {}

  private static final int LIMIT = 2;

  final Kind kind;
  final Tools tools;
  private final Program.Setting setting;
  private final @Nullable List<String> trace;

  // What there is to be used.
  final List<Held> locks;
  final List<Held> semaphores;
  final List<AsyncEvent> events = IntStream.range(0, 3).mapToObj(i -> new AsyncEvent()).toList();
  final List<AsyncCondition> conditions = IntStream.range(0, 2).mapToObj(i -> new AsyncCondition()).toList();
  final List<AsyncBarrier> barriers = List.of(new AsyncBarrier(2), new AsyncBarrier(3));
  final List<Books> queues = Books.all();
  final AsyncSemaphore limiter = new AsyncSemaphore(LIMIT);
  final List<AsyncGenerator<Integer>> generators = new ArrayList<>();
  private final List<@Nullable CompletableAsyncFuture<Integer>> futures = new ArrayList<>();
  private final List<Job> jobs = new ArrayList<>();
  final ContextVar<Integer> variable = ContextVar.named("variable");
  final ThreadLocal<Integer> carried = ThreadLocal.withInitial(() -> 0);

  // For any thread.
  final List<ReentrantLock> blockingLocks = IntStream.range(0, 2).mapToObj(i -> new ReentrantLock()).toList();
  /** What loggers have: nobody suspends while he holds it. */
  final ReentrantLock leaf = new ReentrantLock();
  final BlockingQueue<Integer> blockingQueue = new LinkedBlockingQueue<>();
  final Helper helper = new Helper();
  final AtomicInteger threads = new AtomicInteger();
  private final AtomicInteger limitedThreads = new AtomicInteger();
  /** Which thread is inside a run, to be interrupted. */
  volatile @Nullable Thread caller;
  /** What was submitted from other threads: all of it is answered. */
  final Queue<CompletableFuture<?>> submissions = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private volatile boolean closing;
  private volatile @Nullable EventLoop loop;
  final Carrier carrier;

  // Books.
  private final Set<Wait> waits = new LinkedHashSet<>();
  private volatile @Nullable Thread ticking;
  private int ticks;
  private int openGenerators;
  private int soonCalled;
  private int soonBegun;

  World(Kind kind, Program.Setting setting, Tools tools, boolean tracing) {
    this.kind = kind;
    this.setting = setting;
    this.tools = tools;
    this.trace = tracing ? new ArrayList<>() : null;
    this.locks = IntStream.range(0, 3).mapToObj(i -> new Held("lock " + i, tools.newLock(), 1)).toList();
    this.semaphores = IntStream.range(1, 3)
        .mapToObj(i -> new Held("semaphore " + i, tools.newSemaphore(i), i))
        .toList();
    this.carrier = new Carrier(carried, setting.propagation() == Program.Propagation.HOSTILE);
  }

  /** Whether programs do this, too. */
  boolean has(Program.Trait trait) {
    return !setting.without().contains(trait);
  }

  boolean isCarrying() {
    return setting.propagation() == Program.Propagation.CARRYING;
  }

  boolean isHostile() {
    return setting.propagation() == Program.Propagation.HOSTILE;
  }

  /** The program begins, on a loop. */
  void begins(EventLoop its) {
    loop = its;
    its.setExceptionHandler(this::onException);
  }

  EventLoop loop() {
    EventLoop its = loop;
    if (its == null) {
      throw new IllegalStateException("the program has not begun");
    }
    return its;
  }

  /** From now on the Runner closes. */
  void closes() {
    closing = true;
  }

  boolean isClosing() {
    return closing;
  }

  // --- tasks ---

  int register(Job job) {
    jobs.add(job);
    return jobs.size() - 1;
  }

  List<Job> jobs() {
    return jobs;
  }

  Job job(int number) {
    return jobs.get(number % jobs.size());
  }

  Job spawn(List<Step> block) {
    return spawn(block, TaskOptions.DEFAULT);
  }

  Job spawn(List<Step> block, TaskOptions options) {
    return spawn(new Job(this, block), options);
  }

  Job spawn(Job job, TaskOptions options) {
    if (closing && !has(Program.Trait.SPAWNING_WHILE_CLOSING)) {
      throw new Fault("no new tasks any more");
    }
    return job.is(EventLoop.running().createTask(options, tools.body(job)));
  }

  /** A future that anybody may complete; a new one once that is done. */
  CompletableAsyncFuture<Integer> future(int number) {
    int index = number % 3;
    while (futures.size() <= index) {
      futures.add(null);
    }
    CompletableAsyncFuture<Integer> future = futures.get(index);
    if (future == null || future.isDone()) {
      future = EventLoop.running().createFuture();
      futures.set(index, future);
    }
    return future;
  }

  // --- books ---

  void begins(Wait wait) {
    waits.add(wait);
  }

  void ends(Wait wait) {
    waits.remove(wait);
  }

  /** Who waits for what is there. */
  Set<Wait> forgotten() {
    return waits.stream()
        .filter(wait -> wait.there().getAsBoolean())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Between two points of suspension nobody else runs: counts in a way that another would spoil. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // that is what is checked
  void tick() {
    Thread me = Thread.currentThread();
    if (ticking != null) {
      violation("two flows run at the same time: " + ticking + " and " + me);
    }
    ticking = me;
    int before = ticks;
    for (int i = 0; i < 20; i++) {
      ticks++;
      if (ticking != me) {
        violation("two flows run at the same time: " + ticking + " and " + me);
        break;
      }
    }
    if (ticks != before + 20) {
      violation("a plain counter went from " + before + " to " + ticks + ", expected " + (before + 20));
    }
    ticking = null;
  }

  int ticks() {
    return ticks;
  }

  void generatorBegins() {
    openGenerators++;
  }

  void generatorEnds() {
    openGenerators--;
  }

  int openGenerators() {
    return openGenerators;
  }

  /** Numbers a callback. */
  int soon() {
    return soonCalled++;
  }

  /** A callback begins: in the order in which they were asked for, unless a seed decides. */
  void soonBegins(int number) {
    if (!kind.isSeeded() && number < soonBegun) {
      violation("callback " + number + " began after callback " + (soonBegun - 1));
    }
    soonBegun = number + 1;
  }

  // --- what is told, by any thread ---

  void note(Flow flow, String what) {
    if (trace != null) {
      trace.add(EventLoop.running().time() + " " + flow + ": " + what);
    }
  }

  List<String> trace() {
    return trace == null ? List.of() : trace;
  }

  void violation(String message) {
    StringBuilder text = new StringBuilder(message);
    StackWalker.getInstance()
        .walk(frames -> frames.skip(1).limit(12).map(Object::toString).toList())
        .forEach(frame -> text.append("\n      at ").append(frame));
    violations.add(text.toString());
  }

  void ensureExpected(Throwable thrown, Object where) {
    if (!Expected.is(thrown)) {
      java.io.StringWriter stack = new java.io.StringWriter();
      thrown.printStackTrace(new java.io.PrintWriter(stack));
      violations.add(where + " met " + stack);
    }
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  /** The loop's exception handler. */
  void onException(EventLoop loop, ExceptionContext context) {
    Throwable exception = context.exception();
    if (exception != null) {
      ensureExpected(exception, "a report (" + context.message() + ")");
    }
  }

  /** Runs code on a thread that is not the loop's. */
  <T extends @Nullable Object, X extends Throwable> T outside(boolean underLimit, Coroutine<T, X> body)
      throws X, InterruptedException {
    threads.incrementAndGet();
    if (underLimit && limitedThreads.incrementAndGet() > LIMIT) {
      violation("the limiter let " + limitedThreads + " threads run at once");
    }
    try {
      return body.run();
    } finally {
      if (underLimit) {
        limitedThreads.decrementAndGet();
      }
      threads.decrementAndGet();
    }
  }
}
