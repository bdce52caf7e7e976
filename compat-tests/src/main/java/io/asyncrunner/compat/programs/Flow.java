package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.VoidCoroutine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One flow of control of a program: a task, a callback, a thread, the code of a generator. */
final class Flow {
  final World world;
  final Place place;
  final @Nullable Job job;
  /** The innermost group around, for steps that make tasks in it. */
  @Nullable TaskGroup group;
  /** The highest of the JDK's locks that it holds: further ones are taken in order, so that they cannot deadlock. */
  int blockingLocks;
  /** A program that swallows every cancellation never ends. */
  boolean hasSwallowed;

  private @Nullable Integer variable; // null: not known
  private @Nullable Integer carried;

  Flow(World world, Place place, @Nullable Job job) {
    this.world = world;
    this.place = place;
    this.job = job;
  }

  /** What the variable and the propagated value have to be from now on; {@code null} for what is not known. */
  void expect(@Nullable Integer expectedVariable, @Nullable Integer expectedCarried) {
    variable = expectedVariable;
    carried = expectedCarried;
  }

  void expectVariable(@Nullable Integer expected) {
    variable = expected;
  }

  void expectCarried(@Nullable Integer expected) {
    carried = expected;
  }

  @Nullable Integer variable() {
    return variable;
  }

  @Nullable Integer carried() {
    return carried;
  }

  void run(List<Step> block) throws Exception {
    for (Step step : block) {
      run(step);
    }
  }

  private void run(Step step) throws Exception {
    if (place != Place.THREAD) {
      world.tick();
      world.note(this, step.title());
    }
    try {
      step.operation().code().run(this, step);
    } catch (Throwable thrown) {
      if (place != Place.THREAD) {
        world.note(this, step.operation().name() + " threw " + thrown.getClass().getSimpleName());
      }
      throw thrown;
    } finally {
      check(step.title());
    }
  }

  /** The contexts have to be what they were, whatever ran meanwhile. */
  void check(String where) {
    if (variable != null && !variable.equals(world.variable.orElse(0))) {
      violation(where + ": the variable is " + world.variable.orElse(0) + ", expected " + variable);
    }
    if (carried != null && !carried.equals(world.carried.get())) {
      violation(where + ": the propagated value is " + world.carried.get() + ", expected " + carried);
    }
  }

  /** Code of this flow that runs later, on the loop, and in a copy of the current context. */
  Runnable callback(List<Step> block) {
    Flow other = new Flow(world, Place.CALLBACK, null);
    other.expectVariable(world.variable.orElse(0));
    other.group = group;
    return () -> other.runUnchecked(block);
  }

  /** What of this flow runs on another thread, in a copy of the current context. */
  Flow inThread() {
    Flow other = new Flow(world, Place.THREAD, null);
    other.expect(world.variable.orElse(0), world.isCarrying() ? world.carried.get() : null);
    return other;
  }

  void runUnchecked(List<Step> block) {
    try {
      run(block);
    } catch (RuntimeException unchecked) {
      throw unchecked;
    } catch (Exception checked) {
      throw new Fault(checked);
    }
  }

  /** Makes a task of each block. */
  List<Job> spawnAll(List<List<Step>> blocks) {
    List<Job> jobs = new ArrayList<>();
    for (List<Step> block : blocks) {
      jobs.add(world.spawn(block));
    }
    return jobs;
  }

  /**
   * Waits, and is known to wait meanwhile.
   *
   * @param what for what, for people
   * @param there whether it is there: who waits although it is, has been forgotten
   * @param wait the wait
   */
  <T extends @Nullable Object, X extends Exception> T waiting(String what, BooleanSupplier there, Coroutine<T, X> wait)
      throws X {
    World.Wait entry = new World.Wait(this, what, there);
    world.begins(entry);
    try {
      return wait.run();
    } catch (InterruptedException interruption) { // of a call of the JDK: for the task to make its cancellation of
      throw Flow.<RuntimeException>sneaky(interruption);
    } finally {
      world.ends(entry);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // X is inferred as RuntimeException
  private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }

  /** Waits for something that nobody cancels but by cancelling the task. */
  <X extends Exception> void waitingAlone(String what, BooleanSupplier there, VoidCoroutine<X> wait)
      throws X {
    try {
      waiting(what, there, wait.returningNull());
    } catch (CancelledError cancelled) {
      if (Async.currentTask().cancelling() == 0) {
        violation(what + " was cancelled, but nobody cancelled the task: " + cancelled);
      }
      throw cancelled;
    }
  }

  /** A task does not await itself, nor, without circles, one that is older, for that might await it. */
  boolean mayAwait(Job other) {
    return other.task() != Async.currentTask()
        && (world.has(Program.Trait.CIRCLES) || (job != null && other.number() > job.number()));
  }

  /** Whether it may call what blocks. */
  boolean mayBlock() {
    return place != Place.CALLBACK || world.has(Program.Trait.BLOCKING_IN_CALLBACKS);
  }

  Duration units(int count) {
    return world.kind.unit().multipliedBy(count);
  }

  long now() {
    return EventLoop.running().time();
  }

  void ensure(boolean condition, String message) {
    if (!condition) {
      violation(message);
    }
  }

  void ensureSame(@Nullable Object found, @Nullable Object expected, String what) {
    if (found != expected && !Objects.equals(found, expected)) {
      violation(what + ": " + found + ", expected " + expected);
    }
  }

  void violation(String message) {
    world.violation(this + ", " + message);
  }

  @Override
  public String toString() {
    return job == null ? "a " + place : job.toString();
  }
}
