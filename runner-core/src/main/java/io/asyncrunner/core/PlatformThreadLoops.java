package io.asyncrunner.core;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.internal.PlatformFibers;
import io.asyncrunner.spi.FiberFactory;

/**
 * Loops whose coroutines run on platform threads, one for each task, of which one runs at a time. They work on every JDK from
 * 17 on; a switch between tasks costs a hand-over between threads, tens of microseconds.
 */
public final class PlatformThreadLoops {
  private PlatformThreadLoops() {}

  /**
   * A factory of such loops.
   *
   * @return the factory
   */
  public static EventLoopFactory factory() {
    return () -> EventLoops.of(EventLoops.parkingPoller(), fibers());
  }

  /**
   * The fibers of such loops, for {@link EventLoops#of}.
   *
   * @return the kind of fiber
   */
  public static FiberFactory fibers() {
    return PlatformFibers::new;
  }
}
