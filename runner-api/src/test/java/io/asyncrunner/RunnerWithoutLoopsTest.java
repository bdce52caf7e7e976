package io.asyncrunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A Runner where no provider of loops is on the class path, as in this module. */
class RunnerWithoutLoopsTest {
  @Test
  void run_noProvider_saysWhatToAdd() {
    try (Runner runner = Runner.create()) {
      assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> "never"))
          .withMessageContaining("asyncrunner-core")
          .withMessageContaining("asyncrunner-virtualthreads")
          .withMessageContaining("loopFactory");
      assertThatIllegalStateException().as("again").isThrownBy(runner::loop).withMessageContaining("asyncrunner-core");
    }
  }

  @Test
  void asyncRun_noProvider_saysWhatToAdd() {
    assertThatIllegalStateException().isThrownBy(() -> Async.run(() -> "never"))
        .withMessageContaining("asyncrunner-core");
  }

  @Test
  void close_neverUsed_closes() {
    Runner runner = Runner.create();
    runner.close();
    runner.close();
    assertThat(runner.toString()).contains("CLOSED");
    assertThatIllegalStateException().isThrownBy(runner::loop).withMessageContaining("closed");
  }

  @Test
  void async_outsideALoop_refusedWithWhatToUse() {
    assertThatThrownBy(() -> Async.createTask(() -> "never")).isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Runner.run")
        .hasMessageContaining("callThreadsafe");
    assertThat(EventLoop.runningOrNull()).isNull();
  }
}
