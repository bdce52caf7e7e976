package io.asyncrunner.test;

import io.asyncrunner.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stack traces of tasks, read. */
final class Frames {
  private Frames() {}

  /** The frames of a task's code, innermost first, without those of who looks. */
  static List<StackTraceElement> of(Task<?> task) {
    List<StackTraceElement> frames = task.stack();
    int from = 0;
    for (int i = 0; i < frames.size(); i++) { // a fiber that runs the loop itself has our frames on top
      String type = frames.get(i).getClassName();
      if (type.startsWith("io.asyncrunner.core.") || type.startsWith(Simulation.class.getName())) {
        from = i + 1;
      }
    }
    return frames.subList(from, frames.size());
  }

  /** Where in its own code a task is, and in which call of the library. */
  static String where(Task<?> task) {
    StackTraceElement call = null;
    for (StackTraceElement frame : of(task)) {
      if (isLibrary(frame.getClassName())) {
        call = frame;
      } else if (!isJdk(frame.getClassName())) {
        return (call == null ? "" : simpleName(call.getClassName()) + "." + call.getMethodName() + " at ")
            + simpleName(frame.getClassName()) + "." + method(frame.getMethodName()) + line(frame);
      }
    }
    return call == null ? "" : simpleName(call.getClassName()) + "." + call.getMethodName();
  }

  private static String line(StackTraceElement frame) {
    return frame.getFileName() == null ? "" : " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
  }

  /** A lambda's name without the number that the compiler gave it. */
  private static String method(String name) {
    return name.startsWith("lambda$") ? name.substring("lambda$".length()).replaceAll("\\$\\d+$", "") : name;
  }

  static boolean isLibrary(String type) {
    int end = type.lastIndexOf('.');
    String packageName = end < 0 ? "" : type.substring(0, end);
    return switch (packageName) {
      case "io.asyncrunner", "io.asyncrunner.sync", "io.asyncrunner.spi", "io.asyncrunner.core",
          "io.asyncrunner.core.internal", "io.asyncrunner.virtualthreads" ->
        true;
      default -> type.equals(VirtualClock.class.getName());
    };
  }

  private static boolean isJdk(String type) {
    return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
  }

  /** What a callback is: the class that it stands in, which for a lambda is all that does not change from run to run. */
  static String callback(@Nullable Class<?> type) {
    return type == null ? "a cancelled callback" : "callback of " + simpleName(type.getName());
  }

  private static String simpleName(String type) {
    String name = type.substring(type.lastIndexOf('.', type.indexOf('/') < 0 ? type.length() : type.indexOf('/')) + 1);
    int lambda = name.indexOf("$$Lambda");
    return (lambda < 0 ? name : name.substring(0, lambda)).replace('$', '.');
  }
}
