package io.asyncrunner.compat.programs;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.netty.NettyLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.test.SimulatedLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The kinds of loops that programs are run on. */
enum Kind {
  CONFINED(VirtualThreadLoops::confined, true),
  HANDOFF(VirtualThreadLoops::handoff, false),
  PLATFORM(PlatformThreadLoops::factory, false),
  NIO(NettyLoops::nio, true),
  EPOLL(NettyLoops::epoll, true),
  IO_URING(NettyLoops::ioUring, true),
  VIRTUAL_CONFINED(VirtualThreadLoops::confinedFibers, false, true),
  VIRTUAL_HANDOFF(VirtualThreadLoops::handoffFibers, false, false),
  VIRTUAL_PLATFORM(PlatformThreadLoops::fibers, false, false),
  SEEDED_CONFINED(VirtualThreadLoops::confinedFibers, true, true),
  SEEDED_HANDOFF(VirtualThreadLoops::handoffFibers, true, false),
  SEEDED_PLATFORM(PlatformThreadLoops::fibers, true, false);

  @SuppressWarnings("ImmutableEnumChecker") // method references
  private final @Nullable Supplier<EventLoopFactory> real;
  @SuppressWarnings("ImmutableEnumChecker") // method references
  private final @Nullable Supplier<FiberFactory> simulatedFibers;
  private final boolean seeded;
  private final boolean confined;

  Kind(Supplier<EventLoopFactory> real, boolean confined) {
    this.real = real;
    this.simulatedFibers = null;
    this.seeded = false;
    this.confined = confined;
  }

  Kind(Supplier<FiberFactory> fibers, boolean seeded, boolean confined) {
    this.real = null;
    this.simulatedFibers = fibers;
    this.seeded = seeded;
    this.confined = confined;
  }

  /** On a virtual clock. */
  boolean isSimulated() {
    return simulatedFibers != null;
  }

  /** In an order that a seed decides, instead of the usual one. */
  boolean isSeeded() {
    return seeded;
  }

  /** On confined fibers, which run on platform threads only. */
  boolean isConfined() {
    return confined;
  }

  /** Whether a loop belongs to the first thread that runs it. */
  boolean isBoundToAThread() {
    return this == IO_URING;
  }

  /** Whether a task that blocks in the JDK lets others go on, also those that wait for a timer. */
  boolean isBlockingASuspension() {
    return confined && !isSimulated();
  }

  /** The time that programs count in; on the system's clock it has to be short. */
  Duration unit() {
    return isSimulated() ? Duration.ofMillis(1) : Duration.ofNanos(100_000);
  }

  LoopEngine newEventLoop(long seed) {
    if (real != null) {
      return real.get().newEventLoop();
    }
    SimulatedLoops loops = seeded ? SimulatedLoops.seeded(seed) : SimulatedLoops.virtualClock();
    return loops.on(fibers()).allowingRealTime().newEventLoop();
  }

  private FiberFactory fibers() {
    if (simulatedFibers == null) {
      throw new IllegalStateException(this + " is not simulated");
    }
    return simulatedFibers.get();
  }

  /** Why programs cannot be run on it here, or {@code null}. */
  @Nullable String unavailableReason() {
    try {
      newEventLoop(0).close();
      return null;
    } catch (IllegalStateException unavailable) {
      return String.valueOf(unavailable.getMessage());
    }
  }

  /** What it is called on a command line. */
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String options(String separator) {
    return Arrays.stream(values()).map(Kind::option).collect(Collectors.joining(separator));
  }

  static Kind ofOption(String option) {
    for (Kind kind : values()) {
      if (kind.option().equals(option)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("kind of loop: " + option + " (expected one of " + options(", ") + ")");
  }
}
