package io.asyncrunner.compat.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** The code of the guide's page on ending a service; what signals do is tested in JVMs of their own. */
class ShutdownGuideTest {
  private static boolean drained;

  private static void drain() {
    Async.sleep(Duration.ofMillis(1));
    drained = true;
  }

  // @start region=shutdown-idiom
  static void serveUntilTold() {
    try (Runner runner = Runner.builder().closeOnShutdown().closeTimeout(Duration.ofSeconds(8)).build()) {
      runner.run(() -> serve());
    } catch (CancellationException shutdown) {
      // The JVM is ending: nothing is left to do but to return.
    }
  }
  // @end

  // @start region=shutdown-drain
  static void serve() {
    try {
      Async.sleep(Duration.ofDays(1)); // stands for accepting connections
    } finally {
      Async.timeout(Duration.ofSeconds(2), () -> drain()); // awaits as long as it may
    }
  }
  // @end

  @Test
  void serve_cancelled_drains() {
    try (Runner runner = Runner.create()) {
      runner.run(() -> {
        Task<?> serving = Async.createTask(() -> serve());
        Async.sleep(Duration.ofMillis(1));
        serving.cancel();
        Async.awaitAll(java.util.List.of(serving));
        assertThat(serving.isCancelled()).isTrue();
      });
    }
    assertThat(drained).isTrue();
  }

  /** Interrupting the thread cancels the run, as the shutdown does. */
  @Test
  void serveUntilTold_cancelled_returns() throws InterruptedException {
    Thread service = new Thread(ShutdownGuideTest::serveUntilTold, "service");
    service.start();
    service.interrupt();
    service.join();
  }
}
