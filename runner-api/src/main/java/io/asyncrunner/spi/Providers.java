package io.asyncrunner.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Finds the provider whose loops a Runner uses that was given no factory. */
final class Providers {
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
    for (ServiceLoader.Provider<EventLoopProvider> found : ServiceLoader.load(EventLoopProvider.class, loader)
        .stream()
        .toList()) {
      try {
        EventLoopProvider provider = found.get();
        String reason = provider.unavailableReason();
        if (reason == null) {
          available.add(provider);
        } else {
          reasons.add(provider.name() + ": " + reason);
        }
      } catch (ServiceConfigurationError | UnsupportedClassVersionError broken) {
        // One bad provider, say one compiled for a newer Java, must not hide the others.
        LoggerFactory.getLogger(Providers.class)
            .warn("passing over an event loop provider that cannot be loaded", broken);
        reasons.add(broken.toString());
      }
    }
    return available.stream()
        .max(Comparator.comparingInt(EventLoopProvider::priority).thenComparing(EventLoopProvider::name))
        .orElse(null);
  }
}
