package io.asyncrunner.compat.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final BlockingQueue<String> overdue = new LinkedBlockingQueue<>();

  @Test
  void begin_withoutEnd_isReportedByName() throws InterruptedException {
    try (Watchdog watchdog = new Watchdog(Duration.ofMillis(20), overdue::add)) {
      watchdog.begin("first");
      watchdog.end();
      watchdog.begin("second");

      assertThat(overdue.poll(10, TimeUnit.SECONDS)).isEqualTo("second");
    }
  }
}
