package io.asyncrunner;

import io.asyncrunner.spi.Fiber;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
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
 * methods may be added. A loop is put together from the parts in {@link io.asyncrunner.spi}, and code that runs and closes one
 * itself has it as a {@link io.asyncrunner.spi.LoopEngine}.
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
    return callSoon(Context.copyCurrent(), callback);
  }

  /**
   * Has a callback called in the next iteration.
   *
   * @param context what it runs in
   * @param callback what to call; what it throws goes to the exception handler
   * @return a handle that can call it off
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is queued
   */
  Handle callSoon(Context context, Runnable callback);

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
    return callSoonThreadsafe(Context.copyCurrent(), callback);
  }

  /**
   * Has a callback called soon in a given context, from any thread; as {@link #callSoonThreadsafe(Runnable)}.
   *
   * @param context what it runs in
   * @param callback what to call; what it throws goes to the exception handler
   * @return a handle that can call it off
   * @throws IllegalStateException if the loop is closed; nothing is queued
   */
  Handle callSoonThreadsafe(Context context, Runnable callback);

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
    return callAt(deadline(delay), Context.copyCurrent(), callback);
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
    return callAt(when, Context.copyCurrent(), callback);
  }

  /**
   * Has a callback called at a time of the loop's clock, in a given context.
   *
   * @param when nanoseconds of {@link #time()}; {@link Long#MAX_VALUE} never fires
   * @param context what it runs in
   * @param callback what to call
   * @return a handle that can call it off
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed
   */
  TimerHandle callAt(long when, Context context, Runnable callback);

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
  <T extends @Nullable Object> CompletableAsyncFuture<T> createFuture();

  /**
   * Makes a task of this loop that runs a coroutine; its first step is in the next iteration.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  default <T extends @Nullable Object> Task<T> createTask(Coroutine<T, ?> coroutine) {
    return createTask(TaskOptions.DEFAULT, coroutine);
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
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  <T extends @Nullable Object> Task<T> createTask(TaskOptions options, Coroutine<T, ?> coroutine);

  /**
   * Makes a task of this loop that runs a coroutine without a result; as {@link #createTask(TaskOptions, Coroutine)}.
   *
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  default Task<@Nullable Void> createTask(TaskOptions options, VoidCoroutine<?> coroutine) {
    return createTask(options, Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /**
   * Makes a task of this loop, passing over its task factory: for use by task factories.
   *
   * @param <T> the coroutine's result
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException on a thread that is not this running loop's, or if the loop is closed; nothing is run
   */
  <T extends @Nullable Object> Task<T> newTask(TaskOptions options, Coroutine<T, ?> coroutine);

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

  // --- running ---

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

  // --- other threads ---

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
