package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Async#generator}, beside the kit's {@code GeneratorRules}. */
class GeneratorTest extends ConstructTestCase {
  /** 0, 1, 2, …, a second apart; logs its end. */
  private AsyncGenerator<Integer> numbers(int count) {
    return Async.generator(out -> {
      try {
        for (int i = 0; i < count; i++) {
          Async.sleep(SECOND);
          out.yield(i);
        }
      } finally {
        log.add("ended");
      }
    });
  }

  @Test
  void generator_asked_beginsThenAndGoesOnToTheNextValueOnly() {
    run(() -> {
      AsyncGenerator<Integer> numbers = numbers(3);
      Async.sleep(HOUR);
      assertThat(numbers.hasNext()).isTrue();
      assertThat(numbers.hasNext()).as("asked again").isTrue();
      assertThat(elapsed()).isEqualTo(HOUR.plus(SECOND));
      numbers.close();
    });
  }

  @Test
  void generator_nullValues_areGiven() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        out.yield(null);
        out.yield("a");
      });
      List<String> values = new ArrayList<>();
      generator.forEachRemaining(values::add);
      assertThat(values).containsExactly(null, "a");
    });
  }

  @Test
  void generator_askingTaskCancelled_isCancelledWhereTheCodeWaits() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        out.yield("a");
        sleepLogging("the code");
      });
      assertThat(generator.next()).isEqualTo("a");
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> generator.hasNext()))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(log).containsExactly("the code cancelled");
      assertThat(generator.isFinished()).isTrue();
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void generator_codeSwallowsTheCancellation_goesOn() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          sleepLogging("the code");
        } catch (CancelledError swallowed) {
          out.yield("after all");
        }
      });
      Async.timeout(SECOND, () -> assertThat(generator.next()).isEqualTo("after all"));
      assertThat(generator.hasNext()).isFalse();
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void generator_asksItself_refusedInItsCode() {
    run(() -> {
      List<AsyncGenerator<String>> self = new ArrayList<>();
      self.add(Async.generator(out -> {
        assertThatIllegalStateException().isThrownBy(() -> self.get(0).next());
        assertThatIllegalStateException().isThrownBy(() -> self.get(0).close());
        out.yield("still works");
      }));
      assertThat(self.get(0).next()).isEqualTo("still works");
      self.get(0).close();
      assertLoopWorks();
    });
  }

  @Test
  void generator_inAGenerator_passesValuesThroughBoth() {
    run(() -> {
      AsyncGenerator<Integer> numbers = numbers(3);
      AsyncGenerator<String> texts = Async.generator(out -> {
        while (numbers.hasNext()) {
          out.yield("number " + numbers.next());
        }
      });
      List<String> values = new ArrayList<>();
      texts.forEachRemaining(values::add);
      assertThat(values).containsExactly("number 0", "number 1", "number 2");
    });
  }

  @Test
  void yield_elsewhere_refusedAndNothingGiven() {
    run(() -> {
      List<AsyncGenerator.Output<String>> leaked = new ArrayList<>();
      AsyncGenerator<String> generator = Async.generator(out -> {
        leaked.add(out);
        Task<Throwable> other = Async.createTask(() -> thrownBy(() -> out.yield("from another task")));
        assertThat(other.await()).isExactlyInstanceOf(IllegalStateException.class);
        out.yield("a");
      });
      assertThat(generator.next()).isEqualTo("a");
      for (Throwable refused : Arrays.asList(thrownBy(() -> leaked.get(0).yield("while it waits")),
          inCallback(() -> thrownBy(() -> leaked.get(0).yield("in a callback"))),
          awaitOnAnotherThread(() -> thrownBy(() -> leaked.get(0).yield("on another thread"))))) {
        assertThat(refused).isExactlyInstanceOf(IllegalStateException.class).hasMessageContaining("yield");
      }
      assertThat(generator.hasNext()).isFalse();
      assertThat(thrownBy(() -> leaked.get(0).yield("ended"))).isExactlyInstanceOf(IllegalStateException.class);
      assertLoopWorks();
    });
  }

  // --- close ---

  @Test
  void close_cleanUpFails_throwsThat() {
    run(() -> {
      IllegalStateException failure = new IllegalStateException("clean-up failed");
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          out.yield("a");
        } catch (AsyncGenerator.GeneratorExit exit) {
          throw failure;
        }
      });
      generator.next();
      assertThatThrownBy(generator::close).isSameAs(failure);
      assertThat(generator.isFinished()).isTrue();
    });
  }

  @Test
  void use_elsewhere_refusedAndNothingTaken() {
    run(() -> {
      AsyncGenerator<Integer> numbers = numbers(2);
      assertThat(numbers.hasNext()).isTrue(); // there is a value to be taken
      for (Throwable refused : Arrays.asList(
          awaitOnAnotherThread(() -> thrownBy(numbers::next)), awaitOnAnotherThread(() -> thrownBy(numbers::hasNext)),
          awaitOnAnotherThread(() -> thrownBy(numbers::close)), onAnotherLoop(() -> thrownBy(numbers::next)),
          onAnotherLoop(() -> thrownBy(numbers::close)), inCallback(() -> thrownBy(numbers::next)),
          inCallback(() -> thrownBy(numbers::close)))) {
        assertThat(refused).isExactlyInstanceOf(IllegalStateException.class).hasMessageContaining("AsyncGenerator");
      }
      assertThat(numbers.next()).isZero();
      assertThat(numbers.next()).isEqualTo(1);
      numbers.close();
      assertLoopWorks();
    });
  }
}
