package io.asyncrunner.compat.oracle;

/** Nothing is ready, no timer is pending, and cancelling the main task did not help. Thrown out of the loop's wait. */
final class Hang extends Error {
  private static final long serialVersionUID = 1L;

  Hang() {
    super("the scenario hangs", null, true, false);
  }
}
