package io.asyncrunner.test;

/**
 * A test failed in an interleaving, or under a fault, that its {@link RunnerTest} tried. The message names and shows it; the
 * cause is what the test threw.
 */
public final class InterleavingError extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** Known only after the test's clean-up, when the test has been run again. */
  private String message;
  /** Of the same run. */
  private Throwable cause;

  InterleavingError(String message, Throwable cause) {
    super(message);
    this.message = message;
    this.cause = cause;
    setStackTrace(new StackTraceElement[0]); // the cause's is the one to read
  }

  /** Tells of another run, of the same failure. */
  synchronized void retell(String message, Throwable cause) {
    this.message = message;
    this.cause = cause;
  }

  @Override
  public synchronized String getMessage() {
    return message;
  }

  /** What the test threw, in the run that the message shows. */
  @Override
  public synchronized Throwable getCause() {
    return cause;
  }
}
