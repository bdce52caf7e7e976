package io.asyncrunner.spi;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * An event loop as those see it who run it and close it, and who build on it: a {@link io.asyncrunner.Runner}, locks and groups, tests of
 * loops. What code on the loop calls is in {@link EventLoop}.
 *
 * <p>Whoever makes a loop runs it on one thread at a time, and closes it; a Runner does both for the loop that its factory makes.
 *
 * @asyncio the part of {@code AbstractEventLoop} that a {@code Runner} calls
 */
public interface LoopEngine extends EventLoop {
  /**
   * The loop that runs the calling code.
   *
   * @return the loop whose task or callback calls
   * @throws IllegalStateException if no loop runs on this thread
   */
  static LoopEngine running() {
    return of(EventLoop.running());
  }

  /**
   * The engine of a loop.
   *
   * @param loop any loop
   * @return the same object
   */
  static LoopEngine of(EventLoop loop) {
    return (LoopEngine) Objects.requireNonNull(loop, "loop"); // EventLoop is for nobody else to implement
  }

  /**
   * Makes a future of this loop whose cancellation is decided by others, as that of a future that stands for several.
   *
   * @param <T> its result's type
   * @param onCancel called by {@link AsyncFuture#cancel(String)} instead of cancelling, while the future is pending; gets
   *     the message and who cancels, and says whether the request was accepted; whoever made the future then ends it. Runs wherever
   *     {@code cancel} is called, so it obeys the rules of {@link io.asyncrunner.spi.InPlace}
   * @return a pending future
   */
  <T extends @Nullable Object> CompletableAsyncFuture<T> createFuture(
      BiPredicate<@Nullable String, CancelledError.Source> onCancel);

  /**
   * Makes a task of the library's own, such as those that close a loop: no task factory and no propagator has a part in it, and it is
   * not among {@link EventLoop#allTasks}, so that no user code gets hold of it. It has an empty context.
   *
   * @param <T> the coroutine's result
   * @param name what it does
   * @param coroutine what to run
   * @return the task
   */
  <T extends @Nullable Object> Task<T> newOwnTask(String name, Coroutine<T, ?> coroutine);

  /**
   * The fibers of callbacks that have begun and wait in calls of the JDK, in the order of their begin; only where such a wait does
   * not hold the loop up. Whoever closes the loop interrupts them.
   *
   * @return the fibers
   */
  List<Fiber> blockedCallbacks();

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
   * Closes the loop: drops what is queued, shuts the default executor down, if it is the loop's own or was handed over, without
   * waiting, and releases the poller. Tasks that
   * are not done are reported to the exception handler and end with a {@link CancelledError}. No effect if it is closed.
   *
   * @throws IllegalStateException if the loop is running; nothing changes
   */
  void close();

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
}
