package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Handle;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may call what: a test for each public method in each of four places. A method that belongs to no row of the table fails
 * the suite.
 */
public abstract class WhoMayCallContract extends Contract {
  /** The types whose methods have to be in the table. */
  private static final List<Class<?>> TYPES = List.of(Runner.class, EventLoop.class, LoopEngine.class,
      AsyncFuture.class, CompletableAsyncFuture.class, Task.class,
      Handle.class, TimerHandle.class, Async.class, TaskGroup.class, Timeout.class, AsyncGenerator.class,
      ThreadOptions.class, AsyncLock.class, AsyncEvent.class, AsyncCondition.class, AsyncSemaphore.class,
      BoundedAsyncSemaphore.class, AsyncBarrier.class, AsyncQueue.class, AsyncPriorityQueue.class);

  /** From where a method is called. */
  enum Place {
    TASK,
    CALLBACK,
    /** While the loop runs. */
    OTHER_THREAD,
    /** While nothing runs, on a thread that did not run the loop before, if there may be one. */
    IDLE
  }

  /** The rows of the table: where a method may be called. */
  @SuppressWarnings("ImmutableEnumChecker") // the sets are
  enum Row {
    /** Runs the loop. */
    RUNS(Place.IDLE),
    /** Runs a loop of its own, or asks whether one could be run. */
    RUNS_ITS_OWN(Place.OTHER_THREAD, Place.IDLE),
    CLOSES(Place.IDLE),
    ANYWHERE(Place.values()),
    /** The thread that runs the loop, or will run it next. */
    OWNER(Place.TASK, Place.CALLBACK, Place.IDLE),
    /** Asks for the running loop. */
    ON_LOOP(Place.TASK, Place.CALLBACK),
    SUSPENDS(Place.TASK);

    private final Set<Place> allowed;

    Row(Place... allowed) {
      this.allowed = Set.of(allowed);
    }
  }

  private static final Map<String, Row> TABLE = new LinkedHashMap<>();

  private static void row(Row row, String methods) {
    Arrays.stream(methods.split("[,\\s]+")).forEach(method -> TABLE.put(method, row));
  }

  static {
    row(Row.RUNS, "Runner.run, LoopEngine.runUntilComplete, LoopEngine.runForever");
    row(Row.RUNS_ITS_OWN, "Async.run, LoopEngine.ensureCanRunHere");
    row(Row.CLOSES, "Runner.close, LoopEngine.close");
    row(Row.ANYWHERE,
        """
            Runner.create, Runner.builder, Runner.loop, EventLoop.runningOrNull, EventLoop.execute,
            EventLoop.callSoonThreadsafe, EventLoop.isRunning, EventLoop.isClosed, EventLoop.allTasks, EventLoop.isHeldByCurrentThread,
            EventLoop.hasVirtualTime, LoopEngine.of, LoopEngine.ensureStack, AsyncFuture.loop,
            Task.name, Task.stack, Async.callThreadsafe, ThreadOptions.withLimiter, ThreadOptions.limiter,
            ThreadOptions.withInterruptOnCancel, ThreadOptions.withOnUndelivered, ThreadOptions.interruptOnCancel, AsyncCondition.lock,
            AsyncBarrier.parties, AsyncQueue.capacity, AsyncQueue.iterator, AsyncPriorityQueue.natural""");
    row(Row.OWNER,
        """
            EventLoop.callSoon, EventLoop.callLater, EventLoop.callAt, EventLoop.time, EventLoop.deadline,
            EventLoop.createFuture, LoopEngine.createFuture, EventLoop.createTask, EventLoop.newTask, LoopEngine.newOwnTask, EventLoop.setTaskFactory,
            LoopEngine.blockedCallbacks,
            EventLoop.taskFactory, EventLoop.createGenerator, LoopEngine.asCancellation, LoopEngine.stop,
            EventLoop.defaultExecutor, EventLoop.setDefaultExecutor, EventLoop.handOverDefaultExecutor, LoopEngine.setPropagators,
            EventLoop.threadFactory, EventLoop.setExceptionHandler, EventLoop.exceptionHandler,
            EventLoop.callExceptionHandler, EventLoop.defaultExceptionHandler, EventLoop.isDebug, EventLoop.setDebug,
            AsyncFuture.result, AsyncFuture.exception, AsyncFuture.cancellation, AsyncFuture.isDone, AsyncFuture.isCancelled,
            CompletableAsyncFuture.setResult, CompletableAsyncFuture.setException, AsyncFuture.cancel, AsyncFuture.addDoneCallback,
            AsyncFuture.removeDoneCallback, AsyncFuture.toCompletableFuture,
            Task.setName, Task.cancelling, Task.uncancel, Task.cancelMessage, Task.context,
            Handle.cancel, Handle.isCancelled, TimerHandle.when, Timeout.when, Timeout.expired, TaskGroup.cancel,
            AsyncGenerator.isRunning, AsyncGenerator.isFinished, AsyncLock.isLocked, AsyncLock.release,
            AsyncEvent.isSet, AsyncEvent.set, AsyncEvent.clear, AsyncCondition.signal, AsyncCondition.signalAll,
            AsyncSemaphore.release, AsyncSemaphore.tryAcquire, AsyncSemaphore.isLocked, BoundedAsyncSemaphore.release, AsyncBarrier.waiting,
            AsyncBarrier.isBroken, AsyncQueue.size, AsyncQueue.isEmpty, AsyncQueue.isFull, AsyncQueue.putNoWait,
            AsyncQueue.getNoWait, AsyncQueue.taskDone, AsyncQueue.shutdown, AsyncQueue.shutdownNow""");
    // What Async.callThreadsafe needs where it is called.
    row(Row.ANYWHERE, "LoopEngine.capturePropagated");
    row(Row.ON_LOOP,
        """
            EventLoop.running, LoopEngine.running, Async.createTask, Async.allTasks, Async.generator, Async.asCompleted, Async.shield""");
    row(Row.SUSPENDS,
        """
            EventLoop.yieldNow, LoopEngine.shutdownDefaultExecutor, LoopEngine.shutdownGenerators, AsyncFuture.await,
            Async.currentTask, Async.sleep, Async.await, Async.gather, Async.gatherOutcomes,
            Async.mapConcurrently, Async.forEachConcurrently, Async.awaitAll, Async.awaitAny,
            Async.awaitFirstFailure, Async.waitFor, Async.timeout, Async.timeoutAt,
            Async.toThread, Async.cancellable, Async.race, Async.raceStaggered, TaskGroup.run, TaskGroup.call,
            Timeout.call, Timeout.callAt, AsyncLock.tryAcquire,
            AsyncGenerator.hasNext, AsyncGenerator.next, AsyncGenerator.close, AsyncLock.acquire, AsyncLock.with,
            AsyncEvent.await, AsyncCondition.await, AsyncCondition.awaitUntil, AsyncCondition.with,
            AsyncSemaphore.acquire, AsyncSemaphore.with, AsyncBarrier.await, AsyncBarrier.reset, AsyncBarrier.abort,
            AsyncQueue.put, AsyncQueue.get, AsyncQueue.join""");
  }

  /**
   * Tested by {@link #createTask_groupThatRuns_whereTheTableSays} and {@link #reschedule_timeoutThatRuns_whereTheTableSays}: the
   * group and the timeout of the fixture have ended. And by {@link ThreadCallsContract}: what the coroutine of the fixture gives cannot
   * be closed.
   */
  private static final Set<String> TESTED_APART = Set.of("TaskGroup.createTask", "TaskGroup.startUntilReady",
      "Async.openOnThread",
      "Timeout.reschedule", "Timeout.rescheduleAt");

  /** One test: a method called in one place. */
  record Cell(Method method, Row row, Place place) {
    boolean isAllowed() {
      return row.allowed.contains(place);
    }

    boolean is(String name) {
      return Fixture.nameOf(method).equals(name);
    }

    @Override
    public String toString() {
      return Fixture.signatureOf(method) + " " + place + (isAllowed() ? " allowed" : " refused");
    }
  }

  static Stream<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (Class<?> type : TYPES) {
      Fixture.methodsOf(type).filter(method -> TABLE.containsKey(Fixture.nameOf(method))).forEach(method -> {
        for (Place place : Place.values()) {
          cells.add(new Cell(method, TABLE.get(Fixture.nameOf(method)), place));
        }
      });
    }
    return cells.stream();
  }

  @Test
  void table_always_hasEveryPublicMethodAndNoOther() {
    Set<String> methods = TYPES.stream()
        .flatMap(Fixture::methodsOf)
        .map(Fixture::nameOf)
        .filter(name -> !TESTED_APART.contains(name))
        .collect(Collectors.toSet());
    assertThat(TABLE.keySet()).containsExactlyInAnyOrderElementsOf(methods);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void call_inAPlace_isAllowedOrRefusedAsTheTableSays(Cell cell) {
    Fixture[] made = new Fixture[1];
    Throwable[] outcome = new Throwable[1];
    Runner runner = newRunner();
    try {
      Throwable ofRun = catchThrowable(() -> runner.run(() -> {
        made[0] = new Fixture(runner, reports);
        outcome[0] = callWhileRunning(made[0], cell);
        if (!cell.isAllowed() || cell.is("LoopEngine.stop")) {
          letOthersRun();
        }
      }));
      if (!cell.is("LoopEngine.stop")) { // which may end the run before it is done
        assertThat(ofRun).as("what came out of the run").isNull();
      }
      Fixture fixture = made[0];
      if (cell.place == Place.IDLE) {
        outcome[0] = belongsToOneThread()
            ? callWhileIdle(fixture, cell)
            : onAnotherThread(() -> callWhileIdle(fixture, cell));
      }
      if (cell.isAllowed() && !isForOneThreadOnly(cell)) {
        assertAllowed(cell, outcome[0]);
      } else {
        assertRefused(cell, outcome[0]);
        fixture.assertUnchanged();
      }
      if (cell.isAllowed() && cell.is("LoopEngine.close")) {
        assertThat(reports.take()).as("reports of the task that was left").hasSize(1);
      } else if (!cell.isAllowed() || cell.row != Row.CLOSES) {
        assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
        runner.close();
      }
      if (!cell.isAllowed()) {
        assertThat(fixture.calls).as("calls of the arguments of a refused call").hasValue(0);
      }
      if (cell.is("EventLoop.callExceptionHandler") && cell.isAllowed()) {
        assertThat(reports.take()).hasSize(1);
      } else if (cell.is("EventLoop.defaultExceptionHandler") && cell.isAllowed()) {
        assertThat(takeLog()).hasSize(1);
      }
    } finally {
      Throwable closedAlready = catchThrowable(() -> made[0].loop.close());
      assertThat(closedAlready).isNull();
    }
  }

  /** Whether another thread, which may ask, is told no because the loop belongs to one. */
  private boolean isForOneThreadOnly(Cell cell) {
    return belongsToOneThread() && cell.place == Place.OTHER_THREAD && cell.is("LoopEngine.ensureCanRunHere");
  }

  private static Throwable callWhileRunning(Fixture fixture, Cell cell) {
    if (cell.place == Place.TASK && cell.is("AsyncCondition.await")) {
      fixture.loop.createTask(() -> fixture.ofTaken.with(() -> fixture.ofTaken.signalAll()));
    }
    return switch (cell.place) {
      case TASK -> callIn(fixture, cell);
      case CALLBACK -> awaitInCallback(() -> callIn(fixture, cell));
      case OTHER_THREAD -> awaitOnAnotherThread(() -> callIn(fixture, cell));
      case IDLE -> null;
    };
  }

  private static Throwable callWhileIdle(Fixture fixture, Cell cell) {
    if (cell.is("LoopEngine.runForever")) {
      fixture.loop.callSoonThreadsafe(fixture.loop::stop);
    }
    Throwable thrown = callIn(fixture, cell);
    if (cell.is("LoopEngine.stop")) {
      fixture.loop.runForever(); // one iteration, as stop promises
    }
    return thrown;
  }

  private static Throwable callIn(Fixture fixture, Cell cell) {
    return catchThrowable(() -> fixture.call(cell.method, fixture.arguments(cell.method)));
  }

  private static void assertAllowed(Cell cell, Throwable thrown) {
    if (thrown instanceof UnsupportedOperationException) {
      assertThat(Fixture.nameOf(cell.method)).isEqualTo("EventLoop.threadFactory"); // of some kinds
    } else {
      assertThat(thrown).isNull();
    }
  }

  private static void assertRefused(Cell cell, Throwable thrown) {
    assertThat(thrown).isInstanceOf(IllegalStateException.class).isNotInstanceOf(InvalidStateException.class);
    if (cell.place == Place.OTHER_THREAD && Set.of(Row.OWNER, Row.ON_LOOP, Row.SUSPENDS).contains(cell.row)) {
      assertThat(thrown.getMessage()).as("the message, which says what to call instead")
          .containsAnyOf("callSoonThreadsafe", "callThreadsafe", "toCompletableFuture");
    }
  }

  // --- what the table does not say by method ---

  @Test
  void cancel_handleOfCallSoonThreadsafe_allowedOnAnyThread() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Handle handle = EventLoop.running().callSoonThreadsafe(() -> {});
        letOthersRun();
        assertThat(awaitOnAnotherThread(() -> {
          Handle own = runner.loop().callSoonThreadsafe(() -> {});
          own.cancel();
          own.cancel();
          return true;
        })).isTrue();
        assertThat(awaitOnAnotherThread(() -> {
          handle.cancel(); // it has run: no effect, but not refused
          return handle.isCancelled();
        })).isFalse();
      });
    }
  }

  @Test
  void createTask_groupThatRuns_whereTheTableSays() {
    try (Runner runner = newRunner()) {
      List<Object> made = new ArrayList<>();
      runner.run(() -> TaskGroup.run((TaskGroup group) -> {
        made.add(group.createTask(() -> "in a task"));
        made.add(awaitInCallback(() -> group.createTask(() -> "in a callback")));
        Throwable refused = awaitOnAnotherThread(() -> catchThrowable(() -> group.createTask(() -> "never")));
        assertThat(refused).isInstanceOf(IllegalStateException.class).hasMessageContaining("callThreadsafe");
        assertThat(group.<String, RuntimeException>startUntilReady(ready -> ready.accept("ready"))).isEqualTo("ready");
        for (Throwable thrown : List.of(
            awaitInCallback(() -> catchThrowable(() -> group.startUntilReady(ready -> made.add("never")))),
            awaitOnAnotherThread(() -> catchThrowable(() -> group.startUntilReady(ready -> made.add("never")))),
            awaitOnAnotherThread(() -> catchThrowable(group::cancel)))) {
          assertThat(thrown).isInstanceOf(IllegalStateException.class);
        }
        letOthersRun();
        assertThat(EventLoop.running().allTasks()).hasSize(1);
      }));
      assertThat(made).hasSize(2);
    }
  }

  @Test
  void reschedule_timeoutThatRuns_whereTheTableSays() {
    try (Runner runner = newRunner()) {
      runner.run(() -> Async.timeout(HOUR, (Timeout scope) -> {
        scope.reschedule(HOUR);
        scope.rescheduleAt(Long.MAX_VALUE);
        assertThat(awaitInCallback(() -> {
          scope.reschedule(HOUR);
          return scope.when().isPresent();
        })).isTrue();
        for (Throwable refused : List.of(awaitOnAnotherThread(() -> catchThrowable(() -> scope.reschedule(HOUR))),
            awaitOnAnotherThread(() -> catchThrowable(() -> scope.rescheduleAt(0))))) {
          assertThat(refused).isInstanceOf(IllegalStateException.class).hasMessageContaining("callSoonThreadsafe");
        }
        assertThat(scope.expired()).isFalse();
      }));
    }
  }

  private static final List<Class<?>> OF_ONE_LOOP = List.of(TaskGroup.class, Timeout.class, AsyncGenerator.class,
      AsyncLock.class, AsyncEvent.class, AsyncCondition.class, AsyncSemaphore.class, BoundedAsyncSemaphore.class,
      AsyncBarrier.class, AsyncQueue.class);

  /** As those of futures, they tell any thread while the loop is idle. */
  private static final Set<String> STATE_OF_WHAT_IS_IDLE = Set.of("AsyncGenerator.isRunning",
      "AsyncGenerator.isFinished");

  static Stream<Cell> methodsOfOneLoop() {
    return OF_ONE_LOOP.stream()
        .flatMap(Fixture::methodsOf)
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !STATE_OF_WHAT_IS_IDLE.contains(Fixture.nameOf(method)))
        .filter(method -> TABLE.getOrDefault(Fixture.nameOf(method), Row.OWNER) != Row.ANYWHERE)
        .map(method -> new Cell(method, Row.SUSPENDS, Place.OTHER_THREAD));
  }

  /** In a task of another loop, while the loop that it belongs to runs, and while that is idle. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("methodsOfOneLoop")
  @OnSeveralThreads
  void call_inATaskOfAnotherLoop_refused(Cell cell) {
    try (Runner runner = newRunner(); Runner other = newRunner()) {
      Fixture fixture = runner.run(() -> {
        Fixture made = new Fixture(runner, reports);
        Throwable whileRunning = awaitOnAnotherThread(
            () -> other.<Throwable, RuntimeException>run(() -> callIn(made, cell)));
        assertThat(whileRunning).isExactlyInstanceOf(IllegalStateException.class);
        return made;
      });
      Throwable whileIdle = other.run(() -> callIn(fixture, cell));
      assertThat(whileIdle).isExactlyInstanceOf(IllegalStateException.class);
      fixture.assertUnchanged();
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  @Test
  void stop_byWayOfCallSoonThreadsafe_endsTheRunFromAnotherThread() {
    try (Runner runner = newRunner()) {
      LoopEngine loop = LoopEngine.of(runner.loop());
      loop.callSoonThreadsafe(() -> new Thread(() -> loop.callSoonThreadsafe(loop::stop)).start());
      loop.runForever();
      assertThat(loop.isRunning()).isFalse();
    }
  }
}
