package io.asyncrunner.core.internal;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Task;
import io.asyncrunner.spi.Blocker;
import org.jspecify.annotations.Nullable;

/**
 * A task that is suspended in a wait.
 *
 * @param task the task
 * @param future the future that it awaits
 * @param blocker what that future stands for, if that has been said
 */
public record WaitingTask(Task<?> task, AsyncFuture<?> future, @Nullable Blocker blocker) {}
