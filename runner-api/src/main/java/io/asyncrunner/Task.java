package io.asyncrunner;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A future that runs a coroutine, one step at a time, until the coroutine returns or throws.
 *
 * <p>{@link #cancel(String) cancel} asks the coroutine to end: what it waits for is cancelled, and a {@link CancelledError}
 * is thrown into it at that point, or at its next suspension point if it is not waiting. A blocking JDK call on a confined
 * fiber is interrupted instead, and the exception that comes of it becomes the cancellation where it leaves the innermost
 * timeout, group or task. Each request is delivered once; the coroutine may clean up, and may even go on. The task is
 * cancelled when a {@code CancelledError} leaves it.
 *
 * <p>A task's coroutine alone decides how it ends. Not for implementing by users, but for task factories that wrap a task.
 *
 * @param <T> the coroutine's result
 * @asyncio {@code Task}
 */
public interface Task<T extends @Nullable Object> extends AsyncFuture<T> {
  /**
   * The task's name, given or generated. Its thread has it too, unless it is generated and
   * the thread a virtual one; in debug mode always. What does not print, such as a line break or an escape sequence, is
   * written as an escape ({@code \\n}), because names go into logs and dumps. May be called on any thread.
   *
   * @return the name
   */
  String name();

  /**
   * Gives the task, and its thread, another name.
   *
   * @param name the new name
   */
  void setName(String name);

  /**
   * How many requests to cancel this task are counted: one more for each {@link #cancel(String)}, one less for each
   * {@link #uncancel()}.
   *
   * @return the count, never negative
   */
  int cancelling();

  /**
   * Takes one request back, for code that has dealt with it. At a count of zero a request that was not delivered yet is
   * dropped.
   *
   * @return the remaining count
   */
  int uncancel();

  /**
   * The message of the last request to cancel that the task kept for itself, because it was not waiting for anything that
   * could be cancelled in its place. It stays when the request has been delivered.
   *
   * @return the message; {@code null} if that request had none, or if there was no such request
   * @asyncio {@code Task._cancel_message}
   */
  @Nullable String cancelMessage();

  /**
   * What the task's code runs in.
   *
   * @return the task's context, the same object for the task's whole life
   */
  Context context();

  /**
   * Where the task is. May be called on any thread.
   *
   * @return the frames of its code, innermost first; empty before the first step and after the end
   */
  List<StackTraceElement> stack();
}
