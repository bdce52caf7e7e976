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
    try (Watchdog watchdog = new Watchdog(Duration.ofSeconds(1), overdue::add)) { // enough to begin and end at once
      watchdog.begin("first");
      watchdog.end();
      watchdog.begin("second");

      assertThat(overdue.poll(60, TimeUnit.SECONDS)).isEqualTo("second");
    }
  }
}
