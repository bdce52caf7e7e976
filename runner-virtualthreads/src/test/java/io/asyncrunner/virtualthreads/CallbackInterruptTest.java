package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.core.PlatformThreadLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callbacks share a thread, and what one of them leaves there does not hit the next. */
@ExtendWith(Watchdog.class)
class CallbackInterruptTest {
  enum Kind {
    CONFINED,
    HANDOFF,
    PLATFORM;

    EventLoopFactory factory() {
      return switch (this) {
        case CONFINED -> VirtualThreadLoops.confined();
        case HANDOFF -> VirtualThreadLoops.handoff();
        case PLATFORM -> PlatformThreadLoops.factory();
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void callback_afterOneThatLeftItsInterruptStatusSet_isNotInterrupted(Kind kind) {
    List<String> steps = new ArrayList<>();
    try (Runner runner = Runner.builder().loopFactory(kind.factory()).build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        CompletableAsyncFuture<String> future = loop.createFuture();
        loop.setExceptionHandler((where, context) -> {
          steps.add("handler: " + Thread.currentThread().isInterrupted());
          Thread.currentThread().interrupt();
        });
        loop.callSoon(() -> Thread.currentThread().interrupt());
        loop.callSoon(() -> steps.add("next: " + Thread.currentThread().isInterrupted()));
        loop.callSoon(() -> {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("thrown by the test");
        });
        loop.callSoon(new Context(), () -> steps.add("after a failure: " + Thread.currentThread().isInterrupted()));
        future.addDoneCallback(done -> Thread.currentThread().interrupt());
        loop.callLater(Duration.ofMillis(1), () -> {
          steps.add("timer: " + Thread.currentThread().isInterrupted());
          future.setResult("");
        });
        future.await();
        loop.callSoon(() -> steps.add("in a later turn: " + Thread.currentThread().isInterrupted()));
        loop.yieldNow();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
      });
      assertThat(Thread.interrupted()).isFalse();
    }
    assertThat(steps).containsExactly("next: false", "handler: false", "after a failure: false", "timer: false",
        "in a later turn: false");
  }
}
