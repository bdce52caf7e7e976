package io.asyncrunner.core;

/**
 * Debug mode: where a task awaited what failed, as a suppressed exception of the failure. Its own stack trace is that of the task
 * that it was thrown in, and ends there.
 *
 * <p>Not outside debug mode: the exception is the user's, the same object goes to all who await it, and it may be one of which there
 * is but one in the program. It costs what making an exception costs.
 */
final class AwaitedBy extends Throwable {
  private static final long serialVersionUID = 1L;

  /** So many an exception gets at most, however often it is awaited. */
  private static final int MOST = 8;

  private AwaitedBy(TaskImpl<?> task) {
    super("where " + task.describe() + " awaited it");
  }

  /** Adds one, unless the exception has many, or takes none. On the fiber of the task. */
  static void addTo(Throwable failure, TaskImpl<?> task) {
    int there = 0;
    for (Throwable suppressed : failure.getSuppressed()) {
      if (suppressed instanceof AwaitedBy) {
        there++;
      }
    }
    if (there < MOST) {
      failure.addSuppressed(new AwaitedBy(task));
    }
  }
}
