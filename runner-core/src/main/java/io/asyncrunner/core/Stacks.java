package io.asyncrunner.core;

import java.util.Arrays;
import java.util.List;

/** Stack traces as users want to see them. */
final class Stacks {
  private Stacks() {}

  /** Leaves out what suspends on top and what starts the fiber at the bottom: the JDK's and the engine's own frames. */
  static List<StackTraceElement> ofUser(StackTraceElement[] stack) {
    int from = 0;
    while (from < stack.length && isSuspending(stack[from])) {
      from++;
    }
    int to = stack.length;
    while (to > from && isStarting(stack[to - 1])) {
      to--;
    }
    return List.copyOf(Arrays.asList(stack).subList(from, to));
  }

  private static boolean isSuspending(StackTraceElement frame) {
    String type = frame.getClassName();
    return isEngine(type) || type.startsWith("java.lang.Thread") || type.startsWith("java.lang.VirtualThread")
        || type.startsWith("java.util.concurrent.locks.LockSupport") || type.startsWith("jdk.internal.")
        || type.startsWith("java.lang.System$"); // by which LockSupport reaches a virtual thread
  }

  private static boolean isStarting(StackTraceElement frame) {
    String type = frame.getClassName();
    return isEngine(type) || type.startsWith("java.lang.Thread") || type.startsWith("java.lang.VirtualThread");
  }

  private static boolean isEngine(String type) {
    return type.startsWith("io.asyncrunner.core.") || type.startsWith("io.asyncrunner.virtualthreads.");
  }
}
