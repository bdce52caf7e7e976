package io.asyncrunner;

import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.Detached;
import io.asyncrunner.spi.Droppable;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Request;
import io.asyncrunner.sync.AsyncSemaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What code on a loop calls: starting, waiting, timing, and the ways to other threads and back.
 *
 * <p><b>Thread:</b> a task's, unless a method says otherwise; elsewhere an {@link IllegalStateException} says what to do.
 * A method that waits is a suspension point: other tasks run meanwhile, and a cancellation of the calling task is thrown
 * there as a {@link CancelledError}. Futures have to be of the running loop; those of another are refused in the same way,
 * before anything has been begun.
 *
 * <p>Durations are time of the loop's clock; one too long for a {@code long} of nanoseconds is for ever.
 *
 * @asyncio the functions of the {@code asyncio} module
 */
public final class Async {
  private Async() {}

  // --- running ---

  /**
   * Runs a coroutine on a Runner of its own and closes that: for a program's main method.
   *
   * <p><b>Thread:</b> one that is not inside a loop. Blocks.
   *
   * @param <T> the coroutine's result
   * @param <X> what it may throw
   * @param coroutine what to run
   * @return its result
   * @throws X what the coroutine threw, the same object
   */
  public static <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> coroutine) throws X {
    Objects.requireNonNull(coroutine, "coroutine");
    try (Runner runner = Runner.create()) {
      return runner.run(coroutine);
    }
  }

  /**
   * Runs a coroutine without a result on a Runner of its own; as {@link #run(Coroutine)}.
   *
   * @param <X> what it may throw
   * @param coroutine what to run
   * @throws X what the coroutine threw, the same object
   */
  public static <X extends Throwable> void run(VoidCoroutine<X> coroutine) throws X {
    run(Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  // --- tasks ---

  /**
   * Makes a task of the running loop. Called in a task or a callback.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @return the task; its first step is in the loop's next iteration
   */
  public static <T extends @Nullable Object> Task<T> createTask(Coroutine<T, ?> coroutine) {
    return EventLoop.running().createTask(coroutine);
  }

  /**
   * Makes a task without a result of the running loop. Called in a task or a callback.
   *
   * @param coroutine what to run
   * @return the task; its first step is in the loop's next iteration
   */
  public static Task<@Nullable Void> createTask(VoidCoroutine<?> coroutine) {
    return createTask(TaskOptions.DEFAULT, coroutine);
  }

  /**
   * Makes a task of the running loop. Called in a task or a callback.
   *
   * @param <T> the coroutine's result
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   */
  public static <T extends @Nullable Object> Task<T> createTask(TaskOptions options, Coroutine<T, ?> coroutine) {
    return EventLoop.running().createTask(options, coroutine);
  }

  /**
   * Makes a task without a result of the running loop. Called in a task or a callback.
   *
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   */
  public static Task<@Nullable Void> createTask(TaskOptions options, VoidCoroutine<?> coroutine) {
    return createTask(options, Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /**
   * The task that calls.
   *
   * @return the task
   * @throws IllegalStateException outside a task
   */
  public static Task<?> currentTask() {
    return currentTaskOf(EventLoop.running(), "Async.currentTask");
  }

  /** The calling task of {@code loop}; {@code what} is named in the error outside one. */
  static Task<?> currentTaskOf(EventLoop loop, String what) {
    Fiber fiber = Fiber.current();
    Task<?> task = fiber == null ? null : fiber.task();
    if (task == null || task.loop() != loop) {
      throw new IllegalStateException(what + " has to be called in a task, found a callback of " + loop
          + ": create a task in the callback and call it there");
    }
    return task;
  }

  /** Refuses other threads while a loop runs, and tasks and callbacks of other loops. */
  static void ensureOwner(EventLoop loop, String method) {
    if (!loop.isHeldByCurrentThread() && (loop.isRunning() || EventLoop.runningOrNull() != null)) {
      throw new IllegalStateException(method + " has to be called on " + loop + ", found thread "
          + Thread.currentThread().getName() + ": use callSoonThreadsafe or Async.callThreadsafe");
    }
  }

  /** Refuses futures of other loops before anything has been begun. */
  private static void ensureOf(EventLoop loop, Collection<? extends AsyncFuture<?>> futures, String method) {
    for (AsyncFuture<?> future : futures) {
      if (future.loop() != loop) {
        throw new IllegalArgumentException(method + " cannot wait for a future of another loop: found one of "
            + future.loop() + ", expected " + loop + "; use Async.await(future.toCompletableFuture())");
      }
    }
  }

  /** The running loop, for what waits: refuses callbacks before anything has been begun. */
  private static LoopEngine runningInTask(String what) {
    LoopEngine loop = LoopEngine.running();
    currentTaskOf(loop, what);
    return loop;
  }

  /**
   * The tasks of the running loop that are not done. Called in a task or a callback.
   *
   * @return an immutable list in the order of creation
   */
  public static List<Task<?>> allTasks() {
    return EventLoop.running().allTasks();
  }

  // --- waiting for time and for results ---

  /**
   * Waits.
   *
   * @param duration how long; zero or less gives the loop one turn
   * @throws CancelledError if the task is cancelled
   */
  public static void sleep(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    LoopEngine loop = LoopEngine.running();
    currentTaskOf(loop, "Async.sleep");
    if (duration.isZero() || duration.isNegative()) {
      loop.yieldNow();
      return;
    }
    loop.ensureStack(1);
    CompletableAsyncFuture<@Nullable Void> over = loop.createFuture();
    TimerHandle timer = loop.callAt(loop.deadline(duration), Context.current(), new Release(over));
    try {
      over.await();
    } finally {
      timer.cancel();
    }
  }

  /** Ends a wait, unless something else has ended it. */
  private static final class Release implements Runnable, InPlace {
    private final CompletableAsyncFuture<@Nullable Void> waiter;

    Release(CompletableAsyncFuture<@Nullable Void> waiter) {
      this.waiter = waiter;
    }

    @Override
    public void run() {
      if (!waiter.isDone()) {
        waiter.setResult(null);
      }
    }
  }

  /**
   * Waits for a stage of any kind, completed by any thread. If it is complete, returns at once without giving the loop a
   * turn. Cancelling the task cancels the stage.
   *
   * <pre>{@code
   * CompletableFuture<String> stage = CompletableFuture.supplyAsync(() -> "answer");
   * String answer = Async.await(stage);
   * }</pre>
   *
   * @param <T> the stage's result
   * @param stage what to wait for
   * @return its result
   * @throws CancelledError if the task is cancelled
   * @throws CompletionException wrapping the stage's exception if that is a checked one; unchecked exceptions and errors are
   *     thrown as they are, without the {@code CompletionException} of the stage
   */
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    Objects.requireNonNull(stage, "stage");
    EventLoop loop = EventLoop.running();
    currentTaskOf(loop, "Async.await");
    CompletableAsyncFuture<T> future = loop.createFuture();
    CompletableFuture<T> completable = completableOrNull(stage);
    if (completable != null && completable.isDone()) { // asked itself, because its callbacks may come from anywhere, or never
      T value = null;
      Throwable failure = null;
      try {
        value = completable.join();
      } catch (CancellationException cancelled) { // its own, or from JDK 23 on one of join's with its own as the cause
        failure = cancelled.getCause() instanceof CancellationException own ? own : cancelled;
      } catch (Throwable thrown) {
        failure = thrown;
      }
      complete(future, value, failure);
      return future.await();
    }
    try {
      CompletionStage<T> unused = stage.whenComplete(new StageEnd<>(loop, future));
      return future.await();
    } catch (CancelledError cancelled) {
      cancel(completable, cancelled);
      throw cancelled;
    } finally {
      future.cancel(); // no effect, unless the stage refused the callback; it may call it all the same
    }
  }

  /** A stage need not have a {@code CompletableFuture}: then it can be waited for, but not cancelled. */
  private static <T extends @Nullable Object> @Nullable CompletableFuture<T> completableOrNull(
      CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture();
    } catch (UnsupportedOperationException none) {
      return null;
    }
  }

  private static void cancel(@Nullable CompletableFuture<?> completable, CancelledError cancelled) {
    if (completable == null) {
      return;
    }
    try {
      completable.cancel(true); // no effect if it is complete
    } catch (Throwable thrown) { // the stage's own: the task is cancelled all the same
      cancelled.addSuppressed(thrown);
    }
  }

  /**
   * Waits for a stage that may fail with a checked exception of a known type, and throws that as it is; else as
   * {@link #await(CompletionStage)}.
   *
   * <pre>{@code
   * CompletableFuture<String> failing = CompletableFuture.failedFuture(new IOException("down"));
   * try {
   *   show(Async.await(failing, IOException.class));
   * } catch (IOException down) { // the exception of the stage itself
   *   show(down.getMessage());
   * }
   * }</pre>
   *
   * @param <T> the stage's result
   * @param <X> the checked exception
   * @param stage what to wait for
   * @param checked the type of the checked exception
   * @return its result
   * @throws X the stage's exception, the same object, if it is one of that type
   * @throws CancelledError if the task is cancelled
   * @throws CompletionException wrapping the stage's exception if that is another checked one
   */
  public static <T extends @Nullable Object, X extends Exception> T await(CompletionStage<T> stage, Class<X> checked)
      throws X {
    Objects.requireNonNull(checked, "checked");
    try {
      return await(stage);
    } catch (CompletionException wrapped) {
      if (checked.isInstance(wrapped.getCause())) {
        throw checked.cast(wrapped.getCause());
      }
      throw wrapped;
    }
  }

  /** Ends a future as a stage ended. */
  @SuppressWarnings("NullAway") // a stage that completed normally has a T
  private static <T extends @Nullable Object> void complete(
      CompletableAsyncFuture<T> future, @Nullable T value, @Nullable Throwable thrown) {
    if (thrown == null) {
      future.setResult(value);
    } else if (thrown instanceof CompletionException && thrown.getCause() != null) {
      future.setException(thrown.getCause());
    } else {
      future.setException(thrown);
    }
  }

  /** How a stage ended: told to its thread, and handed on to the loop. Made beforehand, because who waits must be told. */
  private static final class StageEnd<T extends @Nullable Object>
      implements BiConsumer<@Nullable T, @Nullable Throwable>, Runnable, InPlace {
    private final EventLoop loop;
    private final CompletableAsyncFuture<T> future;
    private final AtomicBoolean told = new AtomicBoolean();
    private @Nullable T value;
    private @Nullable Throwable thrown;

    StageEnd(EventLoop loop, CompletableAsyncFuture<T> future) {
      this.loop = loop;
      this.future = future;
    }

    @Override
    public void accept(@Nullable T value, @Nullable Throwable thrown) {
      if (told.compareAndSet(false, true)) { // a stage may call twice
        this.value = value;
        this.thrown = thrown;
        postQuietly(loop, this); // which orders the writes before what the loop does
      }
    }

    @Override
    public void run() {
      if (!future.isDone()) { // not cancelled
        complete(future, value, thrown);
      }
    }
  }

  private static final int ATTEMPTS = 3;

  /**
   * Posts to a loop that may have closed meanwhile, where the result is no longer wanted. Tries again if there is no memory: who waits
   * for it would wait for ever.
   */
  static void postQuietly(EventLoop loop, Runnable callback) {
    for (int attempt = 1;; attempt++) {
      try {
        loop.execute(callback);
        return;
      } catch (RejectedExecutionException closed) {
        return; // the task that waited has been ended by the closing loop: nobody is there to be told
      } catch (OutOfMemoryError exhausted) {
        if (attempt == ATTEMPTS) {
          throw exhausted;
        }
      }
    }
  }

  /**
   * Makes a generator: values that direct-style code gives one at a time, each when it is asked for.
   *
   * @param <T> the values' type
   * @param body the code; begins when the first value is asked for
   * @return a generator of the running loop
   */
  public static <T extends @Nullable Object> AsyncGenerator<T> generator(AsyncGenerator.Body<T> body) {
    return EventLoop.running().createGenerator(body);
  }

  // --- several at once ---

  /**
   * Waits for several futures and coroutines at once and gives their results in order. Each coroutine is run in a task of its own. The
   * first that fails or is cancelled ends the wait with its exception; the others go on. Cancelling the calling task cancels all of them.
   *
   * <pre>{@code
   * List<Coroutine<String, IOException>> requests = List.of(() -> fetch("a"), () -> fetch("b"));
   * List<String> pages = Async.gather(requests);
   * }</pre>
   *
   * @param <T> the results' type
   * @param <X> what the coroutines may throw
   * @param awaitables coroutines, and futures of the running loop; a future that is given twice is waited for once and listed twice
   * @return the results, in the order of the awaitables; unmodifiable
   * @throws X what the first that failed threw, the same object, if that was a coroutine
   * @throws CancelledError if the task or one of the awaitables is cancelled
   * @throws CompletionException wrapping the exception of the first that failed, if that was a future and the exception a checked one
   * @throws IllegalArgumentException if a future is of another loop; no coroutine has been begun
   */
  public static <T extends @Nullable Object, X extends Throwable> List<T> gather(
      Collection<? extends Awaitable<? extends T, ? extends X>> awaitables) throws X {
    List<Awaitable<? extends T, ? extends X>> given = Arguments.copyOf(awaitables, "awaitables");
    LoopEngine loop = runningInTask("Async.gather");
    List<AsyncFuture<? extends T>> children = begin(loop, given, "Async.gather");
    try {
      new Gathering(loop, children, false).await();
    } catch (CompletionException wrapped) {
      throw Throwables.sneaky(unwrappedOfCoroutine(given, children, wrapped));
    }
    List<T> results = new ArrayList<>(children.size());
    children.forEach(child -> results.add(child.result()));
    return java.util.Collections.unmodifiableList(results);
  }

  /**
   * Waits for several futures and coroutines at once; as {@link #gather(Collection)}.
   *
   * @param <T> the results' type
   * @param <X> what the coroutines may throw
   * @param awaitables coroutines, and futures of the running loop
   * @return the results, in the order of the awaitables; unmodifiable
   * @throws X what the first that failed threw, if that was a coroutine
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static <T extends @Nullable Object, X extends Throwable> List<T> gather(
      Awaitable<? extends T, ? extends X>... awaitables) throws X {
    return gather(Arguments.copyOf(awaitables, "awaitables"));
  }

  /**
   * Runs coroutines concurrently, each in a task, and gives their results in order; as {@link #gather(Collection)}.
   *
   * <pre>{@code
   * List<String> pages = Async.gather(() -> fetch("a"), () -> fetch("b"));
   * }</pre>
   *
   * @param <T> the results' type
   * @param <X> what they may throw
   * @param coroutines what to run
   * @return the results, in the order of the coroutines; unmodifiable
   * @throws X what the first that failed threw, the same object; the others go on
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static <T extends @Nullable Object, X extends Throwable> List<T> gather(
      Coroutine<? extends T, ? extends X>... coroutines) throws X {
    return gather(Arguments.copyOf(coroutines, "coroutines"));
  }

  /**
   * Runs coroutines without results concurrently, each in a task, and waits until all have ended; as {@link #gather(Collection)}.
   *
   * @param <X> what they may throw
   * @param coroutines what to run
   * @throws X what the first that failed threw, the same object; the others go on
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static <X extends Throwable> void gather(VoidCoroutine<? extends X>... coroutines) throws X {
    gather(Arguments.copyOf(coroutines, "coroutines"));
  }

  /** Runs those that are coroutines, once it is known that all can be waited for. */
  private static <T extends @Nullable Object> List<AsyncFuture<? extends T>> begin(LoopEngine loop,
      List<? extends Awaitable<? extends T, ?>> awaitables, String method) {
    for (Awaitable<? extends T, ?> awaitable : awaitables) {
      if (awaitable instanceof AsyncFuture<?> future) {
        ensureOf(loop, List.of(future), method);
      }
    }
    List<AsyncFuture<? extends T>> futures = new ArrayList<>(awaitables.size());
    for (Awaitable<? extends T, ?> awaitable : awaitables) {
      futures.add(futureOf(loop, awaitable));
    }
    return futures;
  }

  @SuppressWarnings("unchecked") // a VoidCoroutine is an Awaitable of null
  private static <T extends @Nullable Object> AsyncFuture<? extends T> futureOf(
      LoopEngine loop, Awaitable<? extends T, ?> awaitable) {
    if (awaitable instanceof Coroutine<? extends T, ?> coroutine) {
      return loop.createTask(coroutine);
    }
    if (awaitable instanceof VoidCoroutine<?> coroutine) {
      return (AsyncFuture<? extends T>) loop.createTask(coroutine);
    }
    return (AsyncFuture<? extends T>) awaitable;
  }

  /** The exception of a coroutine's task if {@code wrapped} wraps it, else {@code wrapped}. */
  private static Throwable unwrappedOfCoroutine(
      List<? extends Awaitable<?, ?>> given, List<? extends AsyncFuture<?>> children, CompletionException wrapped) {
    for (int i = 0; i < given.size(); i++) {
      Throwable exception = given.get(i) instanceof AsyncFuture
          ? wrapped
          : Throwables.unwrapped(children.get(i), wrapped);
      if (exception != wrapped) {
        return exception;
      }
    }
    return wrapped;
  }

  /**
   * Waits until several futures and coroutines are done, however they end. Each coroutine is run in a task of its own. Cancelling the
   * calling task cancels all of them.
   *
   * <pre>{@code
   * for (Outcome<String> outcome : Async.gatherOutcomes(() -> fetch("a"), () -> fail("b"))) {
   *   if (outcome instanceof Outcome.Failure<String> failure) {
   *     show(failure.exception().getMessage());
   *   }
   * }
   * }</pre>
   *
   * @param <T> the results' type
   * @param awaitables coroutines, and futures of the running loop
   * @return how each ended, in the order of the awaitables
   * @throws CancelledError if the task is cancelled; all have ended
   * @throws IllegalArgumentException if a future is of another loop; no coroutine has been begun
   * @asyncio {@code gather(..., return_exceptions=True)}
   */
  public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
      Collection<? extends Awaitable<? extends T, ?>> awaitables) {
    List<Awaitable<? extends T, ?>> given = Arguments.copyOf(awaitables, "awaitables");
    LoopEngine loop = runningInTask("Async.gatherOutcomes");
    List<AsyncFuture<? extends T>> children = begin(loop, given, "Async.gatherOutcomes");
    new Gathering(loop, children, true).await();
    List<Outcome<T>> outcomes = new ArrayList<>(children.size());
    children.forEach(child -> outcomes.add(Outcome.of(child)));
    return List.copyOf(outcomes);
  }

  /**
   * Waits until several futures and coroutines are done, however they end; as {@link #gatherOutcomes(Collection)}.
   *
   * @param <T> the results' type
   * @param awaitables coroutines, and futures of the running loop
   * @return how each ended, in the order of the awaitables
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(Awaitable<? extends T, ?>... awaitables) {
    return gatherOutcomes(Arguments.copyOf(awaitables, "awaitables"));
  }

  /**
   * Runs coroutines concurrently, each in a task, and waits until all are done, however they end; as
   * {@link #gatherOutcomes(Collection)}.
   *
   * @param <T> the results' type
   * @param coroutines what to run
   * @return how each ended, in the order of the coroutines
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(Coroutine<? extends T, ?>... coroutines) {
    return gatherOutcomes(Arguments.copyOf(coroutines, "coroutines"));
  }

  /**
   * Runs coroutines without results concurrently, each in a task, and waits until all are done, however they end; as
   * {@link #gatherOutcomes(Collection)}.
   *
   * @param coroutines what to run
   * @return how each ended, in the order of the coroutines
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static List<Outcome<@Nullable Void>> gatherOutcomes(VoidCoroutine<?>... coroutines) {
    return gatherOutcomes(Arguments.copyOf(coroutines, "coroutines"));
  }

  /** A wait for several futures, as reports show it. */
  record Several(String subject, Collection<? extends AsyncFuture<?>> waitsFor) implements Blocker {}

  /** The wait of a gather: a future that stands for its children, and is cancelled by cancelling them. */
  private static final class Gathering
      implements Consumer<AsyncFuture<?>>, BiPredicate<@Nullable String, CancelledError.Source>, InPlace {
    private final List<? extends AsyncFuture<?>> children;
    private final boolean outcomes;
    private final CompletableAsyncFuture<@Nullable Void> outer;
    private int unfinished;
    private CancelledError.@Nullable Source canceller; // of the waiting task, once that is cancelled

    Gathering(LoopEngine loop, List<? extends AsyncFuture<?>> children, boolean outcomes) {
      ensureOf(loop, children, "Async.gather");
      this.children = children;
      this.outcomes = outcomes;
      this.outer = loop.createFuture(this);
      LinkedHashSet<AsyncFuture<?>> distinct = new LinkedHashSet<>(children);
      unfinished = distinct.size();
      if (unfinished == 0) {
        outer.setResult(null);
      }
      Context context = Context.current();
      for (AsyncFuture<?> child : distinct) {
        if (!child.isDone()) {
          child.addDoneCallback(context, this);
        }
      }
      for (AsyncFuture<?> child : distinct) {
        if (child.isDone()) {
          accept(child); // at once: if all are done, so is the wait
        }
      }
    }

    void await() {
      Blocker.await(outer, new Several("Async.gather", children));
    }

    /** A cancellation of the waiting task: accepted if one of the children accepts it. */
    @Override
    public boolean test(@Nullable String message, CancelledError.Source source) {
      boolean accepted = false;
      for (AsyncFuture<?> child : children) {
        accepted |= child.cancel(message, source);
      }
      if (accepted) {
        canceller = source;
      }
      return accepted;
    }

    @Override
    public void accept(AsyncFuture<?> child) {
      int left = unfinished - 1; // written last: if there is no memory, this is called again
      Throwable exception = child.isCancelled() ? null : child.exception(); // looking at it counts as retrieving it
      if (outer.isDone()) {
        unfinished = left;
        return;
      }
      if (!outcomes && child.isCancelled()) {
        outer.setException(errorOf(child));
      } else if (!outcomes && exception != null) {
        outer.setException(exception);
      } else if (left == 0 && canceller != null) { // goes on whatever the children made of it
        AsyncFuture<?> last = children.get(children.size() - 1);
        outer.setException(errorOf(last.isCancelled() ? last : cancelledLike(last, canceller)));
      } else if (left == 0) {
        outer.setResult(null);
      }
      unfinished = left;
    }

    /** The error that awaiting a cancelled future throws. */
    private static CancelledError errorOf(AsyncFuture<?> cancelled) {
      try {
        cancelled.result();
      } catch (CancelledError error) {
        return error;
      }
      throw new AssertionError(cancelled);
    }

    /** A future that is cancelled with the message that a child has swallowed; as in asyncio, only if it was the child's own. */
    private AsyncFuture<?> cancelledLike(AsyncFuture<?> child, CancelledError.Source source) {
      AsyncFuture<?> future = outer.loop().createFuture();
      future.cancel(child instanceof Task<?> task ? task.cancelMessage() : null, source);
      return future;
    }
  }

  /**
   * A function applied to each of several inputs, which may suspend.
   *
   * @param <A> the input
   * @param <T> the result
   * @param <X> the checked exception it may throw
   */
  @FunctionalInterface
  public interface Mapper<A extends @Nullable Object, T extends @Nullable Object, X extends Throwable> {
    /**
     * Applies the function.
     *
     * @param input one of the inputs
     * @return its result
     * @throws X as the function decides
     * @throws InterruptedException if the thread was interrupted: the function is cancelled
     */
    T apply(A input) throws X, InterruptedException;
  }

  /**
   * Applies a function to all inputs concurrently, each in a task of its own; for many inputs, give a limit. Fails fast: the
   * first exception cancels the others, and is thrown when they have ended, with what they threw suppressed in it. If it is the
   * inputs that fail, what tasks throw while they are cancelled goes before.
   *
   * @param <A> the inputs
   * @param <T> the results
   * @param <X> what the function may throw
   * @param inputs the inputs, iterated once, in the calling task
   * @param mapper the function
   * @return the results, in the order of the inputs; unmodifiable
   * @throws X what the first that failed threw, the same object
   * @throws CancelledError if the task is cancelled; all have ended
   */
  public static <A extends @Nullable Object, T extends @Nullable Object, X extends Throwable> List<T> mapConcurrently(
      Iterable<? extends A> inputs, Mapper<? super A, ? extends T, X> mapper) throws X {
    return mapConcurrently(inputs, Integer.MAX_VALUE, mapper);
  }

  /**
   * Applies a function to all inputs, to a limited number of them at once; else as {@link #mapConcurrently(Iterable,
   * Mapper)}. An input is taken from the iterator when there is a place for it, not before.
   *
   * <pre>{@code
   * List<String> pages = Async.mapConcurrently(names, 2, name -> fetch(name)); // two at once
   * }</pre>
   *
   * @param <A> the inputs
   * @param <T> the results
   * @param <X> what the function may throw
   * @param inputs the inputs, iterated once, in the calling task
   * @param limit how many may run at once, at least 1
   * @param mapper the function
   * @return the results, in the order of the inputs; unmodifiable
   * @throws X what the first that failed threw, the same object
   * @throws CancelledError if the task is cancelled; all have ended
   * @throws IllegalArgumentException if {@code limit} is less than 1
   */
  public static <A extends @Nullable Object, T extends @Nullable Object, X extends Throwable> List<T> mapConcurrently(
      Iterable<? extends A> inputs, int limit, Mapper<? super A, ? extends T, X> mapper) throws X {
    Objects.requireNonNull(inputs, "inputs");
    Objects.requireNonNull(mapper, "mapper");
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected at least 1)");
    }
    EventLoop unused = runningInTask("Async.mapConcurrently");
    List<Task<? extends T>> tasks = new ArrayList<>();
    try {
      TaskGroup.run(group -> {
        AsyncSemaphore places = new AsyncSemaphore(limit);
        Iterator<? extends A> remaining = inputs.iterator();
        for (places.acquire(); remaining.hasNext(); places.acquire()) { // a place first: it asks for what it can run
          A input = remaining.next();
          Task<T> task = group.createTask(() -> mapper.apply(input));
          task.addDoneCallback((Consumer<AsyncFuture<T>> & InPlace) done -> places.release());
          tasks.add(task);
        }
      });
    } catch (ExceptionGroup failures) {
      Throwable first = failures.exceptions().get(0);
      failures.exceptions().stream().skip(1).filter(other -> other != first).forEach(first::addSuppressed);
      throw Throwables.sneaky(first);
    }
    List<T> results = new ArrayList<>(tasks.size());
    tasks.forEach(task -> results.add(task.result()));
    return java.util.Collections.unmodifiableList(results);
  }

  /**
   * Runs coroutines concurrently, each in a task, until one succeeds; then cancels the others and waits until they have ended.
   *
   * <pre>{@code
   * String page = Async.race(() -> hang(), () -> fail("mirror"), () -> fetch("a"));
   * }</pre>
   *
   * @param <T> the results' type
   * @param contestants what to run, at least one
   * @return the result of the first that succeeded
   * @throws ExceptionGroup if all failed, of what they threw, in the order in which it happened
   * @throws CancelledError if the task is cancelled; all have ended
   * @throws IllegalArgumentException if there are none
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  public static <T extends @Nullable Object> T race(Coroutine<? extends T, ?>... contestants) {
    return race(Arguments.copyOf(contestants, "contestants"));
  }

  /**
   * Runs coroutines concurrently until one succeeds; as {@link #race(Coroutine[])}.
   *
   * @param <T> the results' type
   * @param contestants what to run, at least one
   * @return the result of the first that succeeded
   * @throws ExceptionGroup if all failed, of what they threw, in the order in which it happened
   * @throws CancelledError if the task is cancelled, or each contestant is; all have ended
   * @throws IllegalArgumentException if there are none
   */
  public static <T extends @Nullable Object> T race(Collection<? extends Coroutine<? extends T, ?>> contestants) {
    List<Coroutine<? extends T, ?>> all = Arguments.copyOf(contestants, "contestants");
    if (all.isEmpty()) {
      throw new IllegalArgumentException("contestants: found none (expected at least one)");
    }
    LoopEngine loop = runningInTask("Async.race");
    List<Outcome.Success<T>> winner = new ArrayList<>(1);
    List<Throwable> failures = new ArrayList<>();
    List<Task<?>> tasks = new ArrayList<>(all.size());
    TaskGroup.run(group -> {
      for (Coroutine<? extends T, ?> contestant : all) {
        tasks.add(group.createTask(() -> {
          try {
            T result = contestant.run();
            if (winner.isEmpty()) {
              winner.add(new Outcome.Success<>(result));
              group.cancel();
            }
          } catch (Throwable thrown) {
            Throwable failure = loop.asCancellation(thrown);
            if (Throwables.endsRun(failure) || (failure instanceof CancelledError && currentTask().cancelling() > 0)) {
              throw failure;
            }
            failures.add(failure);
          }
        }));
      }
    });
    if (winner.isEmpty() && failures.isEmpty()) {
      tasks.get(0).result(); // throws: all were cancelled, by others
    }
    if (winner.isEmpty()) {
      throw new ExceptionGroup("all contestants of a race failed", failures);
    }
    return winner.get(0).value();
  }

  /**
   * How a staggered race ended.
   *
   * @param <T> the results' type
   * @param winner the result of the first that succeeded, or {@code null} if none did
   * @param winnerIndex its place among the contestants, or -1 if none succeeded
   * @param exceptions what each contestant that was started threw, in their order; {@code null} for the winner
   */
  public record Staggered<T extends @Nullable Object>(
      @Nullable T winner, int winnerIndex, List<@Nullable Throwable> exceptions) {}

  /**
   * Runs coroutines until one succeeds, starting them one after another: each when the one before it has failed, or has not
   * succeeded within a delay. The others are then cancelled, and awaited. This is how to connect to a host with several
   * addresses ("happy eyeballs").
   *
   * <pre>{@code
   * List<Coroutine<String, IOException>> addresses = List.of(() -> fail("::1"), () -> fetch("192.0.2.1"));
   * Async.Staggered<String> connected = Async.raceStaggered(Duration.ofMillis(250), addresses);
   * }</pre>
   *
   * @param <T> the results' type
   * @param delay how long each has before the next starts beside it; too long for a {@code long} of nanoseconds: until it fails
   * @param contestants what to run, in order; taken from the iterator as they are started
   * @return how it ended, also if none succeeded
   * @throws CancelledError if the task is cancelled; all have ended
   * @asyncio {@code staggered.staggered_race}
   */
  public static <T extends @Nullable Object> Staggered<T> raceStaggered(
      Duration delay, Iterable<? extends Coroutine<? extends T, ?>> contestants) {
    Objects.requireNonNull(delay, "delay");
    Objects.requireNonNull(contestants, "contestants");
    currentTaskOf(EventLoop.running(), "Async.raceStaggered");
    return new StaggeredRace<T>(delay, contestants).run();
  }

  /**
   * Code for each of several inputs, which may suspend.
   *
   * @param <A> the input
   * @param <X> the checked exception it may throw
   */
  @FunctionalInterface
  public interface Action<A extends @Nullable Object, X extends Throwable> {
    /**
     * Runs the code.
     *
     * @param input one of the inputs
     * @throws X as the code decides
     * @throws InterruptedException if the thread was interrupted: the code is cancelled
     */
    void accept(A input) throws X, InterruptedException;
  }

  /**
   * Runs code for all inputs at once; as {@link #mapConcurrently(Iterable, Mapper)}, without results.
   *
   * @param <A> the inputs' type
   * @param <X> what the code may throw
   * @param inputs iterated in the calling task; must end
   * @param action the code
   * @throws X what it threw first, the same object
   */
  public static <A extends @Nullable Object, X extends Throwable> void forEachConcurrently(
      Iterable<? extends A> inputs, Action<? super A, X> action) throws X {
    forEachConcurrently(inputs, Integer.MAX_VALUE, action);
  }

  /**
   * Runs code for all inputs, for a limited number of them at once; as {@link #mapConcurrently(Iterable, int, Mapper)}, without
   * results.
   *
   * @param <A> the inputs
   * @param <X> what the code may throw
   * @param inputs the inputs, iterated once, in the calling task
   * @param limit how many may run at once, at least 1
   * @param action the code
   * @throws X what the first that failed threw, the same object
   * @throws CancelledError if the task is cancelled; all have ended
   * @throws IllegalArgumentException if {@code limit} is less than 1
   */
  public static <A extends @Nullable Object, X extends Throwable> void forEachConcurrently(
      Iterable<? extends A> inputs, int limit, Action<? super A, X> action) throws X {
    Objects.requireNonNull(action, "action");
    Mapper<A, @Nullable Void, X> mapper = input -> {
      action.accept(input);
      return null;
    };
    mapConcurrently(inputs, limit, mapper);
  }

  /**
   * Which of some futures were done when a wait ended.
   *
   * @param <F> the futures' type
   * @param done those that were done, in the order in which they were given
   * @param pending the others, in the order in which they were given
   */
  public record Waited<F extends AsyncFuture<?>>(List<F> done, List<F> pending) {}

  /**
   * Waits until all futures are done, however they end. Cancelling the calling task leaves them alone.
   *
   * <pre>{@code
   * List<Task<String>> tasks = List.of(Async.createTask(() -> fetch("a")), Async.createTask(() -> fail("b")));
   * for (Task<String> task : Async.awaitAll(tasks).done()) {
   *   show(task.exception() == null ? task.result() : task.exception().getMessage());
   * }
   * }</pre>
   *
   * @param <F> the futures' type
   * @param futures at least one, of the running loop
   * @return all of them, done
   * @throws IllegalArgumentException if there are none, or one is of another loop
   * @asyncio {@code wait(fs)}
   */
  public static <F extends AsyncFuture<?>> Waited<F> awaitAll(Collection<? extends F> futures) {
    return awaitAll(FOREVER, futures);
  }

  /**
   * Waits until all futures are done, however they end, or a time has passed.
   *
   * @param <F> the futures' type
   * @param timeout how long to wait
   * @param futures at least one, of the running loop
   * @return which were done by then; the others go on
   * @throws IllegalArgumentException if there are none, or one is of another loop
   * @asyncio {@code wait(fs, timeout=...)}
   */
  public static <F extends AsyncFuture<?>> Waited<F> awaitAll(Duration timeout, Collection<? extends F> futures) {
    return new Wait<F>(futures, timeout, ReturnWhen.ALL_COMPLETED).await();
  }

  /**
   * Waits until one of the futures is done, however it ends.
   *
   * <pre>{@code
   * List<Task<String>> tasks = List.of(Async.createTask(() -> fetch("a")), Async.createTask(() -> hang()));
   * Async.Waited<Task<String>> waited = Async.awaitAny(tasks);
   * waited.done().forEach(task -> show(task.result()));
   * waited.pending().forEach(Task::cancel); // nobody else does
   * }</pre>
   *
   * @param <F> the futures' type
   * @param futures at least one, of the running loop
   * @return which were done by then; the others go on
   * @throws IllegalArgumentException if there are none, or one is of another loop
   * @asyncio {@code wait(fs, return_when=FIRST_COMPLETED)}
   */
  public static <F extends AsyncFuture<?>> Waited<F> awaitAny(Collection<? extends F> futures) {
    return awaitAny(FOREVER, futures);
  }

  /**
   * Waits until one of the futures is done, however it ends, or a time has passed.
   *
   * @param <F> the futures' type
   * @param timeout how long to wait
   * @param futures at least one, of the running loop
   * @return which were done by then; the others go on
   * @throws IllegalArgumentException if there are none, or one is of another loop
   * @asyncio {@code wait(fs, timeout=..., return_when=FIRST_COMPLETED)}
   */
  public static <F extends AsyncFuture<?>> Waited<F> awaitAny(Duration timeout, Collection<? extends F> futures) {
    return new Wait<F>(futures, timeout, ReturnWhen.FIRST_COMPLETED).await();
  }

  /**
   * Waits until one of the futures fails, or all are done.
   *
   * <pre>{@code
   * List<Task<String>> tasks = List.of(Async.createTask(() -> hang()), Async.createTask(() -> fail("b")));
   * Async.Waited<Task<String>> waited = Async.awaitFirstFailure(tasks);
   * waited.done().forEach(task -> show(task.exception().getMessage()));
   * waited.pending().forEach(Task::cancel);
   * }</pre>
   *
   * @param <F> the futures' type
   * @param futures at least one, of the running loop
   * @return which were done by then; the others go on
   * @throws IllegalArgumentException if there are none, or one is of another loop
   * @asyncio {@code wait(fs, return_when=FIRST_EXCEPTION)}
   */
  public static <F extends AsyncFuture<?>> Waited<F> awaitFirstFailure(Collection<? extends F> futures) {
    return awaitFirstFailure(FOREVER, futures);
  }

  /**
   * Waits until one of the futures fails, all are done, or a time has passed.
   *
   * @param <F> the futures' type
   * @param timeout how long to wait
   * @param futures at least one, of the running loop
   * @return which were done by then; the others go on
   * @throws IllegalArgumentException if there are none, or one is of another loop
   * @asyncio {@code wait(fs, timeout=..., return_when=FIRST_EXCEPTION)}
   */
  public static <F extends AsyncFuture<?>> Waited<F> awaitFirstFailure(
      Duration timeout, Collection<? extends F> futures) {
    return new Wait<F>(futures, timeout, ReturnWhen.FIRST_EXCEPTION).await();
  }

  /** A duration that never ends. */
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private enum ReturnWhen {
    ALL_COMPLETED,
    FIRST_COMPLETED,
    FIRST_EXCEPTION
  }

  /** One wait for several futures. */
  private static final class Wait<F extends AsyncFuture<?>> implements Consumer<AsyncFuture<?>>, InPlace {
    private final LinkedHashSet<F> futures;
    private final Duration timeout;
    private final ReturnWhen returnWhen;
    private final LoopEngine loop = LoopEngine.running();
    private final CompletableAsyncFuture<@Nullable Void> waiter = loop.createFuture();
    private int unfinished;

    Wait(Collection<? extends F> futures, Duration timeout, ReturnWhen returnWhen) {
      this.futures = new LinkedHashSet<>(Arguments.<F>copyOf(futures, "futures"));
      this.timeout = Objects.requireNonNull(timeout, "timeout");
      this.returnWhen = returnWhen;
      this.unfinished = this.futures.size();
      if (this.futures.isEmpty()) {
        throw new IllegalArgumentException("futures: found none (expected at least one to wait for)");
      }
      ensureOf(loop, this.futures, "Async.awaitAll, awaitAny or awaitFirstFailure");
    }

    Waited<F> await() {
      loop.ensureStack(2); // the callbacks are removed as a clean-up, and that asks itself
      Context context = Context.current();
      TimerHandle timer = loop.callAt(loop.deadline(timeout), context, new Release(waiter));
      try {
        for (F future : futures) {
          future.addDoneCallback(context, this);
        }
        Blocker.await(waiter, new Several("Async.await of several", futures));
      } finally {
        timer.cancel();
        for (F future : futures) {
          future.removeDoneCallback(this);
        }
      }
      List<F> done = new ArrayList<>();
      List<F> pending = new ArrayList<>();
      for (F future : futures) {
        (future.isDone() ? done : pending).add(future);
      }
      return new Waited<>(List.copyOf(done), List.copyOf(pending));
    }

    @Override
    public void accept(AsyncFuture<?> future) {
      unfinished--;
      boolean over = unfinished == 0
          || returnWhen == ReturnWhen.FIRST_COMPLETED
          || (returnWhen == ReturnWhen.FIRST_EXCEPTION && !future.isCancelled() && future.exception() != null);
      if (over && !waiter.isDone()) {
        waiter.setResult(null);
      }
    }
  }

  /**
   * Gives futures in the order in which they end.
   *
   * <pre>{@code
   * for (Task<String> done : Async.asCompleted(tasks)) {
   *   show(done.result()); // done: does not wait
   * }
   * }</pre>
   *
   * @param <F> the futures' type
   * @param futures of the running loop
   * @return to be iterated in one task; {@code next} waits for the next that ends and gives that same object, done. A loop that
   *     is left early can be taken up again by iterating this once more
   */
  public static <F extends AsyncFuture<?>> Iterable<F> asCompleted(Collection<? extends F> futures) {
    return asCompleted(FOREVER, futures);
  }

  /**
   * Gives futures in the order in which they end, for a limited time.
   *
   * @param <F> the futures' type
   * @param timeout how long in all, counted from this call
   * @param futures of the running loop
   * @return to be iterated in one task; {@code next} waits for the next that ends and gives that same object, done, or throws
   *     a {@link DeadlineExceededException} once the time is over; the futures go on. A loop that is left early can be taken up
   *     again by iterating this once more
   */
  public static <F extends AsyncFuture<?>> Iterable<F> asCompleted(Duration timeout, Collection<? extends F> futures) {
    AsCompleted<F> iterator = new AsCompleted<>(Arguments.copyOf(futures, "futures"),
        Objects.requireNonNull(timeout, "timeout"));
    return () -> iterator;
  }

  /**
   * Waits for a future for a limited time; if the time passes, cancels it and waits until it has ended.
   *
   * <pre>{@code
   * try {
   *   show(Async.waitFor(Duration.ofMillis(5), task));
   * } catch (DeadlineExceededException late) {
   *   show("the task has been cancelled");
   * }
   * }</pre>
   *
   * @param <T> the future's result
   * @param timeout how long to wait; zero or less only looks whether it is done
   * @param future of the running loop
   * @return its result
   * @throws DeadlineExceededException if the time passes first; the future has ended
   * @throws CancelledError if the future or the task is cancelled
   * @throws CompletionException wrapping the future's exception if that is a checked one
   */
  public static <T extends @Nullable Object> T waitFor(Duration timeout, AsyncFuture<T> future) {
    Objects.requireNonNull(future, "future");
    Objects.requireNonNull(timeout, "timeout");
    LoopEngine loop = LoopEngine.running();
    ensureOf(loop, List.of(future), "Async.waitFor");
    if (timeout.isZero() || timeout.isNegative()) {
      currentTaskOf(loop, "Async.waitFor");
      if (future.isDone()) {
        return future.result();
      }
      cancelAndAwait(loop, future);
      try {
        return future.result();
      } catch (CancelledError cancelled) {
        throw new DeadlineExceededException("a timeout of " + timeout + " leaves no time to wait", cancelled);
      }
    }
    return Timeout.run(loop, loop.deadline(timeout), timeout, scope -> future.await());
  }

  /**
   * Runs a coroutine for a limited time, in the calling task; if the time passes, it is cancelled there.
   *
   * @param <T> the coroutine's result
   * @param <X> what it may throw
   * @param timeout how long it may take; zero or less does not run it
   * @param coroutine what to run
   * @return its result
   * @throws X what the coroutine threw, the same object
   * @throws DeadlineExceededException if the time passes first; the coroutine has ended
   */
  public static <T extends @Nullable Object, X extends Throwable> T waitFor(Duration timeout, Coroutine<T, X> coroutine)
      throws X {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(timeout, "timeout");
    if (timeout.isZero() || timeout.isNegative()) {
      return waitFor(timeout, runningInTask("Async.waitFor").createTask(coroutine));
    }
    return timeout(timeout, coroutine);
  }

  /**
   * Runs a coroutine without a result for a limited time; as {@link #waitFor(Duration, Coroutine)}.
   *
   * @param <X> what it may throw
   * @param timeout how long it may take; zero or less does not run it
   * @param coroutine what to run
   * @throws X what the coroutine threw, the same object
   * @throws DeadlineExceededException if the time passes first; the coroutine has ended
   */
  public static <X extends Throwable> void waitFor(Duration timeout, VoidCoroutine<X> coroutine) throws X {
    waitFor(timeout, Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /** Cancels a future and waits until it has ended, whatever it makes of the cancellation. */
  private static void cancelAndAwait(LoopEngine loop, AsyncFuture<?> future) {
    loop.ensureStack(2);
    CompletableAsyncFuture<@Nullable Void> waiter = loop.createFuture();
    Consumer<AsyncFuture<?>> release = (Consumer<AsyncFuture<?>> & InPlace) done -> {
      if (!waiter.isDone()) {
        waiter.setResult(null);
      }
    };
    future.addDoneCallback(release);
    try {
      future.cancel();
      waiter.await();
    } finally {
      future.removeDoneCallback(release);
    }
  }

  /**
   * A future that ends as another does, but whose cancellation leaves the other alone: {@code shield(task).await()} waits
   * for a task without cancelling it when the waiting task is cancelled. Called in a task or a callback.
   *
   * <pre>{@code
   * try {
   *   show(Async.waitFor(Duration.ofMillis(5), Async.shield(task)));
   * } catch (DeadlineExceededException late) {
   *   show("the task goes on");
   * }
   * }</pre>
   *
   * @param <T> the result
   * @param inner of the running loop; hold on to it
   * @return a new future, or {@code inner} itself if that is done
   * @throws IllegalArgumentException if it is of another loop
   */
  public static <T extends @Nullable Object> AsyncFuture<T> shield(AsyncFuture<T> inner) {
    Objects.requireNonNull(inner, "inner");
    LoopEngine loop = LoopEngine.running();
    ensureOf(loop, List.of(inner), "Async.shield");
    loop.ensureStack(2);
    if (inner.isDone()) {
      return inner;
    }
    CompletableAsyncFuture<T> outer = loop.createFuture();
    Consumer<AsyncFuture<T>> forward = (Consumer<AsyncFuture<T>> & InPlace) done -> forward(done, outer);
    inner.addDoneCallback(forward);
    outer.addDoneCallback((Consumer<AsyncFuture<T>> & InPlace) done -> {
      if (!inner.isDone()) { // the outer was cancelled: nobody is left to hear of a failure
        inner.removeDoneCallback(forward);
        inner.removeDoneCallback(REPORT_SHIELDED); // once, however many shields were cancelled
        inner.addDoneCallback(REPORT_SHIELDED);
      }
    });
    return outer;
  }

  private static <T extends @Nullable Object> void forward(AsyncFuture<T> inner, CompletableAsyncFuture<T> outer) {
    if (outer.isDone()) {
      return;
    }
    if (inner.isCancelled()) {
      CancelledError.Source source = inner.cancellation().source();
      outer.cancel(null, source == null ? new CancelledError.Source(null, null) : source);
      return;
    }
    Throwable exception = inner.exception();
    if (exception != null) {
      outer.setException(exception);
    } else {
      outer.setResult(inner.result());
    }
  }

  private static final Consumer<AsyncFuture<?>> REPORT_SHIELDED = Async::reportShielded;

  private static void reportShielded(AsyncFuture<?> inner) {
    if (inner.isCancelled()) {
      return;
    }
    Throwable exception = inner.exception();
    if (exception != null) {
      inner.loop()
          .callExceptionHandler(new ExceptionContext(
              exception.getClass().getName() + " in a shielded future that nobody waits for any more", exception, inner,
              null));
    }
  }

  /**
   * Runs code under a deadline: when that passes, the calling task is cancelled in the code, and the cancellation comes out
   * of it as a {@link DeadlineExceededException}.
   *
   * <pre>{@code
   * try {
   *   show(Async.timeout(Duration.ofMillis(5), () -> hang()));
   * } catch (DeadlineExceededException late) {
   *   show("too late");
   * }
   * }</pre>
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param duration how long it may take, counted from now; zero or less cancels at the first suspension
   * @param body the code, called at once in the calling task
   * @return what it returned, also if the deadline passed while it ran on
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <T extends @Nullable Object, X extends Throwable> T timeout(Duration duration, Coroutine<T, X> body)
      throws X {
    Objects.requireNonNull(body, "body");
    return Timeout.call(duration, scope -> body.run());
  }

  /**
   * Runs code without a result under a deadline; as {@link #timeout(Duration, Coroutine)}.
   *
   * @param <X> what it may throw
   * @param duration how long it may take, counted from now
   * @param body the code, called at once in the calling task
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <X extends Throwable> void timeout(Duration duration, VoidCoroutine<X> body) throws X {
    timeout(duration, Objects.requireNonNull(body, "body").returningNull());
  }

  /**
   * Runs code without a result under a deadline that the code may move; else as {@link #timeout(Duration, Coroutine)}. For code with a
   * result there is {@link Timeout#call}.
   *
   * @param <X> what it may throw
   * @param duration how long it may take, counted from now
   * @param body the code, called at once in the calling task
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <X extends Throwable> void timeout(Duration duration, Timeout.VoidBody<X> body) throws X {
    Timeout.call(duration, Timeout.returningNull(body));
  }

  /**
   * Runs code under a deadline at a time of the loop's clock; else as {@link #timeout(Duration, Coroutine)}.
   *
   * <pre>{@code
   * long inTime = EventLoop.running().deadline(Duration.ofSeconds(10));
   * String first = Async.timeoutAt(inTime, () -> fetch("a"));
   * String second = Async.timeoutAt(inTime, () -> fetch("b")); // in what is left of the ten seconds
   * }</pre>
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param when nanoseconds of {@link EventLoop#time()}; {@link Long#MAX_VALUE} is never
   * @param body the code, called at once in the calling task
   * @return what it returned
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <T extends @Nullable Object, X extends Throwable> T timeoutAt(long when, Coroutine<T, X> body)
      throws X {
    Objects.requireNonNull(body, "body");
    return Timeout.callAt(when, scope -> body.run());
  }

  /**
   * Runs code without a result under a deadline at a time of the loop's clock; as {@link #timeoutAt(long, Coroutine)}.
   *
   * @param <X> what it may throw
   * @param when nanoseconds of {@link EventLoop#time()}; {@link Long#MAX_VALUE} is never
   * @param body the code, called at once in the calling task
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <X extends Throwable> void timeoutAt(long when, VoidCoroutine<X> body) throws X {
    timeoutAt(when, Objects.requireNonNull(body, "body").returningNull());
  }

  /**
   * Runs code without a result under a deadline at a time of the loop's clock, which the code may move; for code with a result there is
   * {@link Timeout#callAt}.
   *
   * @param <X> what it may throw
   * @param when nanoseconds of {@link EventLoop#time()}; {@link Long#MAX_VALUE} is never
   * @param body the code, called at once in the calling task
   * @throws X what the code threw, the same object
   * @throws DeadlineExceededException if the deadline passes first; the code has ended
   */
  public static <X extends Throwable> void timeoutAt(long when, Timeout.VoidBody<X> body) throws X {
    Timeout.callAt(when, Timeout.returningNull(body));
  }

  // --- to other threads and back ---

  /**
   * Runs code that blocks on a thread of the loop's default executor, with the calling task's context and what the
   * propagators carry, and with its context class loader. Cancelling the task gives the code up: it does not begin if it has not begun,
   * else it runs to its end and its result is dropped; what must not be lost is for {@link #openOnThread} or
   * {@link ThreadOptions#withOnUndelivered}, and code that can be cancelled in a way of its own for {@link #cancellable}.
   *
   * <pre>{@code
   * String text = Async.toThread(() -> Sample.fetchBlocking("text")); // the loop goes on meanwhile
   * }</pre>
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param body the code; runs outside the loop
   * @return its result
   * @throws X what the code threw, the same object
   * @throws RejectedExecutionException if the executor is shut down
   */
  public static <T extends @Nullable Object, X extends Throwable> T toThread(Coroutine<T, X> body) throws X {
    return toThread(ThreadOptions.DEFAULT, body);
  }

  /**
   * Runs code that blocks on a thread, under a limit or with interruption; else as {@link #toThread(Coroutine)}.
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param options limiter, and what a cancellation does
   * @param body the code; runs outside the loop
   * @return its result
   * @throws X what the code threw, the same object
   * @throws RejectedExecutionException if the executor is shut down
   */
  public static <T extends @Nullable Object, X extends Throwable> T toThread(ThreadOptions options,
      Coroutine<T, X> body)
      throws X {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    LoopEngine loop = LoopEngine.running();
    currentTaskOf(loop, "Async.toThread");
    return new ThreadCall<>(loop, body, options).call();
  }

  /**
   * Runs code that blocks and has no result on a thread; as {@link #toThread(Coroutine)}.
   *
   * @param <X> what it may throw
   * @param body the code; runs outside the loop
   * @throws X what the code threw, the same object
   */
  public static <X extends Throwable> void toThread(VoidCoroutine<X> body) throws X {
    toThread(Objects.requireNonNull(body, "body").returningNull());
  }

  /**
   * Runs code that blocks and has no result on a thread; as {@link #toThread(ThreadOptions, Coroutine)}.
   *
   * @param <X> what it may throw
   * @param options limiter, and what a cancellation does
   * @param body the code; runs outside the loop
   * @throws X what the code threw, the same object
   */
  public static <X extends Throwable> void toThread(ThreadOptions options, VoidCoroutine<X> body) throws X {
    toThread(options, Objects.requireNonNull(body, "body").returningNull());
  }

  /**
   * Opens something on a thread, and closes it there if the task is cancelled before it gets it; else as {@link #toThread(Coroutine)}.
   *
   * <pre>{@code
   * try (InputStream file = Async.openOnThread(() -> Files.newInputStream(path))) {
   *   show(Async.toThread(() -> file.readAllBytes()).length);
   * }
   * }</pre>
   *
   * @param <T> what is opened
   * @param <X> what opening may throw
   * @param opener runs outside the loop
   * @return what it opened, to be closed by the caller
   * @throws X what it threw, the same object
   */
  public static <T extends AutoCloseable, X extends Throwable> T openOnThread(Coroutine<T, X> opener) throws X {
    return openOnThread(ThreadOptions.DEFAULT, opener);
  }

  /**
   * Opens something on a thread, under a limit or with interruption; else as {@link #openOnThread(Coroutine)}.
   *
   * @param <T> what is opened
   * @param <X> what opening may throw
   * @param options limiter, and what a cancellation does; closing takes the place of their hook for results that nobody takes
   * @param opener runs outside the loop
   * @return what it opened, to be closed by the caller
   * @throws X what it threw, the same object
   */
  public static <T extends AutoCloseable, X extends Throwable> T openOnThread(ThreadOptions options,
      Coroutine<T, X> opener) throws X {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(opener, "opener");
    return toThread(options.withOnUndelivered(AutoCloseable.class, AutoCloseable::close), opener);
  }

  /**
   * Runs code that can be cancelled in a way of its own: a statement of a database, a client's call. If the calling task is cancelled,
   * {@code onCancel} is called, on a thread of the default executor, and the cancellation is thrown once both have ended; the code is
   * not interrupted, so that its socket stays open, and whatever it returns or throws then is dropped, what it throws as a suppressed
   * exception of the cancellation. The code is cancelled as any task if {@code onCancel} fails, or when the calling task is cancelled
   * once more.
   *
   * <pre>{@code
   * String rows = Async.timeout(Duration.ofSeconds(5),
   *     () -> Async.cancellable(() -> Async.toThread(() -> query.execute()), () -> query.cancel()));
   * }</pre>
   *
   * <p>Where blocking calls suspend only the task (sockets, on confined virtual threads), the code may block itself; elsewhere it goes
   * by {@link #toThread}.
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param body the code; runs in a task of its own, in the caller's context
   * @param onCancel makes the code end soon; called at most once, and never after the code has been seen to end. It may come before
   *     the code has done anything; where that has no effect, the code runs to its end, or until the task is cancelled once more
   * @return what the code returned
   * @throws X what it threw, the same object
   */
  public static <T extends @Nullable Object, X extends Throwable> T cancellable(Coroutine<T, X> body,
      VoidCoroutine<?> onCancel) throws X {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(onCancel, "onCancel");
    return new CancellableCall<>(runningInTask("Async.cancellable"), body, onCancel).call();
  }

  /**
   * Runs code without a result that can be cancelled in a way of its own; as {@link #cancellable(Coroutine, VoidCoroutine)}.
   *
   * @param <X> what it may throw
   * @param body the code; runs in a task of its own, in the caller's context
   * @param onCancel makes the code end soon
   * @throws X what it threw, the same object
   */
  public static <X extends Throwable> void cancellable(VoidCoroutine<X> body, VoidCoroutine<?> onCancel) throws X {
    cancellable(Objects.requireNonNull(body, "body").returningNull(), onCancel);
  }

  /**
   * Runs a coroutine in a task of a loop, from any other thread, with the caller's context and what the propagators carry.
   * Calls from one thread begin in order; while the loop does not run, the coroutine waits for the next run.
   *
   * <p><b>Thread:</b> any; does not block. Do not wait for the result on the loop's own thread.
   *
   * <pre>{@code
   * CompletableFuture<String> result = Async.callThreadsafe(loop, () -> fetch("a"));
   * return result.get(); // on another thread: holds up that one, not the loop
   * }</pre>
   *
   * @param <T> the coroutine's result
   * @param loop the loop
   * @param coroutine what to run
   * @return ends as the task ends: with its result, what it threw, or a {@link CancellationException}, also if the loop closes
   *     first; cancelling it, on any thread, cancels the task: at once on the loop's own thread, else soon
   * @throws IllegalStateException if the loop is closed
   * @asyncio {@code run_coroutine_threadsafe}
   */
  public static <T extends @Nullable Object> CompletableFuture<T> callThreadsafe(
      EventLoop loop, Coroutine<T, ?> coroutine) {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(coroutine, "coroutine");
    Submission<T> submission = new Submission<>(loop, propagating(LoopEngine.of(loop).capturePropagated(), coroutine));
    loop.callSoonThreadsafe(Context.copyCurrent(), submission);
    return submission.result;
  }

  /**
   * Runs a coroutine without a result in a task of a loop; as {@link #callThreadsafe(EventLoop, Coroutine)}.
   *
   * @param loop the loop
   * @param coroutine what to run
   * @return ends as the task ends
   * @throws IllegalStateException if the loop is closed
   */
  public static CompletableFuture<@Nullable Void> callThreadsafe(EventLoop loop, VoidCoroutine<?> coroutine) {
    return callThreadsafe(loop, Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /** A propagator that fails then fails the task, and so the one who waits for it. */
  private static <T extends @Nullable Object, X extends Throwable> Coroutine<T, X> propagating(
      ContextPropagator.@Nullable Snapshot propagated, Coroutine<T, X> body) {
    return propagated == null ? body : () -> propagated.run(body);
  }

  /** A coroutine on its way into a loop. */
  private static final class Submission<T extends @Nullable Object>
      implements Runnable, Detached, Droppable, Request, Consumer<AsyncFuture<T>> {
    private static final CancelledError.Source CANCELLED_FUTURE = new CancelledError.Source(
        "the CompletableFuture of Async.callThreadsafe", null);

    private final EventLoop loop;
    private final Coroutine<T, ?> coroutine;
    private @Nullable Task<T> task; // the loop's
    private boolean cancelRequested; // the loop's

    final CompletableFuture<T> result = new CompletableFuture<>() {
      @Override
      public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled && loop.isHeldByCurrentThread()) {
          cancelTask();
        } else if (cancelled) {
          postQuietly(loop, (Runnable & InPlace) Submission.this::cancelTask);
        }
        return cancelled;
      }
    };

    Submission(EventLoop loop, Coroutine<T, ?> coroutine) {
      this.loop = loop;
      this.coroutine = coroutine;
    }

    private void cancelTask() {
      cancelRequested = true;
      if (task != null) {
        task.cancel(null, CANCELLED_FUTURE);
      }
    }

    @Override
    public void run() {
      if (result.isDone()) {
        return; // cancelled before it began
      }
      try {
        task = loop.createTask(coroutine);
        task.addDoneCallback(this);
      } catch (Throwable refused) { // by the task factory
        if (loop.isClosed()) { // while that was blocked
          dropped();
          return;
        }
        result.completeExceptionally(refused);
        throw refused;
      }
      if (cancelRequested) { // while the task factory was blocked
        task.cancel(null, CANCELLED_FUTURE);
      }
    }

    @Override
    public boolean isAnswered() {
      return result.isDone();
    }

    @Override
    public void accept(AsyncFuture<T> done) {
      Runner.transfer(done, result);
    }

    @Override
    public void dropped() {
      if (task != null && task.isDone()) {
        accept(task);
      } else {
        result.completeExceptionally(new CancellationException("the loop was closed before the coroutine was run"));
      }
    }
  }

  /** The futures of an {@link #asCompleted}, queued as they end. */
  private static final class AsCompleted<F extends AsyncFuture<?>>
      implements Iterator<F>, Consumer<AsyncFuture<?>>, InPlace {
    private final EventLoop loop = EventLoop.running();
    private final Duration timeout;
    private final LinkedHashSet<F> todo;
    private final java.util.ArrayDeque<F> done; // with room for all
    private final TimerHandle timer;
    private int left;
    private boolean expired;
    private @Nullable CompletableAsyncFuture<@Nullable Void> waiter;

    AsCompleted(List<F> futures, Duration timeout) {
      ensureOf(loop, futures, "Async.asCompleted");
      this.timeout = timeout;
      this.todo = new LinkedHashSet<>(futures);
      this.done = new java.util.ArrayDeque<>(todo.size() + 1);
      this.left = todo.size();
      Context context = Context.current();
      for (F future : todo) {
        future.addDoneCallback(context, this);
      }
      this.timer = loop.callAt(loop.deadline(timeout), context, (Runnable & InPlace) this::expire);
      if (todo.isEmpty()) {
        timer.cancel();
      }
    }

    @SuppressWarnings("unchecked") // added to futures of type F only
    @Override
    public void accept(AsyncFuture<?> future) {
      if (todo.contains(future)) {
        done.add((F) future);
        todo.remove(future);
        if (todo.isEmpty()) {
          timer.cancel();
        }
        wake();
      }
    }

    private void expire() {
      expired = true;
      todo.forEach(future -> future.removeDoneCallback(this));
      todo.clear();
      wake();
    }

    private void wake() {
      if (waiter != null && !waiter.isDone()) {
        waiter.setResult(null);
      }
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public F next() {
      currentTaskOf(EventLoop.running(), "Async.asCompleted's next");
      if (EventLoop.running() != loop) {
        throw new IllegalStateException("the futures of Async.asCompleted belong to " + loop + ", found a task of "
            + EventLoop.running() + ": iterate them in the loop that called it");
      }
      if (waiter != null) {
        throw new IllegalStateException(
            "the futures of Async.asCompleted are waited for by another task already: iterate them in one task at a time");
      }
      if (left == 0) {
        throw new java.util.NoSuchElementException("all futures of Async.asCompleted have been given");
      }
      while (done.isEmpty()) {
        if (expired) {
          left--;
          throw new DeadlineExceededException(
              left + 1 + " of the futures of Async.asCompleted were not done within " + timeout
                  + (loop.hasVirtualTime() ? " of virtual time" : ""),
              null);
        }
        waiter = loop.createFuture();
        try {
          Blocker.await(waiter, new Several("Async.asCompleted", todo));
        } finally {
          waiter = null;
        }
      }
      left--;
      return done.remove();
    }
  }
}
