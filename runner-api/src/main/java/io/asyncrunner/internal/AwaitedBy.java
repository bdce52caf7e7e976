package io.asyncrunner.internal;

import io.asyncrunner.CancelledError;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Task;

/**
 * Where a task awaited what failed in another one, as a suppressed exception of the failure, whose own stack trace ends where that other
 * task begins. So a report shows the callers, as a traceback of CPython does, and the exception stays the same object.
 *
 * <p>An exception may be awaited by many, or be one of which there is but one in the program: it gets so many of these at most, and
 * none if it takes no suppressed ones. Costs what making an exception costs, where one is thrown.
 */
public final class AwaitedBy extends Throwable {
  private static final long serialVersionUID = 1L;

  private static final int MOST = 8;

  private AwaitedBy(Task<?> task) {
    super("where task " + task.name() + " awaited it");
  }

  /**
   * Adds where the calling task is to a failure, unless that is a cancellation, or an error that ends the run.
   *
   * @param failure what is about to be thrown
   * @param task the calling task
   */
  public static void addTo(Throwable failure, Task<?> task) {
    if (failure instanceof CancelledError || failure instanceof KeyboardInterrupt
        || failure instanceof VirtualMachineError) {
      return;
    }
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
