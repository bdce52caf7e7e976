package io.asyncrunner.test;

import java.util.Objects;

/**
 * A test failed in an interleaving, or under a fault, that its {@link RunnerTest} tried. The message names and shows it; the
 * cause is what the test threw.
 */
public final class InterleavingError extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** Known only after the test's clean-up, when the test has been run again. */
  private String message;

  InterleavingError(String message, Throwable cause) {
    super(message, cause);
    this.message = message;
    setStackTrace(new StackTraceElement[0]); // the cause's is the one to read
  }

  void setMessage(String message) {
    this.message = message;
  }

  /** What the test threw. */
  Throwable thrown() {
    return Objects.requireNonNull(getCause());
  }

  @Override
  public String getMessage() {
    return message;
  }
}
