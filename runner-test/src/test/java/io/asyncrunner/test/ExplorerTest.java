package io.asyncrunner.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplorerTest {
  /** Ten tasks that do something twice; gives who ended last. */
  private static String last() {
    List<String> order = new ArrayList<>();
    TaskGroup.run(group -> {
      for (int i = 0; i < 10; i++) {
        String name = "t" + i;
        group.createTask(() -> {
          Async.sleep(Duration.ZERO);
          order.add(name);
        });
      }
    });
    return order.get(9);
  }

  @Test
  void failure_isShrunkToOneSwitch_thatFailsAgain() {
    Explorer.Failure failure = Explorer.of(() -> assertThat(last()).isEqualTo("t9")).seeds(100).orElseThrow();
    assertThat(failure.seed()).hasValue(1);
    assertThat(failure.choices().size()).isGreaterThan(10);
    assertThat(failure.shrunk().size()).isEqualTo(1);
    assertThat(failure.interleaving().choices()).isEqualTo(failure.shrunk());
    assertThat(failure.cause()).isInstanceOf(AssertionError.class);
    assertThat(failure.toString()).startsWith("fails under seed 1: ")
        .contains(
            "SimulatedLoops.seeded(1) runs it again; shrunk from " + failure.choices().size() + " to 1 switch in ")
        .contains("SimulatedLoops.replaying(Choices.parse(\"" + failure.shrunk() + "\"))");
    SimulatedLoops again = SimulatedLoops.replaying(Choices.parse(failure.shrunk().toString()));
    try (Runner runner = Runner.builder().loopFactory(again).build()) {
      assertThat(runner.<String, RuntimeException>run(ExplorerTest::last)).isNotEqualTo("t9");
    }
  }

  @Test
  void programThatPasses_givesNothing() {
    AtomicInteger runs = new AtomicInteger();
    assertThat(Explorer.of(() -> {
      runs.incrementAndGet();
      last();
    }).seeds(25)).isEmpty();
    assertThat(runs).hasValue(25);
  }

  @Test
  void programThatFailsWithoutSwitches_isReportedAsSuch() {
    Explorer.Failure failure = Explorer.of(() -> {
      last();
      throw new IllegalStateException("always");
    }).seed(5).orElseThrow();
    assertThat(failure.shrunk().size()).isZero();
    assertThat(failure.toString()).contains("it fails in the usual order, too");
  }

  @Test
  void programThatDoesNotFailAgain_isShownAsItWas() {
    AtomicInteger runs = new AtomicInteger();
    Explorer.Failure failure = Explorer.of(() -> {
      last();
      if (runs.getAndIncrement() == 0) {
        throw new IllegalStateException("only once");
      }
    }).seeds(10).orElseThrow();
    assertThat(failure.shrunk()).isEqualTo(failure.choices());
    assertThat(failure.cause()).hasMessage("only once");
    assertThat(failure.toString()).contains("it did not fail again");
  }

  // --- faults ---

  private static void updateUnderALock(boolean cleansUp) {
    AsyncLock lock = new AsyncLock();
    Task<?> update = Async.createTask(() -> {
      Async.sleep(Duration.ofMillis(1));
      lock.acquire();
      try {
        Async.sleep(Duration.ofMillis(1));
        Async.sleep(Duration.ofMillis(1));
        lock.release();
      } finally {
        if (cleansUp && lock.isLocked()) {
          lock.release();
        }
      }
    });
    Async.gatherOutcomes(update);
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void cancellingEverywhere_findsTheFirstPointThatIsNotBorne() {
    Explorer.Failure failure = Explorer.of(() -> updateUnderALock(false)).cancellingEverywhere().orElseThrow();
    assertThat(failure.fault()).isEqualTo("cancelled at suspension point 2");
    assertThat(failure.toString()).startsWith("fails when cancelled at suspension point 2: ").contains("is cancelled");
    assertThat(Explorer.of(() -> updateUnderALock(true)).cancellingEverywhere()).isEmpty();
  }

  @Test
  void failingEverywhere_findsTheFirstPointThatIsNotBorne() {
    Explorer.Failure failure = Explorer.of(() -> updateUnderALock(false)).failingEverywhere().orElseThrow();
    assertThat(failure.fault()).isEqualTo("failing at suspension point 2");
    assertThat(failure.toString()).contains("fails with InjectedFault");
    assertThat(Explorer.of(() -> updateUnderALock(true)).failingEverywhere()).isEmpty();
  }

  @Test
  void faultInjection_triesEveryPoint() {
    AtomicInteger runs = new AtomicInteger();
    assertThat(Explorer.of(() -> {
      runs.incrementAndGet();
      updateUnderALock(true);
    }).cancellingEverywhere()).isEmpty();
    assertThat(runs).as("three points, and the run that has no fourth").hasValue(4);
  }

  @Test
  void fault_atNoPoint_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SimulatedLoops.virtualClock().cancellingAt(0))
        .withMessage("suspension: 0 (expected at least 1)");
  }

  // --- choices ---

  @Test
  void choices_areReadAsTheyAreWritten() {
    Choices choices = Choices.parse("  12:3 4:1 ");
    assertThat(choices).hasToString("4:1 12:3")
        .isEqualTo(Choices.parse("4:1 12:3"))
        .hasSameHashCodeAs(Choices.parse("4:1 12:3"));
    assertThat(choices.size()).isEqualTo(2);
    assertThat(Choices.parse("")).isEqualTo(Choices.NONE).hasToString("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4", "4:", ":1", "4:0", "0:1", "4:1:2", "a:b", "4:1 4:2", "-1:1"})
  void choices_thatAreNone_areRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Choices.parse(text)).withMessageContaining(text);
  }

  @Test
  void interleaving_ofALoopThatDoesNotRecord_isRefused() {
    try (Runner runner = Runner.builder().loopFactory(SimulatedLoops.virtualClock()).build()) {
      assertThatThrownBy(() -> Interleaving.of(runner.loop())).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("SimulatedLoops.recording()");
    }
  }
}
