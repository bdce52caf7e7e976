package io.asyncrunner.spi;

import io.asyncrunner.internal.Loggers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the provider whose loops a Runner uses that was given no factory. */
final class Providers {
  /** How many are passed over before the search is given up: it may go in circles. */
  private static final int MOST_BROKEN = 100;

  /** What has been said on the log, where once is enough. */
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private Providers() {}

  static EventLoopProvider best() {
    List<String> reasons = new ArrayList<>();
    EventLoopProvider best = best(Thread.currentThread().getContextClassLoader(), reasons);
    if (best == null) {
      best = best(Providers.class.getClassLoader(), reasons);
    }
    if (best == null) {
      throw new IllegalStateException("no event loop found: put asyncrunner-core (platform threads) or"
          + " asyncrunner-virtualthreads on the class path, or give Runner.builder() a loopFactory; found " + reasons);
    }
    return best;
  }

  private static @Nullable EventLoopProvider best(@Nullable ClassLoader loader, List<String> reasons) {
    List<EventLoopProvider> available = new ArrayList<>();
    Iterator<EventLoopProvider> found = ServiceLoader.load(EventLoopProvider.class, loader).iterator();
    for (int broken = 0; broken < MOST_BROKEN;) {
      try {
        if (!found.hasNext()) {
          break;
        }
        EventLoopProvider provider = found.next();
        String reason = provider.unavailableReason();
        if (reason == null) {
          available.add(provider);
        } else {
          reasons.add(provider.name() + ": " + reason);
        }
      } catch (ServiceConfigurationError | LinkageError error) {
        // One bad provider must not hide the others. One compiled for a newer Java shows while it is being looked for.
        broken++;
        reasons.add(error.toString());
        if (REPORTED.add(error.toString())) {
          Loggers.get(EventLoopProvider.class.getName())
              .warn("passing over an event loop provider that cannot be loaded: {}", error.toString());
        }
      }
    }
    return available.stream()
        .max(Comparator.comparingInt(EventLoopProvider::priority).thenComparing(EventLoopProvider::name))
        .orElse(null);
  }
}
