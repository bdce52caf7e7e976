package io.asyncrunner.test;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Task;
import io.asyncrunner.core.internal.OutsideWork;
import io.asyncrunner.core.internal.SimulatedLoop;
import io.asyncrunner.core.internal.WaitingTask;
import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.Fiber;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;

/** What is said of a loop that stands still. Calls no code of users. */
final class Reports {
  private Reports() {}

  static Throwable at(String message, StackTraceElement[] frames) {
    Throwable where = new Throwable(message);
    where.setStackTrace(frames);
    return where;
  }

  /** Where the work outside is. */
  static Throwable stacks(List<OutsideWork> outside, List<Fiber> blocked) {
    List<Throwable> all = new ArrayList<>();
    for (OutsideWork work : outside) {
      Thread thread = work.thread();
      all.add(thread == null
          ? at(work.what() + ", which no thread has begun yet", new StackTraceElement[0])
          : at(work.what() + " on thread " + thread.getName(), thread.getStackTrace()));
    }
    for (Fiber fiber : blocked) {
      Task<?> task = fiber.task();
      all.add(at((task == null ? "a callback" : "task " + task.name()) + ", blocked in a call of the JDK",
          fiber.stackTrace()));
    }
    Throwable first = all.remove(0);
    all.forEach(first::addSuppressed);
    return first;
  }

  /** Tells whether there are signs that another thread might still wake a loop. */
  static boolean mayBeWoken(SimulatedLoop loop, Set<Thread> threadsBefore) {
    return loop.hasMirrors()
        || !loop.senders().isEmpty()
        || !ForkJoinPool.commonPool().isQuiescent()
        || loop.waitingTasks().stream().anyMatch(Reports::awaitsStage)
        || !Threads.started(threadsBefore).isEmpty();
  }

  /** Tells whether a task waits for a {@code CompletionStage}, which anybody can complete. */
  private static boolean awaitsStage(WaitingTask waiting) {
    return waiting.blocker() == null && !(waiting.future() instanceof Task)
        && waiting.task()
            .stack()
            .stream()
            .anyMatch(
                frame -> frame.getClassName().equals("io.asyncrunner.Async") && frame.getMethodName().equals("await"));
  }

  /** All that is known of a loop that nothing can wake. */
  static String deadlock(SimulatedLoop loop, boolean timersLeft, VirtualClock clock) {
    List<WaitingTask> waiting = loop.waitingTasks();
    Names names = new Names();
    StringBuilder text = new StringBuilder("deadlock: nothing is ready, ");
    text.append(timersLeft
        ? "the time stands still (auto-advance is off, and nobody advances the clock)"
        : "no timer is set")
        .append(", and no work is outstanding outside the loop\n");
    for (List<Task<?>> cycle : cycles(waiting)) {
      describeCycle(text, cycle, waiting, names);
    }
    text.append(waiting.size() == 1 ? "1 task waits" : waiting.size() + " tasks wait")
        .append(", at ")
        .append(Interleaving.millis(clock.elapsed()))
        .append(" of virtual time:\n");
    for (WaitingTask each : waiting) {
      text.append("  task ").append(each.task().name()).append(" waits for ").append(names.describe(each)).append('\n');
      for (StackTraceElement frame : Frames.of(each.task())) {
        text.append("    at ").append(Frames.text(frame)).append('\n');
      }
    }
    AsyncFuture<?> until = loop.runsUntil();
    if (until != null && waiting.isEmpty()) {
      text.append("  the run waits for ").append(until).append('\n');
    }
    return text.toString();
  }

  private static void describeCycle(StringBuilder text, List<Task<?>> cycle, List<WaitingTask> waiting, Names names) {
    text.append("cycle: ");
    for (int i = 0; i < cycle.size(); i++) {
      Task<?> task = cycle.get(i);
      WaitingTask wait = waiting.stream().filter(each -> each.task() == task).findFirst().orElseThrow();
      text.append(i == 0 ? "" : ", which waits for ").append(i == 0 ? "task " + task.name() + " waits for " : "");
      text.append(names.link(wait, cycle.get((i + 1) % cycle.size())));
    }
    text.append('\n');
  }

  /** Who waits for whom in a circle; each circle once. */
  private static List<List<Task<?>>> cycles(List<WaitingTask> waiting) {
    Map<Task<?>, List<Task<?>>> edges = new LinkedHashMap<>();
    for (WaitingTask each : waiting) {
      List<Task<?>> targets = new ArrayList<>();
      for (AsyncFuture<?> target : waitsFor(each)) {
        if (target instanceof Task<?> task && waiting.stream().anyMatch(other -> other.task() == task)) {
          targets.add(task);
        }
      }
      edges.put(each.task(), targets);
    }
    List<List<Task<?>>> cycles = new ArrayList<>();
    IdentityHashMap<Task<?>, Boolean> finished = new IdentityHashMap<>(); // false: on the path
    for (Task<?> task : edges.keySet()) {
      walk(task, edges, new ArrayList<>(), finished, cycles);
    }
    return cycles;
  }

  private static void walk(Task<?> task, Map<Task<?>, List<Task<?>>> edges, List<Task<?>> path,
      IdentityHashMap<Task<?>, Boolean> finished, List<List<Task<?>>> cycles) {
    Boolean state = finished.get(task);
    if (state != null) {
      if (!state) {
        cycles.add(List.copyOf(path.subList(path.indexOf(task), path.size())));
      }
      return;
    }
    finished.put(task, false);
    path.add(task);
    for (Task<?> target : edges.getOrDefault(task, List.of())) {
      walk(target, edges, path, finished, cycles);
    }
    path.remove(path.size() - 1);
    finished.put(task, true);
  }

  private static Collection<? extends AsyncFuture<?>> waitsFor(WaitingTask waiting) {
    Blocker blocker = waiting.blocker();
    return blocker != null ? blocker.waitsFor() : List.of(waiting.future());
  }

  /** Numbers what is waited for, so that two of a kind can be told apart. */
  private static final class Names {
    private final IdentityHashMap<Object, String> names = new IdentityHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    String describe(WaitingTask waiting) {
      Blocker blocker = waiting.blocker();
      if (blocker == null) {
        return future(waiting.future());
      }
      if (isLock(blocker)) {
        return name(blocker.subject()) + state(blocker.subject()) + holder(blocker.waitsFor());
      }
      String holders = tasks(blocker.waitsFor());
      String subject = blocker.subject() instanceof String text
          ? text
          : name(blocker.subject()) + state(blocker.subject());
      return subject + (holders.isEmpty() ? "" : ", for " + holders);
    }

    private static String holder(Collection<? extends AsyncFuture<?>> holders) {
      for (AsyncFuture<?> holder : holders) {
        return ", held by " + future(holder) + (holder.isDone() ? ", which has ended without releasing it" : "");
      }
      return "";
    }

    /** What leads from one task of a cycle to the next. */
    String link(WaitingTask waiting, Task<?> next) {
      Blocker blocker = waiting.blocker();
      if (blocker == null) {
        return "task " + next.name();
      }
      String subject = blocker.subject() instanceof String text ? text : name(blocker.subject());
      return subject + (isLock(blocker) ? ", held by task " : ", for task ") + next.name();
    }

    private static boolean isLock(Blocker blocker) {
      return blocker.subject() instanceof io.asyncrunner.sync.AsyncLock;
    }

    private String name(Object subject) {
      return names.computeIfAbsent(subject, unnamed -> {
        String type = unnamed.getClass().getSimpleName();
        return type + " #" + counts.merge(type, 1, Integer::sum);
      });
    }

    /** The part of its {@code toString} that tells its state. */
    private static String state(Object subject) {
      String text = subject.toString();
      int state = text.indexOf('[');
      return state < 0 ? "" : " " + text.substring(state);
    }

    private static String future(AsyncFuture<?> future) {
      return future instanceof Task<?> task ? "task " + task.name() : "a future";
    }

    private static String tasks(Collection<? extends AsyncFuture<?>> futures) {
      StringBuilder text = new StringBuilder();
      for (AsyncFuture<?> future : futures) {
        if (!future.isDone()) {
          text.append(text.length() == 0 ? "" : ", ").append(future(future));
        }
      }
      return text.toString();
    }
  }
}
