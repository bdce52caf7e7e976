package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.contenders.Contenders;
import io.asyncrunner.benchmarks.ops.Ops;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A program that parks tasks and prints how many bytes each takes: of the heap after a collection, all included that is there
 * for it; for platform threads, of the process.
 */
public final class ParkedMemory {
  /** The system would run out of threads. */
  private static final int PLATFORM_THREADS = 1_000;

  private static final int WARM_UP = 30;
  /** Threads have their stacks whatever is compiled, and take long to make. */
  private static final int WARM_UP_OF_THREADS = 3;

  private ParkedMemory() {}

  static List<String> contenders() {
    return Contenders.namesOf(Ops.ParkedMemory.class);
  }

  /**
   * Runs the program.
   *
   * @param args the contender, and how many tasks
   * @throws Exception never
   */
  public static void main(String[] args) throws Exception {
    try (Ops.ParkedMemory contender = (Ops.ParkedMemory) Contenders.create(args[0])) {
      contender.open();
      boolean outside = contender.isOutsideHeap();
      int tasks = outside ? PLATFORM_THREADS : Integer.parseInt(args[1]);
      for (int round = 0; round < (outside ? WARM_UP_OF_THREADS : WARM_UP); round++) { // interpreted frames take more room
        contender.park(Math.min(tasks, 10_000), () -> {});
      }
      long before = used(outside);
      long[] with = {0};
      int parked = contender.park(tasks, () -> with[0] = used(outside));
      if (parked != tasks) {
        throw new IllegalStateException("parked " + parked + " of " + tasks);
      }
      System.out.printf(Locale.ROOT, "ParkedMemory,%s,%.2f,%.2f%n", args[0], (with[0] - before) / (double) tasks, 0.0);
    }
  }

  private static long used(boolean outsideHeap) {
    if (outsideHeap) {
      return residentBytes();
    }
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return 0;
    } catch (IOException notLinux) {
      return 0;
    }
  }
}
