package io.asyncrunner.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.spi.LoopEngine;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What tests of the Runner share: every loop they make is closed in the end, as CPython's base class of them checks.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Loops.class)
@Timeout(300)
abstract class RunnerTestCase {
  @Parameter
  Loops loops;

  final List<EventLoop> made = new CopyOnWriteArrayList<>();

  LoopEngine newEventLoop() {
    LoopEngine loop = loops.newEventLoop();
    made.add(loop);
    return loop;
  }

  /** Of a Runner on the kind of loop that the test is run with. */
  Runner.Builder builder() {
    return Runner.builder().loopFactory(this::newEventLoop);
  }

  /** What {@code asyncio.run} does, on that kind of loop. */
  <T, X extends Throwable> T run(Coroutine<T, X> coroutine) throws X {
    try (Runner runner = builder().build()) {
      return runner.run(coroutine);
    }
  }

  <X extends Throwable> void run(VoidCoroutine<X> coroutine) throws X {
    run(coroutine.returningNull());
  }

  @AfterEach
  void everyLoopIsClosed() {
    assertThat(made).allMatch(EventLoop::isClosed);
  }
}
