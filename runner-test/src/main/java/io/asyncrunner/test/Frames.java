package io.asyncrunner.test;

import io.asyncrunner.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stack traces of tasks, read. */
final class Frames {
  /** How many frames of a task's own code are shown. */
  private static final int OWN_FRAMES = 3;

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
    int to = frames.size();
    while (to > from && isTestFramework(frames.get(to - 1).getClassName())) {
      to--;
    }
    return frames.subList(from, to).stream().filter(frame -> !isGlue(frame.getClassName())).toList();
  }

  /** A frame as a stack trace shows it, without class loader and module, which depend on the JVM. */
  static String text(StackTraceElement frame) {
    return frame.getClassName() + "." + frame.getMethodName()
        + (frame.getFileName() == null ? "" : "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")");
  }

  /** Tells whether it is one of the library's own between a call and what it calls, or one that only some JVMs show. */
  private static boolean isGlue(String type) {
    if (type.contains("$$Lambda")) {
      return true;
    }
    return switch (type) {
      case "io.asyncrunner.VoidCoroutine", "io.asyncrunner.spi.Blocker", "io.asyncrunner.sync.Waiters$Waiter" -> true;
      default -> false;
    };
  }

  /** Tells whether it is what calls a test, by reflection for the most part. */
  private static boolean isTestFramework(String type) {
    return type.startsWith("org.junit.")
        || type.startsWith(Session.class.getName())
        || type.startsWith(RunnerInvocation.class.getName())
        || type.startsWith("jdk.internal.reflect.")
        || type.startsWith("java.lang.reflect.");
  }

  /** In which call of the library a task is, and where in its own code that was called from, a few frames of it. */
  static String where(Task<?> task) {
    StackTraceElement call = null;
    StringBuilder text = new StringBuilder();
    int own = 0;
    for (StackTraceElement frame : of(task)) {
      if (isLibrary(frame.getClassName())) {
        call = own == 0 ? frame : call;
      } else if (!isJdk(frame.getClassName()) && own++ < OWN_FRAMES) {
        text.append(" < ").append(method(frame.getMethodName())).append(line(frame));
      }
    }
    return (call == null ? "await" : simpleName(call.getClassName()) + "." + call.getMethodName()) + text;
  }

  private static String line(StackTraceElement frame) {
    return " (" + (frame.getFileName() == null
        ? simpleName(frame.getClassName())
        : frame.getFileName() + ":" + frame.getLineNumber()) + ")";
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
    return type == null ? "a callback" : "callback of " + simpleName(type.getName());
  }

  private static String simpleName(String type) {
    String name = type.substring(type.lastIndexOf('.', type.indexOf('/') < 0 ? type.length() : type.indexOf('/')) + 1);
    int lambda = name.indexOf("$$Lambda");
    return (lambda < 0 ? name : name.substring(0, lambda)).replace('$', '.');
  }
}
