package io.asyncrunner.tck.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import org.junit.jupiter.api.Test;

/** {@code GetEventLoopTestsMixin} of {@code test_events.py}. */
public abstract class GetEventLoopTestsMixin extends PortedTests {
  protected GetEventLoopTestsMixin(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_events.GetEventLoopTestsMixin.test_get_running_loop_already_running")
  void test_get_running_loop_already_running() {
    EventLoop loop = loop();
    LoopEngine second = newEventLoop();

    runUntilComplete(() -> {
      assertThat(EventLoop.running()).isSameAs(loop);
      assertThatIllegalStateException().isThrownBy(second::runForever).withMessageContaining("running event loop");
      assertThat(EventLoop.running()).isSameAs(loop);
    });

    assertThat(second.isRunning()).isFalse();
  }

  @Test
  @Conformance("test_events.GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop")
  void test_get_event_loop_returns_running_loop() {
    assertThatIllegalStateException().isThrownBy(EventLoop::running).withMessageContaining("no running");
    assertThat(EventLoop.runningOrNull()).isNull();
    EventLoop loop = loop();
    assertThatIllegalStateException().as("made, but not running").isThrownBy(EventLoop::running);

    EventLoop found = runUntilComplete(() -> {
      assertThat(EventLoop.runningOrNull()).isSameAs(loop);
      return EventLoop.running();
    });

    assertThat(found).isSameAs(loop);
    assertThatIllegalStateException().isThrownBy(EventLoop::running).withMessageContaining("no running");
    assertThat(EventLoop.runningOrNull()).isNull();
  }
}
