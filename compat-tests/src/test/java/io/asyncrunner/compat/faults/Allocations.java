package io.asyncrunner.compat.faults;

/** Fails allocations. Shared by the classes that are rewritten and those that are not; see {@link FailingLoader}. */
public final class Allocations {
  private static int left; // until one fails; 0: none does
  private static boolean failed;

  private Allocations() {}

  /** Has one fail, counted from now; the number 1 is the next. */
  public static void failAt(int number) {
    left = number;
    failed = false;
  }

  /** Ends it; tells whether one has failed. */
  public static boolean stop() {
    left = 0;
    return failed;
  }

  /** Something is about to be allocated. Called by what is rewritten; on the thread that holds the loop, where it is armed. */
  public static void visit() {
    if (left > 0 && --left == 0) {
      failed = true;
      throw new OutOfMemoryError("injected");
    }
  }
}
