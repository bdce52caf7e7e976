package io.asyncrunner.virtualthreads;

import io.asyncrunner.core.internal.BatonFibers;
import io.asyncrunner.spi.FiberHost;
import org.jspecify.annotations.Nullable;

/** Fibers that are virtual threads of the JDK's scheduler, of which one at a time may run. */
final class HandoffFibers extends BatonFibers {
  /** The threads on which the JDK runs virtual ones, but for those that it adds in place of some that wait. */
  private static final int CARRIERS = Integer.getInteger("jdk.virtualThreadScheduler.parallelism",
      Runtime.getRuntime().availableProcessors());

  /** More than those in which the JDK parks a thread. */
  private static final int FRAMES_OF_PARK = 8;

  HandoffFibers(FiberHost host) {
    super(host);
  }

  @Override
  public String kind() {
    return "virtual threads with hand-over";
  }

  @Override
  protected Thread newThread(Runnable body, @Nullable String name, boolean inherit) {
    Thread.Builder builder = Thread.ofVirtual().inheritInheritableThreadLocals(inherit);
    return (name == null ? builder : builder.name(name)).unstarted(body);
  }

  /**
   * A thread that waits unparked keeps its carrier, and the last one is not to be kept from whoever has the baton. Whether the JDK can
   * put a stack aside can only be tried, which is one more switch for each suspension; so it is not, as long as all could, and one
   * carrier can be spared. Two that fail first, within the microseconds between giving the baton away and parking, would take two.
   */
  @Override
  protected void ensureCanPark(boolean hasFailed) {
    if (hasFailed || CARRIERS == 1) {
      unmount(FRAMES_OF_PARK);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // that of a virtual thread unmounts it
  private static void unmount(int below) {
    if (below > 0) {
      unmount(below - 1);
    } else {
      Thread.yield();
    }
  }
}
