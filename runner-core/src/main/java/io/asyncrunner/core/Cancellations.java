package io.asyncrunner.core;

import io.asyncrunner.CancelledError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests to cancel tasks, on their way: a task that waits for another one hands the request on, and so do futures that stand for
 * several. It is done in the order of a recursion, without one: a chain may be longer than the stack is deep. Confined to the loop.
 *
 * <p>Tasks may also wait for each other in a circle. Those on the way, from the first request to the one at hand, are marked; a task
 * that waits for one of these ends its wait, and gets the request itself.
 */
final class Cancellations {
  /** What is asked of a task. */
  private record Request(
      TaskImpl<?> task, @Nullable String message, CancelledError.Source source, long when) {}

  /** A way from one task to another, whose awaited future made requests of its own. */
  private static final class Branch {
    final TaskImpl<?> first;
    final TaskImpl<?> last;
    final List<Request> requests;
    int next;

    Branch(TaskImpl<?> first, TaskImpl<?> last, List<Request> requests) {
      this.first = first;
      this.last = last;
      this.requests = requests;
    }
  }

  private boolean passing;
  /** What the future that is being cancelled asks of others. */
  private List<Request> asked = new ArrayList<>(0);
  private final ArrayDeque<Branch> branches = new ArrayDeque<>(0);

  /** Hands on a request to cancel a task that is not done. */
  void request(TaskImpl<?> task, @Nullable String message, CancelledError.Source source, long when) {
    if (passing) {
      asked.add(new Request(task, message, source, when));
      return;
    }
    passing = true;
    try {
      pass(task, message, source, when);
      for (Branch branch = branches.peek(); branch != null; branch = branches.peek()) {
        if (branch.next < branch.requests.size()) {
          Request request = branch.requests.get(branch.next++);
          if (request.task.isMarked()) {
            branch.last.cancelNow(request.message, request.source, request.when);
          } else if (request.task.isPending()) {
            pass(request.task, request.message, request.source, request.when);
          }
        } else {
          branches.pop();
          unmark(branch.first, branch.last);
        }
      }
    } finally {
      passing = false;
      for (Branch branch = branches.poll(); branch != null; branch = branches.poll()) { // an error: the rest is not told
        unmark(branch.first, branch.last);
      }
      asked.clear();
    }
  }

  private void pass(TaskImpl<?> first, @Nullable String message, CancelledError.Source source, long when) {
    TaskImpl<?> last = first;
    boolean goesOn = false;
    last.mark(true);
    try {
      for (;;) {
        last.countCancel();
        FutureImpl<?> awaited = last.waitingFor();
        if (awaited == null || !awaited.isPending()) {
          last.cancelLater(message, source, when);
          return;
        }
        if (!(awaited instanceof TaskImpl<?> next)) {
          if (!awaited.cancelPending(message, source, when)) {
            last.cancelLater(message, source, when);
          }
          goesOn = branch(first, last);
          return;
        }
        if (next.isMarked()) {
          last.cancelNow(message, source, when);
          return;
        }
        next.mark(true);
        last = next;
      }
    } catch (VirtualMachineError exhausted) {
      uncount(first, last);
      throw exhausted;
    } finally {
      if (!goesOn) {
        unmark(first, last);
      }
    }
  }

  /** Goes on with what an awaited future has asked of others; false if that is nothing. */
  private boolean branch(TaskImpl<?> first, TaskImpl<?> last) {
    if (asked.isEmpty()) {
      return false;
    }
    branches.push(new Branch(first, last, asked));
    asked = new ArrayList<>(0);
    return true;
  }

  private static void uncount(TaskImpl<?> first, TaskImpl<?> last) {
    for (TaskImpl<?> task = first; task != last; task = (TaskImpl<?>) Objects.requireNonNull(task.waitingFor())) {
      task.uncountCancel();
    }
    last.uncountCancel();
  }

  private static void unmark(TaskImpl<?> first, TaskImpl<?> last) {
    TaskImpl<?> task = first;
    while (task != last) {
      task.mark(false);
      task = (TaskImpl<?>) Objects.requireNonNull(task.waitingFor());
    }
    task.mark(false);
  }
}
