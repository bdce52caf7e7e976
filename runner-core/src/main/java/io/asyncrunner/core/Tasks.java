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
 * <p>Changed by the loop alone; read by any thread, which sees a moment's state. {@code next} is written with release, so what a
 * reader finds is a finished object. A removed task is its own {@code next}: a reader that stands on it begins again, and a finished
 * task that somebody keeps does not keep those that were made after it.
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

  /** No effect on a task that was not added. */
  void remove(TaskImpl<?> task) {
    TaskImpl<?> before = task.previous;
    TaskImpl<?> after = task.next;
    if (before == null && first != task) {
      return;
    }
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
    NEXT.setRelease(task, task); // after it has been passed over: who sees this sees that
  }

  /** Those that are not done, in the order of creation. Any thread. */
  List<Task<?>> list() {
    List<Task<?>> tasks = new ArrayList<>();
    TaskImpl<?> task = first;
    while (task != null) {
      if (task.isPending()) {
        tasks.add(task);
      }
      TaskImpl<?> after = task.next;
      if (after == task) { // removed meanwhile
        tasks.clear();
        after = first;
      }
      task = after;
    }
    return List.copyOf(tasks);
  }
}
