package io.asyncrunner;

import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that end together: {@link #run} and {@link #call} return when their body and all tasks created in the group are done.
 *
 * <pre>{@code
 * String both = TaskGroup.call(group -> {
 *   Task<String> user = group.createTask(() -> fetch("user"));
 *   Task<String> order = group.createTask(() -> fetch("order"));
 *   return user.await() + " " + order.await();
 * });
 * }</pre>
 *
 * <p>The first task that fails, and a body that throws, cancel the others, in the order of their creation. When all have
 * ended, what they threw comes out in one {@link ExceptionGroup}: what the tasks threw, in the order in which it happened, then
 * what the body threw; cancellations are not failures. If the task that runs the group is cancelled from outside, its children
 * are cancelled and awaited, and the {@link CancelledError} goes on; it gives way to an {@code ExceptionGroup}, and is then
 * delivered at the next suspension point.
 *
 * <p>Two kinds of errors are not grouped. What ends the run, a {@link KeyboardInterrupt} or a {@code VirtualMachineError}, is
 * thrown as it is, and what was thrown besides goes to the loop's exception handler. A {@link AsyncGenerator.GeneratorExit}
 * that the body lets pass is thrown as it is if it is alone: a generator may yield inside a group.
 *
 * <p><b>Thread:</b> the loop's; any of its tasks and callbacks may create tasks, and cancel. A group whose block has been left
 * refuses to create tasks.
 *
 * @asyncio {@code TaskGroup}; differs: a lambda instead of {@code async with}
 */
public final class TaskGroup {
  /** So many tasks that have ended are kept in any case, so that small groups are not looked through at every end. */
  private static final int MANY_ENDED = 32;

  private final LoopEngine loop;
  private final Task<?> parent;
  /** In the order of creation. Those that have ended stay until they are most of it, which is cheaper than a set. */
  private final List<Task<?>> tasks = new ArrayList<>();
  private int unfinished;
  private final ArrayList<Throwable> errors = new ArrayList<>(); // with room for one of each task
  private boolean exiting;
  private boolean finished;
  private boolean aborting;
  private boolean parentCancelRequested;
  private CancelledError.@Nullable Source source;
  private @Nullable Throwable runEnding; // a KeyboardInterrupt or VirtualMachineError: goes before all else
  private @Nullable CompletableAsyncFuture<@Nullable Void> onCompleted;

  private TaskGroup(LoopEngine loop, Task<?> parent) {
    this.loop = loop;
    this.parent = parent;
  }

  /**
   * The code of a group.
   *
   * @param <T> what it returns
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /**
     * Runs the code.
     *
     * @param group where to create tasks
     * @return the result
     * @throws Throwable as the code decides; it comes out in an {@link ExceptionGroup}
     */
    T run(TaskGroup group) throws Throwable;
  }

  /** The code of a group that has no result. */
  @FunctionalInterface
  public interface VoidBody {
    /**
     * Runs the code.
     *
     * @param group where to create tasks
     * @throws Throwable as the code decides; it comes out in an {@link ExceptionGroup}
     */
    void run(TaskGroup group) throws Throwable;
  }

  /**
   * Runs a body that gives a value, then waits for all tasks created in the group; {@link #run} is for bodies without one.
   *
   * @param <T> the body's result
   * @param body called at once, in the calling task
   * @return what the body returned; {@code null} if it did not return because of {@link #cancel()}
   * @throws ExceptionGroup of what the body and the tasks threw; all have ended
   * @throws CancelledError if the calling task is cancelled; all tasks have ended
   * @throws IllegalStateException outside a task; the body is not called
   */
  public static <T extends @Nullable Object> T call(Body<T> body) {
    return call("TaskGroup.call", Objects.requireNonNull(body, "body"));
  }

  @SuppressWarnings("NullAway") // null only after cancel(), as documented
  private static <T extends @Nullable Object> T call(String method, Body<T> body) {
    LoopEngine loop = LoopEngine.running();
    Task<?> parent = Async.currentTaskOf(loop, method);
    loop.ensureStack(2); // the body may use it up, and the group waits all the same
    TaskGroup group = new TaskGroup(loop, parent);
    T result = null;
    Throwable thrown = null;
    try {
      result = body.run(group);
    } catch (Throwable t) {
      thrown = loop.asCancellation(t);
    }
    group.exit(thrown);
    return result;
  }

  /**
   * Runs a body, then waits for all tasks created in the group; {@link #call} is for bodies that give a value.
   *
   * @param body called at once, in the calling task
   * @throws ExceptionGroup of what the body and the tasks threw; all have ended
   * @throws CancelledError if the calling task is cancelled; all tasks have ended
   * @throws IllegalStateException outside a task; the body is not called
   */
  public static void run(VoidBody body) {
    Objects.requireNonNull(body, "body");
    TaskGroup.<@Nullable Void>call("TaskGroup.run", group -> {
      body.run(group);
      return null;
    });
  }

  /**
   * Makes a task in this group.
   *
   * @param <T> the coroutine's result
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException if the group has ended or is shutting down; the coroutine is not run
   */
  public <T extends @Nullable Object> Task<T> createTask(Coroutine<T, ?> coroutine) {
    return createTask(TaskOptions.DEFAULT, coroutine);
  }

  /**
   * Makes a task without a result in this group.
   *
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException if the group has ended or is shutting down; the coroutine is not run
   */
  public Task<@Nullable Void> createTask(VoidCoroutine<?> coroutine) {
    return createTask(TaskOptions.DEFAULT, coroutine);
  }

  /**
   * Makes a task without a result in this group.
   *
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException if the group has ended or is shutting down; the coroutine is not run
   */
  public Task<@Nullable Void> createTask(TaskOptions options, VoidCoroutine<?> coroutine) {
    return createTask(options, Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /**
   * Makes a task in this group.
   *
   * @param <T> the coroutine's result
   * @param options name, context and start
   * @param coroutine what to run
   * @return the task
   * @throws IllegalStateException if the group has ended or is shutting down; the coroutine is not run
   */
  public <T extends @Nullable Object> Task<T> createTask(TaskOptions options, Coroutine<T, ?> coroutine) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(options, "options");
    Async.ensureOwner(loop, "TaskGroup.createTask");
    ensureAcceptsTasks();
    loop.ensureStack(2); // a task factory may use it up
    Task<T> task = loop.createTask(options, coroutine);
    adopt(task, null);
    return task;
  }

  /**
   * Makes a task in this group and waits until it says that it is ready: for a server that has to listen before its clients
   * begin. What the task throws before it is ready is thrown here, and does not fail the group; what it throws later does. The
   * group waits for it, and cancels it, as any other of its tasks.
   *
   * <p>If the waiting task is cancelled before the new one is ready, the new one is cancelled and awaited. Called in the body
   * or in any other task of the loop.
   *
   * <pre>{@code
   * TaskGroup.run(group -> {
   *   int port = group.startUntilReady(ready -> serve(ready)); // waits until serve reports its port
   *   show("connecting to " + port);
   *   group.cancel(); // ends the server
   * });
   * }</pre>
   *
   * @param <V> what it reports
   * @param <X> what it may throw
   * @param starting what to run
   * @return what it reported
   * @throws X what it threw before it was ready, the same object
   * @throws CancelledError if the waiting task is cancelled, or the new one before it is ready; the new one has ended, or is
   *     ready and goes on
   * @throws IllegalStateException if it ended without reporting; or if the group has ended or is shutting down
   */
  public <V extends @Nullable Object, X extends Throwable> V startUntilReady(Starting<V, X> starting) throws X {
    Objects.requireNonNull(starting, "starting");
    Async.currentTaskOf(loop, "TaskGroup.startUntilReady");
    ensureAcceptsTasks();
    loop.ensureStack(2);
    CompletableAsyncFuture<V> ready = loop.createFuture();
    Task<@Nullable Void> task = loop.createTask(() -> {
      starting.run(ready::setResult);
      return null;
    });
    adopt(task, ready);
    try {
      Async.awaitAny(List.of(ready, task));
    } catch (CancelledError cancelled) {
      endBeforeReady(task, ready);
      throw cancelled;
    }
    if (ready.isDone()) {
      return ready.result();
    }
    Throwables.awaitUnwrapped(task); // throws what it threw
    throw new IllegalStateException("task " + task.name() + " ended without reporting that it is ready");
  }

  /** Who waited for the start was cancelled: ends the task, unless that is ready by now. */
  private static void endBeforeReady(Task<?> task, AsyncFuture<?> ready) {
    if (!ready.isDone() && task.cancelling() == 0) { // else the group has cancelled it
      task.cancel();
    }
    while (!task.isDone() && !ready.isDone()) {
      try {
        Async.awaitAny(List.of(task, ready));
      } catch (CancelledError again) {
        // Goes on to wait: the caller throws the first one.
      }
    }
  }

  /**
   * Code that reports when it is ready and then goes on; see {@link #startUntilReady}.
   *
   * @param <V> what it reports
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Starting<V extends @Nullable Object, X extends Throwable> {
    /**
     * Runs the code.
     *
     * @param ready to be called once, with what is to be reported
     * @throws X as the code decides
     * @throws InterruptedException if the thread was interrupted: the code is cancelled
     */
    void run(Consumer<V> ready) throws X, InterruptedException;
  }

  /**
   * Ends the group early: cancels its body and its tasks. {@link #run} then returns without an exception, unless the body or a
   * task throws one. No effect if the group is shutting down or has ended. Called in the body, in one of the tasks, or in any
   * other task or callback of the loop.
   *
   * <pre>{@code
   * TaskGroup.run(group -> {
   *   for (String host : List.of("a", "b", "c")) {
   *     group.createTask(() -> {
   *       show(fetch(host));
   *       group.cancel(); // one answer is enough
   *     });
   *   }
   * });
   * }</pre>
   *
   * @asyncio {@code TaskGroup.cancel}
   */
  public void cancel() {
    Async.ensureOwner(loop, "TaskGroup.cancel");
    if (aborting || hasEnded()) {
      return;
    }
    loop.ensureStack(2);
    abortAndCancelParent();
  }

  /** Has the body hear of it, wherever it waits; the exit takes this request back. */
  private void cancelParent() {
    parent.cancel(null, source());
    parentCancelRequested = true;
  }

  private void abortAndCancelParent() {
    abort();
    try {
      cancelParent();
    } catch (VirtualMachineError exhausted) { // it can be tried again
      aborting = false;
      throw exhausted;
    }
  }

  private boolean hasEnded() {
    return finished || (exiting && unfinished == 0);
  }

  private void ensureAcceptsTasks() {
    if (hasEnded()) {
      throw new IllegalStateException(this + " has ended: create tasks while its body or one of its tasks runs");
    }
    if (aborting) {
      throw new IllegalStateException(this + " is shutting down: no task can be created in it any more");
    }
  }

  /** Makes a task one of the group's; what it throws before it is {@code ready}, if that is given, is not the group's. */
  private <T extends @Nullable Object> void adopt(Task<T> task, @Nullable AsyncFuture<?> ready) {
    try {
      tasks.add(task);
      errors.ensureCapacity(errors.size() + unfinished + 1);
      task.addDoneCallback(Context.current(), new Member<>(task, ready));
    } catch (Throwable unadopted) { // no memory: nobody would wait for it
      task.cancel();
      tasks.remove(task);
      throw unadopted;
    }
    unfinished++;
    if (aborting) { // by its own first step, which was an eager one
      task.cancel(null, source());
    }
  }

  /** What the group does when a task is done, in steps that are not done twice: if there is no memory, it is called again. */
  private final class Member<T extends @Nullable Object> implements Consumer<AsyncFuture<T>>, InPlace {
    private final Task<T> task;
    private final @Nullable AsyncFuture<?> ready;
    private @Nullable Throwable recorded;
    private boolean counted;

    Member(Task<T> task, @Nullable AsyncFuture<?> ready) {
      this.task = task;
      this.ready = ready;
    }

    @Override
    public void accept(AsyncFuture<T> done) {
      if (!counted) {
        recorded = record(task, ready);
        counted = true;
        count();
      }
      if (recorded != null && !aborting && !parentCancelRequested) {
        abortAndCancelParent();
      }
    }
  }

  /** Keeps what a task threw, if that is the group's. */
  private @Nullable Throwable record(Task<?> task, @Nullable AsyncFuture<?> ready) {
    if (task.isCancelled() || (ready != null && !ready.isDone())) {
      return null;
    }
    Throwable exception = task.exception();
    if (exception != null) {
      errors.add(exception);
      if (Throwables.endsRun(exception) && runEnding == null) {
        runEnding = exception;
      }
    }
    return exception;
  }

  /** One task less. */
  private void count() {
    unfinished--;
    if (unfinished == 0) {
      tasks.clear();
    } else if (tasks.size() > 2 * unfinished + MANY_ENDED) {
      tasks.removeIf(AsyncFuture::isDone);
    }
    if (unfinished == 0 && onCompleted != null && !onCompleted.isDone()) {
      onCompleted.setResult(null);
    }
  }

  private void abort() {
    CancelledError.Source source = source();
    List<Task<?>> all = List.copyOf(tasks); // cancelling a future may call user code
    aborting = true;
    try {
      all.forEach(task -> task.cancel(null, source));
    } catch (VirtualMachineError exhausted) { // it can be tried again
      aborting = false;
      throw exhausted;
    }
  }

  /** Who cancels: always the same object, by which the group knows its own requests. */
  private CancelledError.Source source() {
    if (source == null) {
      source = new CancelledError.Source("the TaskGroup of " + parent.name(), null);
    }
    return source;
  }

  /** Waits for the tasks; returns if the body's result is to be returned, else throws. */
  private void exit(@Nullable Throwable thrown) {
    exiting = true;
    try {
      awaitTasks(thrown);
    } finally {
      finished = true;
    }
  }

  private void awaitTasks(@Nullable Throwable thrown) {
    if (thrown != null && Throwables.endsRun(thrown) && runEnding == null) {
      runEnding = thrown;
    }
    CancelledError cancellation = thrown instanceof CancelledError error ? error : null;
    CancelledError pending = null;
    if (thrown != null && !aborting) {
      abort();
    }
    while (unfinished > 0) { // the wait itself may be cancelled, more than once
      try {
        onCompleted = loop.createFuture();
        Blocker.await(onCompleted, new Exit(this));
      } catch (OutOfMemoryError exhausted) { // goes on waiting: it leaves no tasks behind
        if (runEnding != null) {
          throw exhausted;
        }
        runEnding = exhausted;
        if (!aborting) {
          abort();
        }
      } catch (CancelledError cancelled) {
        pending = cancelled;
        if (!aborting) { // cancelled from outside while the tasks were still running
          cancellation = cancelled;
          abort();
        }
      }
      onCompleted = null;
    }
    if (runEnding != null) {
      reportOthers(runEnding, thrown);
      throw Throwables.sneaky(runEnding);
    }
    // By way of a generator, a block can be left in another task, which then has been cancelled by others.
    Task<?> leaving = Async.currentTaskOf(loop, "TaskGroup.run");
    if (parentCancelRequested) {
      if (parent.uncancel() == 0 && leaving == parent) {
        cancellation = null; // it was our own request alone
      } else if (pending != null) { // one came from outside, too, after ours
        cancellation = cancellation == null ? pending : leftWith(cancellation, pending);
      }
    }
    if (cancellation != null && errors.isEmpty()) {
      throw cancellation;
    }
    if (thrown != null && !(thrown instanceof CancelledError)) {
      errors.add(unwrapped(thrown));
    }
    if (!errors.isEmpty()) {
      if (leaving.cancelling() > 0) { // the group goes before the cancellation, which is delivered later
        leaving.uncancel();
        leaving.cancel(null, source());
      }
      if (errors.size() == 1 && thrown instanceof AsyncGenerator.GeneratorExit exit) {
        throw exit; // alone: the generator that the body is part of is being closed, and has to hear of it
      }
      throw new ExceptionGroup("unhandled errors in a TaskGroup", errors);
    }
  }

  /** What the body was left with goes on, as in asyncio; but if that was ours, who cancelled is who has done so since. */
  private CancelledError leftWith(CancelledError left, CancelledError since) {
    return left.source() == source
        ? new CancelledError(left.reason(), since.source(), since.when().orElse(Long.MAX_VALUE), since, loop.isDebug())
        : left;
  }

  /** What ends the run leaves the group bare: reports what the tasks and the body have thrown otherwise. */
  private void reportOthers(Throwable leaving, @Nullable Throwable thrown) {
    Throwable own = thrown == null || thrown instanceof CancelledError ? null : unwrapped(thrown);
    if (own != null && errors.stream().noneMatch(error -> error == own)) { // else it is a task's, which the body has awaited
      errors.add(own);
    }
    for (Throwable error : errors) {
      if (error != leaving) {
        loop.callExceptionHandler(
            new ExceptionContext("an exception in " + this + " is lost, because the run ends with " + leaving, error));
      }
    }
  }

  /** What its parent waits for at the end of the group. */
  private record Exit(TaskGroup subject) implements Blocker {
    @Override
    public Collection<? extends AsyncFuture<?>> waitsFor() {
      return subject.tasks.stream().filter(task -> !task.isDone()).toList();
    }
  }

  /** A checked exception that came out of awaiting a task of this group stands there already, unwrapped. */
  private static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean wrapsChecked = thrown instanceof CompletionException
        && cause != null
        && !(cause instanceof RuntimeException)
        && !(cause instanceof Error);
    return wrapsChecked ? Objects.requireNonNull(cause) : thrown;
  }

  /** State and number of unfinished tasks. */
  @Override
  public String toString() {
    String state = hasEnded() ? "ended" : aborting ? "cancelling" : "running";
    return "TaskGroup[" + state + ", tasks=" + unfinished + ", errors=" + errors.size() + "]";
  }
}
