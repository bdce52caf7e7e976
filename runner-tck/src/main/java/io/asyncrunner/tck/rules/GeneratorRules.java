package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** The rules of generators, which in asyncio are the interpreter's. */
public abstract class GeneratorRules extends PortedTests {
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  protected GeneratorRules(LoopSource source) {
    super(source);
  }

  /** 0, 1, 2, …, a millisecond apart; logs its end. */
  private AsyncGenerator<Integer> numbers(int count) {
    return Async.generator(out -> {
      try {
        for (int i = 0; i < count; i++) {
          sleep(1);
          out.yield(i);
        }
      } finally {
        log.add("ended");
      }
    });
  }

  @Test
  void generators_runInTurnWithWhoAsks() {
    run(() -> {
      AsyncGenerator<Integer> numbers = numbers(2);
      assertThat(numbers.isRunning()).isFalse();
      assertThat(numbers.hasNext()).isTrue();
      assertThat(numbers.hasNext()).as("asked again").isTrue();
      assertThat(numbers.next()).isZero();
      assertThat(numbers.next()).isEqualTo(1);
      assertThat(numbers.isFinished()).isFalse();
      assertThat(numbers.hasNext()).isFalse();
      assertThat(numbers.isFinished()).isTrue();
      assertThatThrownBy(numbers::next).isExactlyInstanceOf(NoSuchElementException.class);
      numbers.close();
      assertThat(log).containsExactly("ended");
    });
  }

  @Test
  void generators_thatFail_throwTheSameToWhoAsked() {
    run(() -> {
      IOException checked = new IOException("checked");
      AsyncGenerator<String> generator = Async.generator(out -> {
        out.yield("a");
        throw checked;
      });
      assertThat(generator.next()).isEqualTo("a");
      assertThatThrownBy(generator::hasNext).isSameAs(checked);
      assertThat(generator.isFinished()).isTrue();
      assertThat(generator.hasNext()).isFalse();
      AsyncGenerator<String> exiting = Async.generator(out -> {
        throw new AsyncGenerator.GeneratorExit();
      });
      assertThatThrownBy(exiting::next).as("an exit that nobody asked for")
          .isInstanceOf(AsyncGenerator.GeneratorExit.class);
    });
  }

  @Test
  void generators_runAsTheTaskThatAsks() {
    ContextVar<String> variable = ContextVar.named("user");
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        for (;;) {
          out.yield(Async.currentTask().name() + " for " + variable.get());
        }
      });
      for (String name : List.of("one", "two")) {
        Async.createTask(TaskOptions.named(name), () -> {
          variable.set("user of " + name);
          log.add(generator.next());
        }).await();
      }
      assertThat(log).containsExactly("one for user of one", "two for user of two");
      generator.close();
    });
  }

  @Test
  void generators_areCancelledWhereTheyWait() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          waitForever();
        } catch (CancelledError cancelled) {
          log.add("cancelled");
          throw cancelled;
        }
      });
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(1), () -> generator.hasNext()))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(log).containsExactly("cancelled");
      assertThat(generator.isFinished()).isTrue();
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void generators_areForOneTaskAtATime() {
    run(() -> {
      AsyncGenerator<Integer> numbers = numbers(2);
      Task<Integer> first = Async.createTask(numbers::next);
      giveATurn();
      assertThat(numbers.isRunning()).isTrue();
      assertThatIllegalStateException().isThrownBy(numbers::next).withMessageContaining(first.name());
      assertThatIllegalStateException().isThrownBy(numbers::close).withMessageContaining(first.name());
      assertThat(first.await()).isZero();
      assertThat(numbers.next()).isEqualTo(1);
      numbers.close();
    });
  }

  @Test
  void yields_elsewhere_areRefused() {
    run(() -> {
      List<AsyncGenerator.Output<String>> leaked = new ArrayList<>();
      AsyncGenerator<String> generator = Async.generator(out -> {
        leaked.add(out);
        Task<Throwable> other = Async.createTask(() -> catchThrowable(() -> out.yield("from another task")));
        assertThat(other.await()).isExactlyInstanceOf(IllegalStateException.class);
        out.yield("a");
      });
      assertThat(generator.next()).isEqualTo("a");
      assertThat(catchThrowable(() -> leaked.get(0).yield("while it waits")))
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(generator.hasNext()).isFalse();
      assertThat(catchThrowable(() -> leaked.get(0).yield("ended"))).isExactlyInstanceOf(IllegalStateException.class);
    });
  }

  // --- closing ---

  @Test
  void generators_thatAreClosed_cleanUpBeforeThat() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          out.yield("a");
          log.add("never");
        } catch (AsyncGenerator.GeneratorExit exit) {
          log.add("exit");
          throw exit;
        } finally {
          sleep(1);
          log.add("cleaned up");
        }
      });
      assertThat(generator.hasNext()).isTrue();
      generator.close();
      assertThat(log).containsExactly("exit", "cleaned up");
      assertThat(generator.isFinished()).isTrue();
      assertThat(generator.hasNext()).as("the value that was not taken").isFalse();
      generator.close();
      AsyncGenerator<Integer> notBegun = numbers(1);
      notBegun.close();
      assertThat(notBegun.isFinished()).isTrue();
      assertThat(notBegun.hasNext()).isFalse();
      assertThat(log).containsExactly("exit", "cleaned up");
    });
  }

  @Test
  void generators_thatGiveAnotherValueWhenClosed_areRefused() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        try {
          out.yield("a");
        } finally {
          out.yield("another");
        }
      });
      generator.next();
      assertThatIllegalStateException().isThrownBy(generator::close).withMessageContaining("GeneratorExit");
      generator.close();
      assertThat(generator.isFinished()).isTrue();
    });
  }

  @Test
  void generators_thatAreLeft_areClosedByTheRunnerInTheOrderInWhichTheyBegan() {
    Reports reports = new Reports();
    IllegalStateException failure = new IllegalStateException("of a clean-up");
    try (Runner runner = builder().build()) {
      runner.run(() -> {
        EventLoop.running().setExceptionHandler(reports);
        List<AsyncGenerator<String>> generators = new ArrayList<>();
        for (String name : List.of("a", "b", "not begun")) {
          generators.add(Async.generator(out -> {
            try {
              out.yield("value");
            } finally {
              sleep(1);
              log.add(name + " closed");
            }
          }));
        }
        generators.get(1).next();
        AsyncGenerator<String> failing = Async.generator(out -> {
          try {
            out.yield("value");
          } catch (AsyncGenerator.GeneratorExit exit) {
            throw failure;
          }
        });
        failing.next();
        generators.get(0).next();
        AsyncGenerator<Integer> ended = numbers(0);
        assertThat(ended.hasNext()).isFalse();
        log.clear();
      });
      assertThat(log).isEmpty();
    }
    assertThat(log).containsExactly("b closed", "a closed");
    assertThat(reports.take()).singleElement().satisfies(report -> assertThat(report.exception()).isSameAs(failure));
  }

  /** Without a Runner nobody has run it to its end; its clean-up runs outside the loop, and cannot wait there. */
  @Test
  void generators_ofALoopThatIsClosed_areReleased() throws Exception {
    LoopEngine loop = newEventLoop();
    java.util.concurrent.CountDownLatch cleanedUp = new java.util.concurrent.CountDownLatch(1);
    AsyncGenerator<String> generator = loop.runUntilComplete(loop.createTask(() -> {
      AsyncGenerator<String> made = Async.generator(out -> {
        try {
          out.yield("value");
        } finally {
          cleanedUp.countDown();
        }
      });
      assertThat(made.next()).isEqualTo("value");
      return made;
    }));

    loop.close();

    cleanedUp.await();
    generator.close(); // no effect
  }
}
