package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.function.BooleanSupplier;

/** What the tests of confined loops share. */
final class Confined {
  private static final MethodHandle CURRENT_CARRIER = currentCarrier();

  private Confined() {}

  /** Runs a coroutine on a confined loop of the real clock, with the calling thread as the carrier. */
  static <X extends Throwable> void run(VoidCoroutine<X> coroutine) throws X {
    try (Runner runner = runner()) {
      runner.run(coroutine);
    }
  }

  static Runner runner() {
    return Runner.builder().loopFactory(VirtualThreadLoops.confined()).build();
  }

  /** Runs a coroutine on a confined loop whose clock jumps to the next timer as soon as nothing is ready. */
  static <X extends Throwable> void runOnJumpingClock(VoidCoroutine<X> coroutine) throws X {
    try (Runner runner = Runner.builder().loopFactory(Confined::newJumpingLoop).build()) {
      runner.run(coroutine);
    }
  }

  private static LoopEngine newJumpingLoop() {
    return EventLoops.of(EventLoops.parkingPoller(), VirtualThreadLoops.confinedFibers(), new JumpingClock());
  }

  private static final class JumpingClock implements Ticker {
    private volatile long now;

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public long waitNanos(long deadline) {
      if (deadline == Long.MAX_VALUE) {
        return Long.MAX_VALUE;
      }
      now = Math.max(now, deadline);
      return 0;
    }
  }

  /** The platform thread under the calling code, as the JDK knows it. */
  static Thread carrier() {
    try {
      return (Thread) CURRENT_CARRIER.invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static MethodHandle currentCarrier() {
    try {
      return MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
          .findStatic(Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
    } catch (ReflectiveOperationException closed) {
      throw new ExceptionInInitializerError(closed);
    }
  }

  /** Waits, on a thread that is not the loop's, until a condition holds. */
  @SuppressWarnings("ThreadPriorityCheck") // to let the others get there
  static void awaitThat(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.yield();
    }
  }

  /** Waits, on another thread, until a loop has nothing to do and its thread waits for work. */
  static void awaitParked(Thread carrier) {
    awaitThat(() -> {
      Thread.State state = carrier.getState();
      return (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING)
          && isIn(carrier, "io.asyncrunner.core.ParkingPoller", "poll");
    });
  }

  private static boolean isIn(Thread thread, String type, String method) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals(type) && frame.getMethodName().equals(method)) {
        return true;
      }
    }
    return false;
  }

  /** Waits, on another thread, until a thread waits in some call. */
  static void awaitBlocked(Thread thread) {
    awaitThat(() -> switch (thread.getState()) {
      case WAITING, TIMED_WAITING, BLOCKED -> true;
      default -> false;
    });
  }

  /** Asks for garbage collections until nothing refers to some objects any more, and fails if that does not come. */
  static void assertCollected(Collection<? extends WeakReference<?>> references) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (references.stream().anyMatch(reference -> reference.get() != null) && System.nanoTime() < end) {
      System.gc();
    }
    assertThat(references.stream().filter(reference -> reference.get() != null).count())
        .as("objects of %s that are still reachable", references.size())
        .isZero();
  }
}
