package io.asyncrunner.compat.guide;

import io.asyncrunner.Async;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** What the snippets call: code that waits. */
final class Sample {
  private Sample() {}

  // @start region=fetch
  static String fetch(String name) {
    Async.sleep(Duration.ofMillis(1)); // stands for whatever waits: a socket, a queue, a timer
    return name.toUpperCase(Locale.ROOT);
  }
  // @end

  static String fail(String name) throws IOException {
    Async.sleep(Duration.ofMillis(1));
    throw new IOException(name + " is down");
  }

  static String hang() {
    Async.sleep(Duration.ofHours(1));
    return "never";
  }

  /** For threads: stands for a call that blocks. */
  static String fetchBlocking(String name) {
    return name.toUpperCase(Locale.ROOT);
  }
}
