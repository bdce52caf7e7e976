package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;
import io.asyncrunner.test.RunnerTest;
import io.asyncrunner.test.Seeds;
import io.asyncrunner.test.VirtualClock;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** JUnit runs test classes, as it would for a user. */
class JUnitTest {
  private static TestExecutionSummary execute(DiscoverySelector what, boolean parallel) {
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(what)
            .configurationParameter("junit.jupiter.execution.parallel.enabled", String.valueOf(parallel))
            .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
            .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SAME_THREAD")
            .build(), summary);
    return summary.getSummary();
  }

  private static TestExecutionSummary execute(Class<?> tests, boolean parallel) {
    return execute(DiscoverySelectors.selectClass(tests), parallel);
  }

  private static List<Throwable> failures(TestExecutionSummary summary) {
    return summary.getFailures().stream().map(TestExecutionSummary.Failure::getException).toList();
  }

  @Test
  void runnerTests_areTasksOnAVirtualClock() {
    TestExecutionSummary summary = execute(OnAVirtualClock.class, false);
    assertThat(failures(summary)).singleElement()
        .satisfies(failure -> assertThat(failure).hasMessageContaining("was never retrieved"));
    assertThat(summary.getTestsSucceededCount()).isEqualTo(1 + 1 + 20); // seeds come behind the usual order
  }

  static class OnAVirtualClock {
    @RunnerTest
    void sleep_aDay_takesNoTime(VirtualClock clock) {
      Async.sleep(Duration.ofDays(1));
      assertThat(clock.elapsed()).isEqualTo(Duration.ofDays(1));
    }

    @RunnerTest
    @Seeds(20)
    void gather_inAnyOrder_hasBoth() {
      List<Integer> list = new ArrayList<>();
      Async.gather(Async.createTask(() -> list.add(1)), Async.createTask(() -> list.add(2)));
      assertThat(list).containsExactlyInAnyOrder(1, 2);
    }

    @RunnerTest
    void task_thatFailsUnseen_failsTheTest() {
      Async.createTask(() -> {
        throw new IllegalStateException("lost");
      });
      Async.sleep(Duration.ofSeconds(1));
    }
  }

  /** JUnit's worker threads are those of a ForkJoinPool; each test has a Runner of its own. */
  @Test
  void parallelTests_eachWithItsRunner_doNotMeet() {
    TestExecutionSummary summary = execute(InParallel.class, true);
    assertThat(failures(summary)).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isEqualTo(30 + 3);
  }

  static class InParallel {
    @RepeatedTest(30)
    void confined() {
      useLoop(Fibers.CONFINED);
    }

    @ParameterizedTest
    @EnumSource(Fibers.class)
    void ofEachKind(Fibers fibers) {
      for (int i = 0; i < 10; i++) {
        useLoop(fibers);
      }
    }

    private static void useLoop(Fibers fibers) {
      fibers.run(() -> {
        EventLoop loop = EventLoop.running();
        assertThat(Async.mapConcurrently(List.of(1, 2, 3), i -> {
          Async.sleep(Duration.ofMillis(1));
          assertThat(EventLoop.running()).isSameAs(loop);
          return i * i;
        })).containsExactly(1, 4, 9);
      });
    }
  }

  /** JUnit interrupts the thread in {@code run}: its task is cancelled, and cleans up. */
  @Test
  void timeoutOfATest_cancelsItsTask() {
    OutOfTime.cleanedUp.clear();
    TestExecutionSummary summary = execute(OutOfTime.class, false);
    assertThat(failures(summary)).hasSize(3)
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(TimeoutException.class));
    assertThat(OutOfTime.cleanedUp).containsExactly(Fibers.values());
  }

  static class OutOfTime {
    static final List<Fibers> cleanedUp = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(Fibers.class)
    @Timeout(value = 1)
    void waits(Fibers fibers) {
      fibers.run(() -> {
        try {
          Async.sleep(Duration.ofDays(1));
        } finally {
          cleanedUp.add(fibers);
        }
      });
    }
  }

  /** The published kit, as a user's test class would be run. */
  @Test
  void kit_overALoopFactory_holds() {
    TestExecutionSummary summary = execute(
        DiscoverySelectors.selectNestedClass(List.of(Kit.class), nested("TimerRules")), false);
    assertThat(failures(summary)).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(3);
  }

  private static Class<?> nested(String name) {
    for (Class<?> nested : EventLoopTck.class.getDeclaredClasses()) {
      if (nested.getSimpleName().equals(name)) {
        return nested;
      }
    }
    throw new AssertionError("no " + name);
  }

  static class Kit extends EventLoopTck {
    @Override
    protected LoopEngine newEventLoop(Ticker ticker) {
      return EventLoops.of(EventLoops.parkingPoller(), VirtualThreadLoops.confinedFibers(), ticker);
    }
  }
}
