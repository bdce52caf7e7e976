package io.asyncrunner.compat.faults;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import java.time.Duration;

/** An operation of the API that must take place or must not, whatever fails in the middle of it. */
record Operation(String name, Preparation preparation) {
  /** Makes what one call of the operation needs. In a task. */
  @FunctionalInterface
  interface Preparation {
    Trial prepare() throws Throwable;
  }

  /** One call of the operation. */
  abstract static class Trial {
    /** The operation. In a task, at some depth of the stack. */
    abstract void act() throws Throwable;

    /**
     * Checks that what was to happen has happened, or has not. In a task, with all the stack there is; may wait.
     *
     * @param done whether {@link #act} returned; false if it threw, or was not called
     */
    abstract void check(boolean done) throws Throwable;
  }

  /** Waits, but not for ever. */
  static <T> T within(AsyncFuture<T> future) {
    return Async.timeout(Duration.ofSeconds(5), () -> future.await());
  }

  static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  /** Lets everything run that is ready, and what comes of that. */
  static void settle() {
    for (int turn = 0; turn < 8; turn++) {
      Async.sleep(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
