package io.asyncrunner.virtualthreads;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.FiberFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;

/**
 * Loops whose coroutines run on virtual threads.
 *
 * <p><i>Confined</i> fibers are mounted on the thread that runs the loop, which is their scheduler: a switch is a method call
 * into a continuation, and every blocking call of the JDK that unmounts a virtual thread lets the loop go on. They need a
 * command-line flag, because the JDK has no public way yet to give a virtual thread a scheduler. <i>Handoff</i> fibers are
 * ordinary virtual threads of which one at a time may run; they need nothing.
 */
public final class VirtualThreadLoops {
  private static final Logger LOGGER = Loggers.get("io.asyncrunner");
  private static final AtomicBoolean CONFINED_LOGGED = new AtomicBoolean();
  private static final AtomicBoolean HANDOFF_LOGGED = new AtomicBoolean();

  private VirtualThreadLoops() {}

  /**
   * A factory that makes confined loops on platform threads where that is possible, else handoff loops. Says once on the log
   * which it was, and what would make it faster.
   *
   * @return the factory
   */
  public static EventLoopFactory automatic() {
    return () -> {
      String reason = SchedulerDoor.closedReason();
      if (reason == null && !Thread.currentThread().isVirtual()) {
        if (CONFINED_LOGGED.compareAndSet(false, true)) {
          LOGGER.info("event loops run on virtual threads confined to the loop's thread");
        }
        return confined().newEventLoop();
      }
      if (HANDOFF_LOGGED.compareAndSet(false, true)) {
        LOGGER.info("event loops run on virtual threads with hand-over; {}",
            reason == null ? "a loop made on a platform thread would be confined, and faster" : reason);
      }
      return handoff().newEventLoop();
    };
  }

  /**
   * A factory of confined loops. They are run and closed from any thread; each run from a virtual thread is on a platform thread
   * made for it, which takes some tens of microseconds: where most callers are virtual, {@link #handoff()} is faster.
   *
   * @return the factory
   * @throws IllegalStateException if this JVM does not allow it, naming the flag that would
   */
  public static EventLoopFactory confined() {
    FiberFactory fibers = confinedFibers();
    return () -> EventLoops.of(EventLoops.parkingPoller(), fibers);
  }

  /**
   * The fibers of confined loops, for {@link EventLoops#of}.
   *
   * @return the kind of fiber
   * @throws IllegalStateException if this JVM does not allow it, naming the flag that would
   */
  public static FiberFactory confinedFibers() {
    String reason = SchedulerDoor.closedReason();
    if (reason != null) {
      throw new IllegalStateException("virtual threads cannot be confined to a loop here: " + reason
          + "; or use VirtualThreadLoops.handoff()");
    }
    return ConfinedFibers::new;
  }

  /**
   * A factory of handoff loops. They are run from any thread.
   *
   * @return the factory
   */
  public static EventLoopFactory handoff() {
    return () -> EventLoops.of(EventLoops.parkingPoller(), handoffFibers());
  }

  /**
   * The fibers of handoff loops, for {@link EventLoops#of}.
   *
   * @return the kind of fiber
   */
  public static FiberFactory handoffFibers() {
    return HandoffFibers::new;
  }
}
