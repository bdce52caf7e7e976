package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Handle;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.TypeVariable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments and moments that are wrong: a clear error each, and nothing has changed. */
public abstract class BadInputContract extends Contract {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Duration LONG_AGO = Duration.ofSeconds(Long.MIN_VALUE);

  // --- null ---

  private static final List<Class<?>> TYPES = List.of(Runner.class, Runner.Builder.class, Async.class, TaskGroup.class,
      EventLoop.class, LoopEngine.class, AsyncFuture.class, CompletableAsyncFuture.class, Task.class, Handle.class,
      TimerHandle.class, ContextVar.class, Context.class,
      AsyncLock.class, AsyncEvent.class, AsyncCondition.class, AsyncSemaphore.class, BoundedAsyncSemaphore.class,
      AsyncBarrier.class, AsyncQueue.class, AsyncPriorityQueue.class, AsyncLifoQueue.class, AsyncGenerator.class,
      AsyncGenerator.Output.class, ExceptionGroup.class, TaskOptions.class, ThreadOptions.class, Timeout.class,
      EventLoops.class, PlatformThreadLoops.class);

  /** What the parameters are called, which class files do not tell; "-" for those that may be null. */
  private static final String PARAMETERS = """
      Runner.run(Coroutine): coroutine
      Runner.run(Context, Coroutine): context, coroutine
      Runner.run(VoidCoroutine): coroutine
      Runner.run(Context, VoidCoroutine): context, coroutine
      Runner.Builder.closeTimeout(Duration): timeout
      Runner.Builder.handleSignals(String[]): names
      Runner.Builder.loopFactory(EventLoopFactory): factory
      Runner.Builder.propagate(ContextPropagator[]): propagators
      Async.asCompleted(Collection): futures
      Async.asCompleted(Duration, Collection): timeout, futures
      Async.await(CompletionStage): stage
      Async.await(CompletionStage, Class): stage, checked
      Async.awaitAll(Collection): futures
      Async.awaitAll(Duration, Collection): timeout, futures
      Async.awaitAny(Collection): futures
      Async.awaitAny(Duration, Collection): timeout, futures
      Async.awaitFirstFailure(Collection): futures
      Async.awaitFirstFailure(Duration, Collection): timeout, futures
      Async.callThreadsafe(EventLoop, Coroutine): loop, coroutine
      Async.callThreadsafe(EventLoop, VoidCoroutine): loop, coroutine
      Async.createTask(Coroutine): coroutine
      Async.createTask(TaskOptions, Coroutine): options, coroutine
      Async.createTask(VoidCoroutine): coroutine
      Async.createTask(TaskOptions, VoidCoroutine): options, coroutine
      Async.forEachConcurrently(Iterable, Async.Action): inputs, action
      Async.forEachConcurrently(Iterable, int, Async.Action): inputs, -, action
      Async.gather(Awaitable[]): awaitables
      Async.gather(Collection): awaitables
      Async.gather(VoidCoroutine[]): coroutines
      Async.gather(Coroutine[]): coroutines
      Async.gatherOutcomes(Awaitable[]): awaitables
      Async.gatherOutcomes(Collection): awaitables
      Async.gatherOutcomes(Coroutine[]): coroutines
      Async.gatherOutcomes(VoidCoroutine[]): coroutines
      Async.generator(AsyncGenerator.Body): body
      Async.mapConcurrently(Iterable, Async.Mapper): inputs, mapper
      Async.mapConcurrently(Iterable, int, Async.Mapper): inputs, -, mapper
      Async.race(Collection): contestants
      Async.race(Coroutine[]): contestants
      Async.raceStaggered(Duration, Iterable): delay, contestants
      Async.run(Coroutine): coroutine
      Async.run(VoidCoroutine): coroutine
      Async.shield(AsyncFuture): inner
      Async.sleep(Duration): duration
      Async.timeout(Duration, Coroutine): duration, body
      Async.timeout(Duration, Timeout.VoidBody): duration, body
      Async.timeout(Duration, VoidCoroutine): duration, body
      Async.timeoutAt(long, Coroutine): -, body
      Async.timeoutAt(long, Timeout.VoidBody): -, body
      Async.timeoutAt(long, VoidCoroutine): -, body
      Timeout.call(Duration, Timeout.Body): duration, body
      Timeout.callAt(long, Timeout.Body): -, body
      Async.cancellable(Coroutine, VoidCoroutine): body, onCancel
      Async.cancellable(VoidCoroutine, VoidCoroutine): body, onCancel
      Async.openOnThread(Coroutine): opener
      Async.openOnThread(ThreadOptions, Coroutine): options, opener
      Async.toThread(Coroutine): body
      Async.toThread(VoidCoroutine): body
      Async.toThread(ThreadOptions, Coroutine): options, body
      Async.toThread(ThreadOptions, VoidCoroutine): options, body
      Async.waitFor(Duration, AsyncFuture): timeout, future
      Async.waitFor(Duration, Coroutine): timeout, coroutine
      Async.waitFor(Duration, VoidCoroutine): timeout, coroutine
      TaskGroup.createTask(Coroutine): coroutine
      TaskGroup.createTask(TaskOptions, Coroutine): options, coroutine
      TaskGroup.createTask(VoidCoroutine): coroutine
      TaskGroup.createTask(TaskOptions, VoidCoroutine): options, coroutine
      TaskGroup.call(TaskGroup.Body): body
      TaskGroup.run(TaskGroup.VoidBody): body
      TaskGroup.startUntilReady(TaskGroup.Starting): starting
      LoopEngine.asCancellation(Throwable): thrown
      EventLoop.callAt(long, Runnable): -, callback
      EventLoop.callAt(long, Context, Runnable): -, context, callback
      EventLoop.callExceptionHandler(ExceptionContext): context
      EventLoop.callLater(Duration, Runnable): delay, callback
      EventLoop.callSoon(Runnable): callback
      EventLoop.callSoon(Context, Runnable): context, callback
      EventLoop.callSoonThreadsafe(Runnable): callback
      EventLoop.callSoonThreadsafe(Context, Runnable): context, callback
      LoopEngine.of(EventLoop): loop
      LoopEngine.createFuture(BiPredicate): onCancel
      EventLoop.createGenerator(AsyncGenerator.Body): body
      EventLoop.createTask(Coroutine): coroutine
      EventLoop.createTask(VoidCoroutine): coroutine
      EventLoop.createTask(TaskOptions, VoidCoroutine): options, coroutine
      EventLoop.createTask(TaskOptions, Coroutine): options, coroutine
      EventLoop.deadline(Duration): delay
      EventLoop.defaultExceptionHandler(ExceptionContext): context
      EventLoop.execute(Runnable): command
      EventLoop.newTask(TaskOptions, Coroutine): options, coroutine
      LoopEngine.newOwnTask(String, Coroutine): name, coroutine
      LoopEngine.runUntilComplete(AsyncFuture): future
      EventLoop.handOverDefaultExecutor(ExecutorService): executor
      EventLoop.setDefaultExecutor(ExecutorService): executor
      LoopEngine.setPropagators(List): propagators
      LoopEngine.shutdownDefaultExecutor(Duration): timeout
      AsyncFuture.addDoneCallback(Consumer): callback
      AsyncFuture.addDoneCallback(Context, Consumer): context, callback
      AsyncFuture.cancel(String, CancelledError.Source): -, source
      AsyncFuture.removeDoneCallback(Consumer): callback
      CompletableAsyncFuture.setException(Throwable): exception
      Task.setName(String): name
      ContextVar.named(String): name
      ContextVar.reset(ContextVar.Token): token
      ContextVar.withDefault(String, Object): name, -
      Context.contains(ContextVar): variable
      Context.get(ContextVar): variable
      Context.run(Coroutine): body
      Context.run(VoidCoroutine): body
      AsyncLock.with(Coroutine): body
      AsyncLock.with(VoidCoroutine): body
      AsyncCondition.awaitUntil(BooleanSupplier): predicate
      AsyncCondition.with(Coroutine): body
      AsyncCondition.with(VoidCoroutine): body
      AsyncSemaphore.with(Coroutine): body
      AsyncSemaphore.with(VoidCoroutine): body
      ExceptionGroup.throwSingle(Class): type
      ExceptionGroup.split(Predicate): condition
      ExceptionGroup.subgroup(Class): type
      ExceptionGroup.subgroup(Predicate): condition
      TaskOptions.named(String): name
      TaskOptions.withContext(Context): context
      TaskOptions.withName(String): name
      ThreadOptions.withLimiter(AsyncSemaphore): limiter
      ThreadOptions.withOnUndelivered(Class, ThreadOptions.Undelivered): type, hook
      EventLoops.of(Poller, FiberFactory): poller, fibers
      EventLoops.of(Poller, FiberFactory, Ticker): poller, fibers, ticker
      Timeout.reschedule(Duration): fromNow
      """;

  private static final Map<String, List<String>> NAMES = Arrays.stream(PARAMETERS.split("\n"))
      .map(line -> line.split(": "))
      .collect(Collectors.toMap(line -> line[0], line -> List.of(line[1].split(", ")), (one, other) -> one,
          LinkedHashMap::new));

  /** One test: null for one parameter of one method. */
  record NullArgument(Method method, int index, String name) {
    @Override
    public String toString() {
      return Fixture.signatureOf(method) + " " + name;
    }
  }

  static Stream<NullArgument> nullArguments() {
    return TYPES.stream().flatMap(Fixture::methodsOf).flatMap(method -> {
      List<String> names = NAMES.getOrDefault(Fixture.signatureOf(method), List.of());
      List<NullArgument> arguments = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        if (!names.get(i).equals("-")) {
          arguments.add(new NullArgument(method, i, names.get(i)));
        }
      }
      return arguments.stream();
    });
  }

  @Test
  void parameters_always_haveEveryMethodWithOneThatMustNotBeNull() {
    Map<String, List<Boolean>> expected = new LinkedHashMap<>();
    TYPES.stream().flatMap(Fixture::methodsOf).forEach(method -> {
      List<Boolean> needed = new ArrayList<>();
      AnnotatedType[] types = method.getAnnotatedParameterTypes();
      for (int i = 0; i < types.length; i++) {
        needed.add(!method.getParameterTypes()[i].isPrimitive()
            && !(method.getGenericParameterTypes()[i] instanceof TypeVariable)
            && !types[i].isAnnotationPresent(Nullable.class));
      }
      if (needed.contains(true)) {
        expected.put(Fixture.signatureOf(method), needed);
      }
    });
    Map<String, List<Boolean>> found = new LinkedHashMap<>();
    NAMES.forEach((method, names) -> found.put(method, names.stream().map(name -> !name.equals("-")).toList()));
    assertThat(found).containsExactlyInAnyOrderEntriesOf(expected);
  }

  private static final Set<String> CALLED_WHILE_IDLE = Set.of("Runner.run", "Async.run", "LoopEngine.runUntilComplete");

  @ParameterizedTest(name = "{0}")
  @MethodSource("nullArguments")
  void call_nullArgument_refusedByNameAndNothingChanged(NullArgument bad) {
    boolean idle = CALLED_WHILE_IDLE.contains(Fixture.nameOf(bad.method));
    Throwable[] outcome = new Throwable[1];
    try (Runner runner = newRunner()) {
      Fixture fixture = runner.run(() -> {
        Fixture made = new Fixture(runner, reports);
        if (!idle) {
          // In a block that is entered, so that its timeout can be moved, if it is given one.
          Async.timeout(HOUR, (Timeout scope) -> {
            made.enter(scope);
            outcome[0] = catchThrowable(() -> made.call(bad.method, argumentsWithNull(made, bad)));
          });
          letOthersRun();
        }
        return made;
      });
      if (idle) {
        outcome[0] = catchThrowable(() -> fixture.call(bad.method, argumentsWithNull(fixture, bad)));
      }
      assertThat(outcome[0]).isExactlyInstanceOf(NullPointerException.class);
      assertThat(outcome[0].getMessage()).as("the message, which names the parameter")
          .isNotNull()
          .containsPattern("\\b" + bad.name + "\\b");
      fixture.assertUnchanged();
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  private static Object[] argumentsWithNull(Fixture fixture, NullArgument bad) {
    Object[] arguments = fixture.arguments(bad.method);
    arguments[bad.index] = null;
    return arguments;
  }

  /** Those that type variables or constructors take, which the table leaves out. */
  @Test
  void primitives_nullItemLockOrComparator_refusedByNameAndNothingChanged() {
    assertNamed("lock", () -> new AsyncCondition(null));
    assertNamed("comparator", () -> new AsyncPriorityQueue<String>(null));
    assertNamed("comparator", () -> new AsyncPriorityQueue<String>(1, null));
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        for (AsyncQueue<String> queue : List.of(new AsyncQueue<String>(), new AsyncLifoQueue<String>(),
            AsyncPriorityQueue.<String>natural())) {
          assertNamed("item", () -> queue.put(null));
          assertNamed("item", () -> queue.putNoWait(null));
          assertThat(queue.isEmpty()).isTrue();
          queue.join();
        }
      });
    }
  }

  @Test
  void runnerRun_nullOnANewRunner_staysCreated() {
    try (Runner runner = newRunner()) {
      assertThatNullPointerException().isThrownBy(() -> runner.run((Coroutine<String, RuntimeException>) null))
          .withMessage("coroutine");
      assertThatNullPointerException().isThrownBy(() -> runner.run(null, () -> "never")).withMessage("context");
      assertThat(runner.toString()).contains("CREATED");
    }
  }

  @Test
  void gather_nullElement_refusedByNameAndNothingStarted() {
    try (Runner runner = newRunner()) {
      List<String> calls = new ArrayList<>();
      runner.run(() -> {
        AsyncFuture<String> future = EventLoop.running().createFuture();
        Coroutine<String, RuntimeException> coroutine = () -> {
          calls.add("called");
          return "";
        };
        assertNamed("awaitables", () -> Async.gather(future, null));
        assertNamed("awaitables", () -> Async.gather(Arrays.asList(future, null)));
        assertNamed("awaitables", () -> Async.gatherOutcomes(Arrays.asList(future, null)));
        assertNamed("awaitables", () -> Async.gatherOutcomes(future, null));
        assertNamed("futures", () -> Async.awaitAll(Arrays.asList(future, null)));
        assertNamed("futures", () -> Async.awaitAny(Arrays.asList(future, null)));
        assertNamed("futures", () -> Async.awaitFirstFailure(Arrays.asList(future, null)));
        assertNamed("futures", () -> Async.asCompleted(Arrays.asList(future, null)));
        assertNamed("coroutines", () -> Async.gather(coroutine, null));
        assertNamed("contestants", () -> Async.race(coroutine, null));
        letOthersRun();
        assertThat(EventLoop.running().allTasks()).containsExactly(Async.currentTask());
        assertThat(future.isDone()).isFalse();
      });
      assertThat(calls).isEmpty();
    }
  }

  @Test
  void builder_nullElement_refusedByName() {
    Runner.Builder builder = builder();
    assertNamed("propagators", () -> builder.propagate((ContextPropagator) null));
    assertNamed("names", () -> builder.handleSignals("TERM", null));
    try (Runner runner = builder.build()) {
      assertNamed("propagators",
          () -> LoopEngine.of(runner.loop()).setPropagators(Arrays.asList((ContextPropagator) null)));
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  private static void assertNamed(String parameter, ThrowingCallable call) {
    assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessageContaining(parameter);
  }

  @Test
  void callSoon_nullAfterOthers_leavesTheQueueAsItWas() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callSoon(() -> trace.add("before"));
        assertThatNullPointerException().isThrownBy(() -> loop.callSoon(null));
        loop.callSoon(() -> trace.add("after"));
        letOthersRun();
      });
    }
    assertThat(trace).containsExactly("before", "after");
  }

  // --- durations ---

  @Test
  void sleep_forever_lastsUntilItIsCancelled() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        Task<?> sleeper = Async.createTask(() -> Async.sleep(FOREVER));
        Async.sleep(Duration.ofDays(100_000));
        assertThat(sleeper.isDone()).isFalse();
        sleeper.cancel();
        letOthersRun();
        assertThat(sleeper.isCancelled()).isTrue();
      });
    }
    assertThat(time.elapsed()).isEqualTo(Duration.ofDays(100_000));
  }

  @Test
  void sleep_negative_givesOneTurn() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          trace.add("one turn");
          EventLoop.running().callSoon(() -> trace.add("another turn"));
        });
        Async.sleep(LONG_AGO);
        trace.add("slept");
      });
    }
    assertThat(trace).startsWith("one turn", "slept");
    assertThat(time.elapsed()).isZero();
  }

  @Test
  void timeout_forever_setsNoDeadline() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> Async.timeout(FOREVER, (Timeout scope) -> {
        assertThat(scope.when()).isEmpty();
        Async.sleep(Duration.ofDays(10_000));
        assertThat(scope.expired()).isFalse();
      }));
    }
  }

  @Test
  void timeout_negative_cancelsAtTheFirstSuspension() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        assertThatThrownBy(() -> Async.timeout(LONG_AGO, () -> {
          trace.add("begun");
          Async.sleep(HOUR);
          trace.add("never");
        })).isInstanceOf(DeadlineExceededException.class);
        assertThat(Async.currentTask().cancelling()).isZero();
      });
    }
    assertThat(trace).containsExactly("begun");
    assertThat(time.elapsed()).isZero();
  }

  @Test
  void reschedule_tooLate_refusedWithTheState() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        Timeout left = Timeout.call(HOUR, (Timeout scope) -> scope);
        assertThat(left).asString().startsWith("Timeout[finished");
        assertThatThrownBy(() -> left.reschedule(HOUR)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("that is finished");
        Async.timeout(HOUR, (Timeout scope) -> {
          assertThat(scope).asString().startsWith("Timeout[active");
          assertThatThrownBy(() -> Async.sleep(HOUR.plus(HOUR))).isInstanceOf(CancelledError.class);
          assertThatThrownBy(() -> scope.reschedule(HOUR)).isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("that is expiring");
        });
      });
    }
  }

  @Test
  void reschedule_foreverAndNegative_movesTheDeadlineToNeverAndNow() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        Async.timeout(Duration.ofSeconds(1), (Timeout scope) -> {
          scope.reschedule(FOREVER);
          assertThat(scope.when()).isEmpty();
          Async.sleep(HOUR);
        });
        assertThatThrownBy(() -> Async.timeout(HOUR, (Timeout scope) -> {
          scope.reschedule(LONG_AGO);
          Async.sleep(HOUR);
        })).isInstanceOf(DeadlineExceededException.class);
      });
    }
    assertThat(time.elapsed()).isEqualTo(HOUR);
  }

  @Test
  void timeoutAt_ends_areNowAndNever() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        assertThat(Timeout.<String, RuntimeException>callAt(Long.MAX_VALUE, scope -> {
          Async.sleep(HOUR);
          return "never expires";
        })).isEqualTo("never expires");
        assertThatThrownBy(() -> Timeout.callAt(Long.MIN_VALUE, scope -> {
          Async.sleep(HOUR);
          return "never";
        })).isInstanceOf(DeadlineExceededException.class);
      });
    }
    assertThat(time.elapsed()).isEqualTo(HOUR);
  }

  @Test
  void waitFor_forever_waits() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        Task<String> slow = Async.createTask(() -> {
          Async.sleep(HOUR);
          return "waited for";
        });
        assertThat(Async.waitFor(FOREVER, slow)).isEqualTo("waited for");
        assertThat(Async.<String, RuntimeException>waitFor(FOREVER, () -> "run")).isEqualTo("run");
      });
    }
  }

  @Test
  void waitFor_negative_onlyLooks() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        CompletableAsyncFuture<String> done = EventLoop.running().createFuture();
        done.setResult("done");
        assertThat(Async.waitFor(LONG_AGO, done)).isEqualTo("done");
        Task<?> slow = Async.createTask(() -> Async.sleep(HOUR));
        assertThatThrownBy(() -> Async.waitFor(LONG_AGO, slow)).isInstanceOf(DeadlineExceededException.class)
            .hasCauseInstanceOf(CancelledError.class);
        assertThat(slow.isCancelled()).isTrue();
        assertThatThrownBy(() -> Async.waitFor(LONG_AGO, () -> trace.add("never")))
            .isInstanceOf(DeadlineExceededException.class);
      });
    }
    assertThat(trace).isEmpty();
    assertThat(time.elapsed()).isZero();
  }

  @Test
  void awaitAll_foreverAndNegative_waitsOrLooks() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        Task<?> slow = Async.createTask(() -> Async.sleep(HOUR));
        assertThat(Async.awaitAll(LONG_AGO, List.of(slow)).pending()).hasSize(1);
        assertThat(Async.awaitAny(LONG_AGO, List.of(slow)).pending()).hasSize(1);
        assertThat(Async.awaitFirstFailure(LONG_AGO, List.of(slow)).pending()).hasSize(1);
        assertThat(time.elapsed()).isZero();
        assertThat(slow.isDone()).isFalse();
        assertThat(Async.awaitAll(FOREVER, List.of(slow)).done()).hasSize(1);
      });
    }
    assertThat(time.elapsed()).isEqualTo(HOUR);
  }

  @Test
  void awaitAll_nothingToWaitFor_refused() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        assertThatIllegalArgumentException().isThrownBy(() -> Async.awaitAll(List.<Task<?>>of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Async.awaitAny(List.<Task<?>>of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Async.awaitFirstFailure(List.<Task<?>>of()));
        assertThat(Async.gather(List.<Task<?>>of())).isEmpty();
      });
    }
  }

  @Test
  void asCompleted_foreverAndNegative_waitsOrEndsAtOnce() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        Task<?> slow = Async.createTask(() -> Async.sleep(HOUR));
        assertThatThrownBy(() -> Async.asCompleted(LONG_AGO, List.of(slow)).iterator().next())
            .isInstanceOf(DeadlineExceededException.class);
        assertThat(time.elapsed()).isZero();
        Object first = Async.asCompleted(FOREVER, List.of(slow)).iterator().next();
        assertThat(first).isSameAs(slow);
      });
    }
    assertThat(time.elapsed()).isEqualTo(HOUR);
  }

  @Test
  void callLater_forever_neverFires() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        TimerHandle never = loop.callLater(FOREVER, () -> trace.add("never"));
        assertThat(never.when()).isEqualTo(Long.MAX_VALUE);
        TimerHandle neverEither = loop.callAt(Long.MAX_VALUE, () -> trace.add("never"));
        assertThat(neverEither.when()).isEqualTo(Long.MAX_VALUE);
        Async.sleep(Duration.ofDays(100_000));
        never.cancel();
        assertThat(never.isCancelled()).isTrue();
      });
    }
    assertThat(trace).isEmpty();
  }

  @Test
  void callLater_negative_firesInTheNextIteration() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        TimerHandle now = loop.callLater(LONG_AGO, () -> trace.add("a negative delay"));
        assertThat(now.when()).isEqualTo(loop.time());
        loop.callAt(Long.MIN_VALUE, () -> trace.add("a time long ago"));
        letOthersRun();
        assertThat(trace).containsExactlyInAnyOrder("a negative delay", "a time long ago");
      });
    }
    assertThat(time.elapsed()).isZero();
  }

  @Test
  void callAt_longAgoOnTheRealClock_firesInTheNextIteration() {
    List<String> trace = new ArrayList<>();
    LoopEngine loop = loops().newEventLoop();
    loop.callAt(Long.MIN_VALUE, () -> {
      trace.add("fired");
      loop.stop();
    });
    loop.runForever();
    loop.close();
    assertThat(trace).containsExactly("fired");
  }

  @Test
  void callLater_clockNearItsEnd_saturates() {
    time.set(Long.MAX_VALUE - 10);
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        assertThat(loop.deadline(Duration.ofNanos(9))).isEqualTo(Long.MAX_VALUE - 1);
        assertThat(loop.deadline(Duration.ofNanos(11))).isEqualTo(Long.MAX_VALUE);
        assertThat(loop.deadline(FOREVER)).isEqualTo(Long.MAX_VALUE);
        assertThat(loop.deadline(LONG_AGO)).isEqualTo(loop.time());
        Async.sleep(Duration.ofNanos(5));
        assertThat(loop.time()).isEqualTo(Long.MAX_VALUE - 5);
      });
    }
  }

  @Test
  void callLater_clockBelowZero_firesInOrder() {
    time.set(Long.MIN_VALUE + 10);
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callLater(Duration.ofNanos(Long.MAX_VALUE), () -> trace.add("late"));
        loop.callLater(Duration.ofNanos(1), () -> trace.add("early"));
        loop.callAt(100, () -> trace.add("last"));
        Async.sleep(Duration.ofNanos(Long.MAX_VALUE));
        Async.sleep(Duration.ofNanos(200));
      });
    }
    assertThat(trace).containsExactly("early", "late", "last");
  }

  @Test
  void closeTimeout_negative_refused() {
    Runner.Builder builder = builder();
    assertThatIllegalArgumentException().isThrownBy(() -> builder.closeTimeout(LONG_AGO))
        .withMessageContaining("closeTimeout");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.closeTimeout(Duration.ofNanos(-1)));
  }

  @Test
  void closeTimeout_forever_waitsForCleanUpAndExecutor() {
    List<String> trace = new ArrayList<>();
    Runner runner = virtual().closeTimeout(FOREVER).build();
    runner.run(() -> {
      Async.toThread(() -> "a thread for the default executor"); // first: virtual time goes on while it waits
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          Async.sleep(Duration.ofDays(10_000));
          trace.add("cleaned up");
        }
      });
      Async.sleep(Duration.ZERO);
    });
    runner.close();
    assertThat(trace).containsExactly("cleaned up");
  }

  @Test
  void mapConcurrently_limitBelowOne_refusedAndNothingRun() {
    List<String> calls = new ArrayList<>();
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        for (int limit : new int[] {0, -1, Integer.MIN_VALUE}) {
          assertThatIllegalArgumentException().isThrownBy(() -> Async.mapConcurrently(List.of(1), limit, input -> {
            calls.add("called");
            return input;
          })).withMessageContaining("limit: " + limit);
        }
      });
    }
    assertThat(calls).isEmpty();
  }

  @Test
  void newSemaphore_negative_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AsyncSemaphore(-1)).withMessageContaining("permits: -1");
  }

  // --- a loop that is closed ---

  private static final Set<String> REFUSED_ONCE_CLOSED = Set.of("EventLoop.callSoon", "EventLoop.callSoonThreadsafe",
      "EventLoop.execute", "EventLoop.callLater", "EventLoop.callAt", "EventLoop.createTask", "EventLoop.newTask",
      "LoopEngine.newOwnTask",
      "LoopEngine.runUntilComplete", "LoopEngine.runForever", "EventLoop.createGenerator", "Runner.run", "Runner.loop",
      "Async.callThreadsafe");

  private static final Set<String> HARMLESS_ONCE_CLOSED = Set.of("Runner.close", "LoopEngine.close",
      "EventLoop.isClosed",
      "EventLoop.isRunning", "EventLoop.hasVirtualTime", "EventLoop.allTasks", "EventLoop.time", "EventLoop.isDebug",
      "AsyncFuture.loop",
      "AsyncFuture.isDone", "AsyncFuture.isCancelled", "AsyncFuture.result", "AsyncFuture.exception",
      "AsyncFuture.removeDoneCallback", "Task.name", "Task.stack", "Task.context", "Task.cancelling", "Handle.cancel",
      "Handle.isCancelled", "TimerHandle.when");

  static Stream<Object> methodsOfAClosedLoop() {
    return Stream
        .of(Runner.class, EventLoop.class, LoopEngine.class, AsyncFuture.class, CompletableAsyncFuture.class,
            Task.class, Handle.class, TimerHandle.class,
            Async.class)
        .flatMap(Fixture::methodsOf)
        .filter(method -> REFUSED_ONCE_CLOSED.contains(Fixture.nameOf(method))
            || HARMLESS_ONCE_CLOSED.contains(Fixture.nameOf(method)))
        .map(NamedMethod::new);
  }

  record NamedMethod(Method method) {
    @Override
    public String toString() {
      return Fixture.signatureOf(method);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("methodsOfAClosedLoop")
  void call_loopClosed_refusedOrHarmless(NamedMethod named) {
    Fixture fixture;
    try (Runner runner = newRunner()) {
      fixture = runner.run(() -> new Fixture(runner, reports));
    }
    Method method = named.method;
    Throwable thrown = catchThrowable(() -> fixture.call(method, fixture.arguments(method)));
    if (HARMLESS_ONCE_CLOSED.contains(Fixture.nameOf(method))) {
      assertThat(thrown).isNull();
    } else {
      assertThat(thrown).hasMessageContaining("closed")
          .isExactlyInstanceOf(Fixture.nameOf(method).equals("EventLoop.execute")
              ? RejectedExecutionException.class
              : IllegalStateException.class);
    }
    assertThat(fixture.calls).hasValue(0);
    assertThat(fixture.task.isCancelled()).as("the task that was left is done").isTrue();
  }

  @Test
  void await_taskOfALoopClosedUnderIt_endsWithACancellation() {
    LoopEngine loop = loops().newEventLoop();
    loop.setExceptionHandler(reports);
    List<Object> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch ended = new CountDownLatch(1);
    Task<?> task = loop.createTask(() -> {
      try {
        Async.sleep(HOUR);
      } catch (Throwable thrown) {
        seen.add(thrown.getClass().getSimpleName());
        seen.add(catchThrowable(() -> Async.sleep(HOUR)).getClass().getSimpleName());
      } finally {
        ended.countDown();
      }
      return null;
    });
    loop.callSoon(loop::stop);
    loop.runForever();
    assertThatIllegalStateException().isThrownBy(() -> loop.runUntilComplete(stopped(loop)))
        .withMessageContaining("stopped");
    loop.close();
    await(ended);
    assertThat(seen).containsExactly("CancelledError", "IllegalStateException");
    assertThat(task.isCancelled()).isTrue();
    assertThat(reports.take()).singleElement().satisfies(report -> {
      assertThat(report.future()).isSameAs(task);
      assertThat(report.message()).contains("closed before", task.name());
    });
  }

  /** A future that is never done, on a loop that has been told to stop. */
  private static AsyncFuture<String> stopped(LoopEngine loop) {
    loop.stop();
    return loop.createFuture();
  }

  // --- kinds of fibers of others ---

  /** A host of somebody's that hands on what it is asked to. */
  private record WrappedHost(FiberHost host) implements FiberHost {
    @Override
    public LoopEngine loop() {
      return host.loop();
    }

    @Override
    public @Nullable Fiber next() {
      return host.next();
    }

    @Override
    public void ready(Fiber fiber) {
      host.ready(fiber);
    }

    @Override
    public void readyThreadsafe(Fiber fiber) {
      host.readyThreadsafe(fiber);
    }

    @Override
    public void fail(Throwable failure) {
      host.fail(failure);
    }
  }

  /** A fiber is known to be one of a loop by its host, so that has to be the loop's own. */
  @Test
  void newFiber_ofAWrappedHost_isRefusedWithWhatToWrapInstead() {
    LoopEngine loop = EventLoops.of(EventLoops.parkingPoller(), host -> fibers().attach(new WrappedHost(host)));
    assertThatIllegalStateException().isThrownBy(() -> loop.createTask(() -> {}))
        .withMessageContaining("FiberFactory.attach")
        .withMessageContaining("WrappedHost")
        .withMessageContaining("wrap the Fibers instead");
    assertThat(loop.allTasks()).isEmpty();
    loop.callSoon(() -> {
      throw new AssertionError("called");
    });
    assertThatIllegalStateException().isThrownBy(loop::runForever).withMessageContaining("FiberFactory.attach");
    loop.close();
  }
}
