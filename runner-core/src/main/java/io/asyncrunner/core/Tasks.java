package io.asyncrunner.core;

import io.asyncrunner.Task;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished tasks of a loop, in the order of creation: a list threaded through the tasks themselves.
 *
 * <p>Changed by the loop alone; read by any thread, which sees a moment's state. A removed task keeps its {@code next}, so a
 * reader that stands on it finds its way on; {@code next} is written with release, so what a reader finds is a finished object.
 */
final class Tasks {
  private static final VarHandle FIRST;
  private static final VarHandle NEXT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FIRST = lookup.findVarHandle(Tasks.class, "first", TaskImpl.class);
      NEXT = lookup.findVarHandle(TaskImpl.class, "next", TaskImpl.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile @Nullable TaskImpl<?> first;
  private @Nullable TaskImpl<?> last;

  void add(TaskImpl<?> task) {
    task.previous = last;
    if (last == null) {
      FIRST.setRelease(this, task);
    } else {
      NEXT.setRelease(last, task);
    }
    last = task;
  }

  void remove(TaskImpl<?> task) {
    TaskImpl<?> before = task.previous;
    TaskImpl<?> after = task.next;
    if (before == null) {
      FIRST.setRelease(this, after);
    } else {
      NEXT.setRelease(before, after);
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    task.previous = null;
  }

  /** Those that are not done, in the order of creation. Any thread. */
  List<Task<?>> list() {
    List<Task<?>> tasks = new ArrayList<>();
    for (TaskImpl<?> task = first; task != null; task = task.next) {
      if (task.isPending()) {
        tasks.add(task);
      }
    }
    return List.copyOf(tasks);
  }
}
