package io.asyncrunner.core.internal;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Task;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.LoopEngine;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A simulated loop, as its simulator sees it. <b>Thread:</b> the holder of the loop, except where said otherwise. */
public interface SimulatedLoop extends LoopEngine {
  /**
   * What decides in place of chance. Any thread.
   *
   * @return the simulator
   */
  Simulator simulator();

  /**
   * Ends the run with an error.
   *
   * @param failure what comes out of the run
   */
  void fail(Throwable failure);

  /**
   * Has the exception handler called soon, from a callback.
   *
   * @param report what happened
   */
  void report(ExceptionContext report);

  /**
   * What a task of this loop has failed with. Does not count as retrieving it.
   *
   * @param task the task
   * @return its exception, or {@code null}
   */
  @Nullable Throwable failureOf(Task<?> task);

  /**
   * The tasks that are suspended in a wait.
   *
   * @return in the order of creation
   */
  List<WaitingTask> waitingTasks();

  /**
   * The fibers that wait in calls outside the library.
   *
   * @return in the order in which they blocked
   */
  Collection<Fiber> blockedFibers();

  /**
   * The work for this loop that runs elsewhere: what was given to its default executor, and the shutdown of that.
   *
   * @return a moment's state
   */
  List<OutsideWork> outsideWork();

  /**
   * The threads outside this loop that have sent it callbacks, and live.
   *
   * @return a moment's state
   */
  List<Thread> senders();

  /**
   * Tells whether a thread waits for an answer of this loop.
   *
   * @param thread a thread outside this loop
   * @return true if it has sent a request that is not answered, and waits
   */
  boolean awaitsAnswer(Thread thread);

  /**
   * Tells whether a {@code CompletableFuture} that mirrors a future of this loop is pending, through which another thread might
   * cancel it.
   *
   * @return true if there is one
   */
  boolean hasMirrors();

  /**
   * What the current run is for.
   *
   * @return the future that {@link #runUntilComplete} was called with, or {@code null} in {@link #runForever}
   */
  @Nullable AsyncFuture<?> runsUntil();
}
