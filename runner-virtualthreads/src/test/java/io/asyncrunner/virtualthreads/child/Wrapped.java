package io.asyncrunner.virtualthreads.child;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What {@link WrappingAgent} puts around a {@code Runnable}; loaded by the boot loader. */
public final class Wrapped {
  private static final AtomicLong MADE = new AtomicLong();
  private static final Map<Hiding, Runnable> HIDDEN = new ConcurrentHashMap<>();

  private Wrapped() {}

  /** Holds what it wraps by way of something else, as wrappers of traces do. */
  private record Holding(String trace, Carried carried) implements Runnable {
    @Override
    public void run() {
      carried.work().run();
    }
  }

  private record Carried(Runnable work) {}

  /** Does not hold what it wraps. */
  private static final class Hiding implements Runnable {
    @Override
    public void run() {
      HIDDEN.remove(this).run();
    }
  }

  public static Runnable wrap(Runnable work) {
    MADE.incrementAndGet();
    return new Holding("trace", new Carried(work));
  }

  public static Runnable hide(Runnable work) {
    MADE.incrementAndGet();
    Hiding hiding = new Hiding();
    HIDDEN.put(hiding, work);
    return hiding;
  }

  /** How often something has been wrapped. */
  public static long made() {
    return MADE.get();
  }
}
