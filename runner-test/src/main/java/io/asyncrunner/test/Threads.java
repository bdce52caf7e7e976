package io.asyncrunner.test;

import io.asyncrunner.core.internal.PlatformFibers;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import org.jspecify.annotations.Nullable;

/** The platform threads of the JVM. */
final class Threads {
  private Threads() {}

  /** Those that live. */
  static Set<Thread> alive() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    ThreadGroup root = group;
    for (ThreadGroup parent = group; parent != null; parent = parent.getParent()) {
      root = parent;
    }
    Set<Thread> alive = Collections.newSetFromMap(new IdentityHashMap<>());
    if (root == null) {
      return alive; // the calling thread has ended, so to speak
    }
    @Nullable Thread[] threads = new @Nullable Thread[root.activeCount() + 16];
    int count = root.enumerate(threads);
    while (count == threads.length) { // there may be more
      threads = new @Nullable Thread[count * 2];
      count = root.enumerate(threads);
    }
    Arrays.stream(threads, 0, count).map(Objects::requireNonNull).forEach(alive::add);
    return alive;
  }

  /** Those that live, were not there before, and are somebody's: not the JDK's own, JUnit's, nor this library's. */
  static Set<Thread> started(Set<Thread> before) {
    Set<Thread> started = alive();
    started.removeAll(before);
    started.removeIf(Threads::isInfrastructure);
    return started;
  }

  private static boolean isInfrastructure(Thread thread) {
    String type = thread.getClass().getName();
    return thread == Thread.currentThread()
        || thread instanceof PlatformFibers.FiberThread
        || thread.getName().startsWith("asyncrunner-")
        || thread.getName().startsWith("junit-") // which watches for timeouts of its own
        || type.startsWith("jdk.internal.")
        || (type.startsWith("java.lang.") && !type.equals("java.lang.Thread"))
        || (thread instanceof ForkJoinWorkerThread worker && worker.getPool() == ForkJoinPool.commonPool());
  }
}
