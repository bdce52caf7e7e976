package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one task of a program does, and what is known of how it went: the task itself has to tell the same. */
final class Job implements Coroutine<Object, Exception> {
  /** What a job returns. */
  record Value(int job) {}

  private final World world;
  private final List<Step> block;
  private final @Nullable Integer inheritedVariable;
  private final @Nullable Integer carried;
  private @Nullable Task<?> task;
  private int number = -1;
  private boolean begun;
  private boolean ended;
  private @Nullable Object value;
  private @Nullable Throwable thrown;
  private boolean ownContext = true;

  /** Made by whoever makes the task; takes what that is to inherit. */
  Job(World world, List<Step> block) {
    this.world = world;
    this.block = block;
    this.inheritedVariable = world.variable.orElse(0);
    this.carried = world.isCarrying() ? world.carried.get() : null;
  }

  /** Its task shares its context with others. */
  Job sharingContext() {
    ownContext = false;
    return this;
  }

  /** Says which task it is. Tasks of the library's own making say so themselves, when they begin. */
  Job is(Task<?> made) {
    if (task == null) {
      task = made;
      number = world.register(this);
    } else if (task != made) {
      world.violation("the body of " + made + " was run by " + task);
    }
    return this;
  }

  Task<?> task() {
    if (task == null) {
      throw new IllegalStateException("a job without a task");
    }
    return task;
  }

  int number() {
    return number;
  }

  boolean isDone() {
    return task().isDone();
  }

  @Nullable Object value() {
    return value;
  }

  @Nullable Throwable thrown() {
    return thrown;
  }

  @Override
  public Object run() throws Exception {
    is(Async.currentTask());
    if (begun) {
      world.violation(this + " begins a second time");
    }
    begun = true;
    Flow flow = new Flow(world, Place.TASK, this);
    if (ownContext) {
      flow.expect(inheritedVariable, carried);
      flow.check("at the beginning");
      world.variable.set(number);
      flow.expect(number, carried);
    }
    try {
      flow.run(block);
      value = new Value(number);
      return value;
    } catch (Throwable t) {
      thrown = t;
      world.ensureExpected(t, this);
      throw t;
    } finally {
      ended = true;
    }
  }

  /** Whether {@code error} is what awaiting the task, which is done, has to throw. */
  boolean hasThrown(@Nullable Throwable error) {
    return error == thrown || (task().isCancelled() && error instanceof CancelledError);
  }

  /** Holds the task, which is done, against what is known. */
  void checkOutcome() {
    Task<?> done = task();
    if (!done.isDone()) {
      world.violation(this + " is not done: " + done);
    } else if (!begun) {
      if (!done.isCancelled() && !world.isHostile()) {
        world.violation(this + " has never begun, but is not cancelled: " + done);
      }
    } else if (!ended) {
      world.violation(this + " is done, but its code has not ended: " + done);
    } else if (done.isCancelled()) {
      if (!(thrown instanceof CancelledError) && done.cancelling() == 0 && !world.isHostile()) {
        world.violation(this + " is cancelled, but nobody did it, and its code " + howItEnded());
      }
    } else if (thrown == null ? done.exception() != null || done.result() != value : done.exception() != thrown) {
      if (!world.isHostile()) {
        world.violation(this + " is " + done + ", but its code " + howItEnded());
      }
    }
  }

  private String howItEnded() {
    return thrown == null ? "returned" : "threw " + thrown;
  }

  @Override
  public String toString() {
    return "job " + number;
  }
}
