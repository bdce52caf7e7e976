package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@code SleepTests} of {@code test_tasks.py}. */
public abstract class SleepTests extends PortedTests {
  protected SleepTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_tasks.SleepTests.test_sleep_zero")
  void test_sleep_zero() {
    AtomicInteger result = new AtomicInteger();

    runUntilComplete(() -> {
      EventLoop.running().callSoon(() -> result.addAndGet(1));
      assertThat(result).hasValue(0);
      Async.sleep(Duration.ZERO);
      assertThat(result).hasValue(1);
      result.addAndGet(10);
    });

    assertThat(result).hasValue(11);
  }
}
