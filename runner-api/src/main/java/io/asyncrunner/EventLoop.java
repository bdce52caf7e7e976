package io.asyncrunner;

import io.asyncrunner.spi.Fiber;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs callbacks, timers and tasks, one at a time.
 *
 * <p>Callbacks run first in, first out; an iteration runs those that were ready when it began. Timers fire in the order of
 * their deadlines, and of their creation where deadlines are equal.
 *
 * <p><b>Thread:</b> while a loop runs, its methods belong to its tasks and callbacks and are refused on any other thread
 * with an {@link IllegalStateException} that says what to call instead. {@link #execute}, {@link #callSoonThreadsafe},
 * {@link #isRunning}, {@link #isClosed} and {@link #allTasks} may be called on any thread. While it does not run, the
 * other methods belong to the thread that will run it next.
 *
 * <p>Applications use {@link Async} and {@link Runner}; this interface is for libraries. It is not for implementing: new
 * methods may be added. A loop is put together from the parts in {@link io.asyncrunner.spi}.
 *
 * @asyncio {@code AbstractEventLoop}
 */
public interface EventLoop extends Executor {
  /**
   * The loop that runs the calling code.
   *
   * @return the loop whose task or callback calls
   * @throws IllegalStateException if no loop runs on this thread
   * @asyncio {@code get_running_loop}
   */
  static EventLoop running() {
    EventLoop loop = runningOrNull();
    if (loop == null) {
      throw new IllegalStateException("no running event loop on thread " + Thread.currentThread().getName()
          + ": call this from a task or a callback of a loop, or use Runner.run, callSoonThreadsafe or"
          + " Async.callThreadsafe");
    }
    return loop;
  }

  /**
   * The loop that runs the calling code, if there is one.
   *
   * @return the loop whose task or callback calls, or {@code null}
   */
  static @Nullable EventLoop runningOrNull() {
    Fiber fiber = Fiber.current();
    return fiber == null ? null : fiber.loop();
  }

  // --- callbacks and time ---

  /**
   * Has a callback called in the next iteration, in a copy of the current context.
   *
   * @param callback what to call; what it throws goes to the exception handler
   * @return a handle that can call it off
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is queued
   */
  default Handle callSoon(Runnable callback) {
    return callSoon(callback, Context.copyCurrent());
  }

  /**
   * Has a callback called in the next iteration.
   *
   * @param callback what to call; what it throws goes to the exception handler
   * @param context what it runs in
   * @return a handle that can call it off
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is queued
   */
  Handle callSoon(Runnable callback, Context context);

  /**
   * Has a callback called soon, from any thread; wakes the loop if it waits. Calls from one thread keep their order. While
   * the loop does not run, the callback waits for the next run.
   *
   * <p><b>Memory:</b> what the caller did before is visible to the callback.
   *
   * @param callback what to call; what it throws goes to the exception handler
   * @return a handle that can call it off
   * @throws IllegalStateException if the loop is closed; nothing is queued
   */
  default Handle callSoonThreadsafe(Runnable callback) {
    return callSoonThreadsafe(callback, Context.copyCurrent());
  }

  /**
   * Has a callback called soon in a given context, from any thread; as {@link #callSoonThreadsafe(Runnable)}.
   *
   * @param callback what to call; what it throws goes to the exception handler
   * @param context what it runs in
   * @return a handle that can call it off
   * @throws IllegalStateException if the loop is closed; nothing is queued
   */
  Handle callSoonThreadsafe(Runnable callback, Context context);

  /**
   * As {@link #callSoonThreadsafe(Runnable)}, so that a loop can be given wherever an executor is asked for.
   *
   * <p>What is accepted, and not called because the loop closes first, is cancelled if it is a {@link java.util.concurrent.Future}. A
   * {@code CompletableFuture} that has the loop as its executor gives it something else, cannot be told, and never completes then:
   * {@link Async#callThreadsafe} gives a future that always does.
   *
   * @param command what to call
   * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
   */
  @Override
  void execute(Runnable command);

  /**
   * Has a callback called after a delay.
   *
   * @param delay counted from now; negative counts as zero, and one too long for a {@code long} of nanoseconds never fires
   * @param callback what to call
   * @return a handle that can call it off and knows the deadline
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed
   */
  default TimerHandle callLater(Duration delay, Runnable callback) {
    return callAt(deadline(delay), callback, Context.copyCurrent());
  }

  /**
   * Has a callback called at a time of the loop's clock.
   *
   * @param when nanoseconds of {@link #time()}; {@link Long#MAX_VALUE} never fires
   * @param callback what to call
   * @return a handle that can call it off
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed
   */
  default TimerHandle callAt(long when, Runnable callback) {
    return callAt(when, callback, Context.copyCurrent());
  }

  /**
   * Has a callback called at a time of the loop's clock, in a given context.
   *
   * @param when nanoseconds of {@link #time()}; {@link Long#MAX_VALUE} never fires
   * @param callback what to call
   * @param context what it runs in
   * @return a handle that can call it off
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed
   */
  TimerHandle callAt(long when, Runnable callback, Context context);

  /**
   * The loop's clock: monotonic, not related to the time of day.
   *
   * @return nanoseconds since an arbitrary origin
   */
  long time();

  /**
   * Tells whether {@link #time()} is that of a virtual clock, which a test moves on. May be called on any thread.
   *
   * @return true if it is not the real time
   */
  boolean hasVirtualTime();

  /**
   * The time of the loop's clock that lies a given time ahead, saturating at {@link Long#MAX_VALUE}, which is never.
   *
   * @param delay counted from now; negative counts as zero
   * @return nanoseconds of {@link #time()}
   */
  long deadline(Duration delay);

  // --- futures and tasks ---

  /**
   * Makes a future of this loop.
   *
   * @param <T> its result's type
   * @return a pending future
   */
  <T extends @Nullable Object> AsyncFuture<T> createFuture();

  /**
   * Makes a future of this loop whose cancellation is decided by others, as that of a future that stands for several.
   *
   * @param <T> its result's type
   * @param onCancel called by {@link AsyncFuture#cancel(String)} instead of cancelling, while the future is pending; gets
   *     the message and who cancels, and says whether the request was accepted; whoever made the future then ends it. Runs wherever
   *     {@code cancel} is called, so it obeys the rules of {@link io.asyncrunner.spi.InPlace}
   * @return a pending future
   */
  <T extends @Nullable Object> AsyncFuture<T> createFuture(
      BiPredicate<@Nullable String, CancelledError.Source> onCancel);

  /**
   * Makes a task of this loop that runs a coroutine; its first step is in the next iteration.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  default <T extends @Nullable Object> Task<T> createTask(Coroutine<T, ?> coroutine) {
    return createTask(coroutine, TaskOptions.DEFAULT);
  }

  /**
   * Makes a task of this loop that runs a coroutine without a result; its first step is in the next iteration.
   *
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  default Task<@Nullable Void> createTask(VoidCoroutine<?> coroutine) {
    return createTask(Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /**
   * Makes a task of this loop, by way of its {@linkplain #setTaskFactory task factory} if it has one.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @param options name, context and start
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  <T extends @Nullable Object> Task<T> createTask(Coroutine<T, ?> coroutine, TaskOptions options);

  /**
   * Makes a task of this loop, passing over its task factory: for use by task factories.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @param options name, context and start
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  <T extends @Nullable Object> Task<T> newTask(Coroutine<T, ?> coroutine, TaskOptions options);

  /**
   * Makes a task of the library's own, such as those that close a loop: no task factory and no propagator has a part in it, and it is
   * not among {@link #allTasks}, so that no user code gets hold of it. It has an empty context.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @param name what it does
   * @return the task
   */
  <T extends @Nullable Object> Task<T> newOwnTask(Coroutine<T, ?> coroutine, String name);

  /**
   * The fibers of callbacks that have begun and wait in calls of the JDK, in the order of their begin; only where such a wait does
   * not hold the loop up. Whoever closes the loop interrupts them.
   *
   * @return the fibers
   */
  List<Fiber> blockedCallbacks();

  /**
   * Sets what makes the tasks of this loop.
   *
   * @param factory the factory, or {@code null} for the loop's own
   */
  void setTaskFactory(@Nullable TaskFactory factory);

  /**
   * What makes the tasks of this loop.
   *
   * @return the factory, or {@code null} for the loop's own
   */
  @Nullable TaskFactory taskFactory();

  /**
   * The tasks of this loop that are not done. May be called on any thread, which then sees a moment's state.
   *
   * @return an immutable list in the order of creation
   */
  List<Task<?>> allTasks();

  /**
   * Makes a generator of this loop.
   *
   * @param <T> the values' type
   * @param body its code; begins when the first value is asked for
   * @return the generator
   */
  <T extends @Nullable Object> AsyncGenerator<T> createGenerator(AsyncGenerator.Body<T> body);

  /**
   * Lets all that is ready run once before the calling task goes on: suspends it for one turn of the loop.
   *
   * @throws CancelledError if the task is cancelled
   * @throws IllegalStateException outside a task of this loop
   * @asyncio {@code sleep(0)}
   */
  void yieldNow();

  /**
   * Sees to it that there is stack for what changes several things, so that it does not end halfway. For what is built on the loop: a
   * lock, a group. What takes the first steps back when a later one fails, or a body has used up the stack, is covered as well. Any
   * thread.
   *
   * @param levels how many steps ask themselves at most (a cancel, a wait), one inside the other or in its clean-up, and one for the
   * caller; at least 1
   * @throws StackOverflowError if there is not enough; nothing has happened
   */
  void ensureStack(int levels);

  /**
   * Turns what left a scope of the calling task into its cancellation, if it is the interruption with which that task's
   * own cancellation was delivered to a blocking call, or has one among its causes, or escaped while the thread's interrupt
   * status was set by it. Called wherever a scope ends (timeout, group, generator, task). What ends the run stays what it is.
   *
   * @param thrown what left the scope
   * @return a {@link CancelledError} caused by it, or {@code thrown} itself
   */
  Throwable asCancellation(Throwable thrown);

  // --- running ---

  /**
   * Runs the loop until a future is done. Blocks.
   *
   * @param <T> the future's result
   * @param future a future of this loop
   * @return its result
   * @throws IllegalStateException inside a running loop, if this loop is running on another thread, is closed, or is
   *     stopped before the future is done
   * @throws CancelledError if the future is cancelled
   * @throws java.util.concurrent.CompletionException wrapping the future's exception if that is a checked one
   */
  <T extends @Nullable Object> T runUntilComplete(AsyncFuture<T> future);

  /**
   * Runs the loop until {@link #stop()} is called. Blocks. If it was called before, runs one iteration.
   *
   * @throws IllegalStateException inside a running loop, if this loop is running on another thread, or is closed
   */
  void runForever();

  /**
   * Refuses a thread on which this loop cannot be run.
   *
   * @throws IllegalStateException inside a running loop, if this loop is closed, or on a kind of thread that its fibers do not
   *     run on; says what to use there
   */
  void ensureCanRunHere();

  /** Ends the run at the end of the current iteration; if the loop does not run, the next run ends after one iteration. */
  void stop();

  /**
   * Tells whether a thread is inside one of the {@code run} methods. May be called on any thread.
   *
   * @return true while the loop runs
   */
  boolean isRunning();

  /**
   * Tells whether the calling thread runs this loop at this moment: whether it is inside a task or a callback of it. May be
   * called on any thread.
   *
   * @return true if the methods of this loop may be called here while it runs
   */
  boolean isHeldByCurrentThread();

  /**
   * Tells whether the loop is closed. May be called on any thread.
   *
   * @return true once it is
   */
  boolean isClosed();

  /**
   * Closes the loop: drops what is queued, shuts the default executor down, if it is the loop's own or was handed over, without
   * waiting, and releases the poller. Tasks that
   * are not done are reported to the exception handler and end with a {@link CancelledError}. No effect if it is closed.
   *
   * @throws IllegalStateException if the loop is running; nothing changes
   */
  void close();

  // --- what a Runner needs ---

  /**
   * Where work that blocks is sent by {@link Async#toThread}. Made when first asked for, unless set; that one begins at once what
   * it is given, on daemon threads whose names begin with {@code asyncrunner-worker-}. A limit to how much runs at once is
   * {@link ThreadOptions#withLimiter}'s to set.
   *
   * @return an executor whose threads are not the loop's
   * @throws java.util.concurrent.RejectedExecutionException if it has been shut down
   */
  ExecutorService defaultExecutor();

  /**
   * Sets where work that blocks is sent. The executor stays the caller's: the loop neither shuts it down nor waits for its threads,
   * and code that a cancelled task has given up may run there when the loop has closed.
   *
   * @param executor the executor
   */
  void setDefaultExecutor(ExecutorService executor);

  /**
   * Sets where work that blocks is sent, and hands that over: as {@link #setDefaultExecutor}, but the loop shuts it down when it
   * closes, also if another has been set meanwhile.
   *
   * @param executor the executor, which nobody else uses
   */
  void handOverDefaultExecutor(ExecutorService executor);

  /**
   * Refuses further work for the default executor, and suspends until it has ended if it is the loop's own or was handed over.
   *
   * @param timeout how long to wait before its threads are interrupted, and given up if that does not end them; zero waits for ever
   * @return the threads that have been given up, or executors whose threads are not known, in words for people; empty if all has
   *     ended. Each has been logged, with its stack
   */
  List<String> shutdownDefaultExecutor(Duration timeout);

  /** Closes the generators that were iterated on this loop and are not finished, and suspends until they are. */
  void shutdownGenerators();

  /**
   * Sets what carries scoped contexts along.
   *
   * @param propagators asked in this order; the first is the outermost
   */
  void setPropagators(List<ContextPropagator> propagators);

  /**
   * What the propagators capture now, as one. For what starts work elsewhere; see {@link io.asyncrunner.spi.Surroundings}. May be
   * called on any thread.
   *
   * @return runs bodies in what was captured, any number of them; {@code null} where there are no propagators
   */
  ContextPropagator.@Nullable Snapshot capturePropagated();

  /**
   * A factory for virtual threads that are fibers of this loop: what runs on them may suspend, and shares data with tasks
   * without races, as tasks do. It makes threads, and they can be started, on any thread. Each is a task of this loop from its start
   * on. To interrupt one cancels its task if it is suspended, or when it is next; in a blocking call it is interrupted as any thread. A
   * thread whose task is cancelled before it began, or whose loop is closed, ends without having run anything.
   *
   * @return a factory whose threads run on this loop
   * @throws UnsupportedOperationException if this loop's fibers are not virtual threads confined to it
   */
  ThreadFactory threadFactory();

  // --- errors and debugging ---

  /**
   * Sets what is told of errors that nobody else hears of.
   *
   * @param handler the handler, or {@code null} for the default, which logs
   */
  void setExceptionHandler(@Nullable ExceptionHandler handler);

  /**
   * What is told of errors that nobody else hears of.
   *
   * @return the handler, or {@code null} for the default
   */
  @Nullable ExceptionHandler exceptionHandler();

  /**
   * Reports an error to the exception handler, on the calling thread.
   *
   * @param context what happened
   */
  void callExceptionHandler(ExceptionContext context);

  /**
   * What the default handler does: logs.
   *
   * @param context what happened
   */
  void defaultExceptionHandler(ExceptionContext context);

  /**
   * Tells whether debug mode is on.
   *
   * @return true in debug mode
   */
  boolean isDebug();

  /**
   * Turns debug mode on or off.
   *
   * @param debug true for on
   */
  void setDebug(boolean debug);
}
