package io.asyncrunner.tck.staggered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code StaggeredTests} of {@code test_staggered.py}. */
public abstract class StaggeredTests extends PortedTests {
  /** What happened, in order; used on the loop and, when that is over, by the test. */
  private final List<String> log = new ArrayList<>();

  protected StaggeredTests(LoopSource source) {
    super(source);
  }

  private Coroutine<String, RuntimeException> succeed(int index) {
    return () -> {
      log.add("contestant " + index);
      return "result " + index;
    };
  }

  private Coroutine<String, RuntimeException> fail(int index) {
    return () -> {
      log.add("contestant " + index);
      throw new IllegalArgumentException("failure " + index);
    };
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_empty")
  void test_empty() {
    run(() -> {
      Async.Staggered<String> race = Async.raceStaggered(FOREVER, List.of());

      assertThat(race.winner()).isNull();
      assertThat(race.winnerIndex()).isEqualTo(-1);
      assertThat(race.exceptions()).isEmpty();
    });
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_one_successful")
  void test_one_successful() {
    run(() -> {
      Async.Staggered<String> race = Async.raceStaggered(FOREVER, List.of(succeed(0), succeed(1)));

      assertThat(race.winner()).isEqualTo("result 0");
      assertThat(race.winnerIndex()).isZero();
      assertThat(race.exceptions()).singleElement().isNull();
      assertThat(log).containsExactly("contestant 0");
    });
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_first_error_second_successful")
  void test_first_error_second_successful() {
    run(() -> {
      Async.Staggered<String> race = Async.raceStaggered(FOREVER, List.of(fail(0), succeed(1)));

      assertThat(race.winner()).isEqualTo("result 1");
      assertThat(race.winnerIndex()).isEqualTo(1);
      assertThat(race.exceptions()).hasSize(2);
      assertThat(race.exceptions().get(0)).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage("failure 0");
      assertThat(race.exceptions().get(1)).isNull();
    });
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_first_timeout_second_successful")
  void test_first_timeout_second_successful() {
    run(() -> {
      Coroutine<String, RuntimeException> slow = () -> {
        sleep(10_000);
        return "result 0";
      };
      Async.Staggered<String> race = Async.raceStaggered(Duration.ofMillis(100), List.of(slow, succeed(1)));

      assertThat(race.winner()).isEqualTo("result 1");
      assertThat(race.winnerIndex()).isEqualTo(1);
      assertThat(race.exceptions()).hasSize(2);
      assertThat(race.exceptions().get(0)).isExactlyInstanceOf(CancelledError.class);
      assertThat(race.exceptions().get(1)).isNull();
    });
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_none_successful")
  void test_none_successful() {
    run(() -> {
      Async.Staggered<String> race = Async.raceStaggered(FOREVER, List.of(fail(0), fail(1)));

      assertThat(race.winner()).isNull();
      assertThat(race.winnerIndex()).isEqualTo(-1);
      assertThat(race.exceptions()).hasOnlyElementsOfType(IllegalArgumentException.class)
          .extracting(Throwable::getMessage)
          .containsExactly("failure 0", "failure 1");
    });
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_multiple_winners")
  void test_multiple_winners() {
    run(() -> {
      AsyncEvent event = new AsyncEvent();
      Coroutine<Integer, RuntimeException> first = () -> {
        event.await();
        return 0;
      };
      Coroutine<Integer, RuntimeException> second = () -> {
        event.await();
        return 1;
      };
      Coroutine<Integer, RuntimeException> both = () -> {
        event.set();
        waitForever();
        return 2;
      };
      Async.Staggered<Integer> race = Async.raceStaggered(Duration.ofMillis(100), List.of(first, second, both));

      assertThat(race.winner()).isZero();
      assertThat(race.winnerIndex()).isZero();
      assertThat(race.exceptions()).hasSize(3);
      assertThat(race.exceptions().get(0)).isNull();
      assertThat(race.exceptions().get(1)).isExactlyInstanceOf(CancelledError.class);
      assertThat(race.exceptions().get(2)).isExactlyInstanceOf(CancelledError.class);
    });
  }

  @Test
  @Conformance("test_staggered.StaggeredTests.test_cancelled")
  void test_cancelled() {
    run(() -> {
      assertThatThrownBy(() -> Async.timeout(FOREVER, outer -> {
        Async.timeout(FOREVER, inner -> {
          Coroutine<String, RuntimeException> stubborn = () -> {
            inner.reschedule(Duration.ofSeconds(-1));
            logCancellation("first");
            outer.reschedule(Duration.ofSeconds(-1));
            logCancellation("second");
            return "never wins";
          };
          try {
            Async.raceStaggered(FOREVER, List.of(stubborn));
            log.add("the race ended");
          } catch (CancelledError cancelled) {
            log.add("the race was cancelled");
            throw cancelled;
          }
        });
      })).isExactlyInstanceOf(DeadlineExceededException.class);

      assertThat(log).containsExactly("first", "second", "the race was cancelled");
    });
  }

  private void logCancellation(String which) {
    assertThatThrownBy(() -> waitForever()).isExactlyInstanceOf(CancelledError.class);
    log.add(which);
  }
}
