package io.asyncrunner.compat.programs;

import org.jspecify.annotations.Nullable;

/** What a program throws on purpose. */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Fault(String message) {
    super(message);
  }

  Fault(@Nullable Throwable cause) {
    super(cause);
  }

  /** The same, checked. */
  static final class Checked extends Exception {
    private static final long serialVersionUID = 1L;

    Checked(String message) {
      super(message);
    }
  }

  /** The same, an error that ends no run. */
  static final class Failed extends AssertionError {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }
  }
}
