package io.asyncrunner.test;

/**
 * A simulated loop has nothing to do and waits for nothing: nothing is ready, no timer is set, and nothing outside that the loop
 * knows of could wake it. The message lists the waiting tasks, what each waits for and where, and the cycles among them.
 */
public final class DeadlockError extends AssertionError {
  private static final long serialVersionUID = 1L;

  DeadlockError(String message) {
    super(message);
    setStackTrace(new StackTraceElement[0]); // that of the idle loop says nothing
  }
}
