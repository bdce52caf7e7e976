package io.asyncrunner.compat.oracle;

import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The kinds of fibers that scenarios can be run on. */
enum LoopKind {
  CONFINED,
  HANDOFF,
  PLATFORM;

  /** What the kind is called on a command line. */
  String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  static String options(String separator) {
    return Arrays.stream(values()).map(LoopKind::option).collect(Collectors.joining(separator));
  }

  static LoopKind ofOption(String option) {
    for (LoopKind kind : values()) {
      if (kind.option().equals(option)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("kind of loop: " + option + " (expected one of " + options(", ") + ")");
  }

  /**
   * The fibers themselves.
   *
   * @throws IllegalStateException if this JVM does not have them, saying why
   */
  FiberFactory fibers() {
    return switch (this) {
      case CONFINED -> VirtualThreadLoops.confinedFibers();
      case HANDOFF -> VirtualThreadLoops.handoffFibers();
      case PLATFORM -> PlatformThreadLoops.fibers();
    };
  }
}
