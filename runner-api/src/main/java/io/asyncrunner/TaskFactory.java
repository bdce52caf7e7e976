package io.asyncrunner;

import org.jspecify.annotations.Nullable;

/**
 * Makes the tasks of a loop; see {@link EventLoop#setTaskFactory}.
 *
 * @asyncio the callable given to {@code loop.set_task_factory}
 */
@FunctionalInterface
public interface TaskFactory {
  /**
   * Makes a task, usually by way of {@link EventLoop#newTask}. Called on the stack of whoever creates the task.
   *
   * @param <T> the task's result
   * @param loop the loop that was asked
   * @param options name, context and start, as given
   * @param coroutine what the task will run
   * @return a task of {@code loop}
   */
  <T extends @Nullable Object> Task<T> newTask(EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine);
}
