package io.asyncrunner.test;

import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** The kinds of fibers that there are in this JVM: on JDK 17, platform threads alone. */
enum Kinds {
  BEST,
  PLATFORM,
  HANDOFF;

  static List<Kinds> available() {
    List<Kinds> available = new ArrayList<>(List.of(BEST, PLATFORM));
    if (Runtime.version().feature() >= 25) {
      available.add(HANDOFF);
    }
    return available;
  }

  FiberFactory fibers() {
    return switch (this) {
      case BEST -> EventLoopProvider.best().fibers();
      case PLATFORM -> PlatformThreadLoops.fibers();
      case HANDOFF -> handoff();
    };
  }

  /** By reflection, because the class is for Java 25 and these tests run on 17 too. */
  private static FiberFactory handoff() {
    try {
      Method method = Class.forName("io.asyncrunner.virtualthreads.VirtualThreadLoops").getMethod("handoffFibers");
      return (FiberFactory) method.invoke(null);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("no handoff fibers", impossible);
    }
  }
}
