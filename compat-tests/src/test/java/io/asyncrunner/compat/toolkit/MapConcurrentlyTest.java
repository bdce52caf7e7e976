package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Async#mapConcurrently} and {@link Async#forEachConcurrently}. */
class MapConcurrentlyTest extends ConstructTestCase {
  private final IOException checked = new IOException("checked");

  @Test
  void map_endInAnotherOrder_givesResultsInTheOrderOfTheInputs() {
    run(() -> {
      List<String> results = Async.mapConcurrently(List.of(3, 1, 2),
          seconds -> after(Duration.ofSeconds(seconds), seconds + "s"));
      assertThat(results).containsExactly("3s", "1s", "2s");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
      assertThatThrownBy(() -> results.set(0, "changed")).isInstanceOf(UnsupportedOperationException.class);
    });
  }

  @Test
  void map_nullsAndNothing_areAllowed() {
    run(() -> {
      assertThat(Async.<String, String, RuntimeException>mapConcurrently(Arrays.asList("a", null), input -> input))
          .containsExactly("a", null);
      assertThat(Async.<String, String, RuntimeException>mapConcurrently(List.of(), input -> input)).isEmpty();
    });
  }

  @Test
  void map_withALimit_runsNoMoreAtOnceAndFillsPlacesAsTheyBecomeFree() {
    run(() -> {
      int[] running = new int[2];
      Async.forEachConcurrently(List.of(1, 5, 1, 1, 1), 2, seconds -> {
        running[1] = Math.max(running[1], ++running[0]);
        Async.sleep(Duration.ofSeconds(seconds));
        running[0]--;
      });
      assertThat(running[1]).isEqualTo(2);
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(5)); // the others one after another beside the long one
    });
  }

  @Test
  void map_withALimit_takesAnInputOnlyWhenThereIsAPlaceForIt() {
    run(() -> {
      Iterable<Integer> inputs = () -> new Iterator<>() {
        private int given;

        @Override
        public boolean hasNext() {
          return given < 3;
        }

        @Override
        public Integer next() {
          log.add("takes " + given + " at " + elapsed());
          return given++;
        }
      };
      Async.forEachConcurrently(inputs, 1, input -> Async.sleep(SECOND));
      assertThat(log).containsExactly("takes 0 at PT0S", "takes 1 at PT1S", "takes 2 at PT2S");
    });
  }

  @Test
  void map_oneFails_cancelsTheRestAndThrowsTheSameWithWhatTheyThrewSuppressed() {
    run(() -> {
      IllegalStateException cleanUp = new IllegalStateException("clean-up failed");
      List<Integer> begun = new ArrayList<>();
      assertThatThrownBy(() -> Async.mapConcurrently(List.of(0, 1, 2, 3), 3, input -> {
        begun.add(input);
        return switch (input) {
          case 0 -> failAfter(SECOND, checked);
          case 1 -> failWhenCancelled(cleanUp);
          default -> sleepLogging("input " + input);
        };
      })).isSameAs(checked);
      assertThat(checked.getSuppressed()).containsExactly(cleanUp);
      assertThat(begun).containsExactly(0, 1, 2);
      assertThat(log).containsExactly("input 2 cancelled");
      assertThat(elapsed()).isEqualTo(SECOND);
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void map_twoFailWithTheSameObject_suppressesNothing() {
    run(() -> {
      assertThatThrownBy(() -> Async.mapConcurrently(List.of(1, 2), input -> failAfter(SECOND, checked)))
          .isSameAs(checked)
          .hasNoSuppressedExceptions();
    });
  }

  @Test
  void map_theInputsFail_cancelsTheRestAndThrowsThat() {
    run(() -> {
      IllegalStateException failure = new IllegalStateException("no more inputs");
      Iterable<Integer> inputs = () -> new Iterator<>() {
        private boolean first = true;

        @Override
        public boolean hasNext() {
          return true;
        }

        @Override
        public Integer next() {
          if (!first) {
            Async.sleep(SECOND);
            throw failure;
          }
          first = false;
          return 1;
        }
      };
      assertThatThrownBy(() -> Async.mapConcurrently(inputs, input -> sleepLogging("input"))).isSameAs(failure);
      assertThat(log).containsExactly("input cancelled");
    });
  }

  @Test
  void map_waitingTaskCancelled_cancelsAllInTheirOrderAndTakesNoMore() {
    run(() -> {
      Task<?> mapping = Async.createTask(
          () -> Async.mapConcurrently(List.of(0, 1, 2), 2, input -> sleepLogging("input " + input)));
      letOthersRun();
      end(mapping);
      assertThat(mapping.isCancelled()).isTrue();
      assertThat(log).containsExactly("input 0 cancelled", "input 1 cancelled");
    });
  }

  @Test
  void map_oneCancelsItself_isACancellationOnceAllHaveEnded() {
    run(() -> {
      assertThat(thrownBy(() -> Async.mapConcurrently(List.of(1, 2), input -> {
        if (input == 1) {
          throw new CancelledError("by hand");
        }
        log.add(after(SECOND, "other"));
        return null;
      }))).isInstanceOf(CancelledError.class).hasMessage("by hand");
      assertThat(log).containsExactly("other");
    });
  }
}
