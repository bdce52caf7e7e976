package io.asyncrunner.tck.baseevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import org.junit.jupiter.api.Test;

/** {@code RunningLoopTests} of {@code test_base_events.py}. */
public abstract class RunningLoopTests extends PortedTests {
  protected RunningLoopTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_base_events.RunningLoopTests.test_running_loop_within_a_loop")
  void test_running_loop_within_a_loop() {
    LoopEngine second = newEventLoop();
    Task<String> ofSecond = second.createTask(() -> "result");

    runUntilComplete(() -> {
      assertThatIllegalStateException().isThrownBy(second::runForever)
          .withMessageContaining("inside a running event loop");
      assertThatIllegalStateException().isThrownBy(() -> second.runUntilComplete(ofSecond))
          .withMessageContaining("inside a running event loop");
    });

    assertThat(ofSecond.isDone()).isFalse();
    assertThat(second.runUntilComplete(ofSecond)).isEqualTo("result"); // no harm was done
  }
}
