package io.asyncrunner.virtualthreads;

import java.util.Set;

/**
 * The waits of the JDK that an interrupt does not end: it would leave the thread with its interrupt status set, and the next
 * thing that this hits is somebody else's, a file that is shared, say.
 *
 * <p>No thread tells in which kind of wait it is. Its state tells of monitors, and its innermost frames of what the JDK has beside
 * them. A wait that is not known here, of a library that parks, counts as one that an interrupt ends.
 */
final class UninterruptibleWaits {
  private static final String PACKAGE = "java.util.concurrent.";

  /** The methods, after {@link #PACKAGE}. */
  private static final Set<String> METHODS = Set.of(
      "locks.AbstractQueuedSynchronizer$ConditionObject.awaitUninterruptibly",
      "locks.AbstractQueuedLongSynchronizer$ConditionObject.awaitUninterruptibly", "locks.StampedLock.readLock",
      "locks.StampedLock.writeLock", "CompletableFuture.join", "ForkJoinTask.join", "ForkJoinTask.invoke",
      "ForkJoinTask.quietlyJoin", "ForkJoinTask.quietlyInvoke", "ForkJoinTask.invokeAll", "Phaser.awaitAdvance",
      "Phaser.arriveAndAwaitAdvance");

  /** In these an acquisition waits; which of its callers has called it tells whether an interrupt ends that. */
  private static final Set<String> ACQUISITIONS = Set.of("locks.AbstractQueuedSynchronizer.acquire",
      "locks.AbstractQueuedLongSynchronizer.acquire");

  private static final Set<String> INTERRUPTIBLE_CALLERS = Set.of("acquireInterruptibly",
      "acquireSharedInterruptibly", "tryAcquireNanos", "tryAcquireSharedNanos");

  private UninterruptibleWaits() {}

  /** Tells whether a virtual thread that is not mounted is in such a wait, or has been woken from any and is about to go on. */
  static boolean isIn(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING -> isInMethod(thread.getStackTrace());
      default -> true;
    };
  }

  private static boolean isInMethod(StackTraceElement[] stack) {
    for (int i = 0; i < stack.length; i++) {
      String type = stack[i].getClassName();
      if (!type.startsWith("java.")) {
        return false; // the caller's: what it waits in has been passed
      }
      if (!type.startsWith(PACKAGE)) {
        continue;
      }
      String method = type.substring(PACKAGE.length()) + "." + stack[i].getMethodName();
      if (ACQUISITIONS.contains(method)) {
        return i + 1 == stack.length || !INTERRUPTIBLE_CALLERS.contains(stack[i + 1].getMethodName());
      }
      if (METHODS.contains(method)) {
        return true;
      }
    }
    return false;
  }
}
