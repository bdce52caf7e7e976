package io.asyncrunner.virtualthreads;

import io.asyncrunner.Context;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK sees of a {@link ConfinedFiber}: the one class with an {@code execute} for it to call. Only its class file is used, which
 * {@link SchedulerDoor} makes a hidden class of.
 *
 * <p>Agents look for classes that implement {@code Executor}, and change their {@code execute} to wrap what they are given, so that a
 * trace goes on where it is run. That does a continuation no good. A hidden class is not shown to agents, and cannot be changed.
 */
final class ScheduledFiber extends ConfinedFiber {
  ScheduledFiber(ConfinedFibers fibers, Runnable body, @Nullable String name, Context context, boolean inherit) {
    super(fibers, body, name, context, inherit);
  }

  @Override
  public void execute(Runnable command) {
    handOver(command);
  }
}
