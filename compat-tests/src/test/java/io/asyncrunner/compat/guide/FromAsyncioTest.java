package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fail;
import static io.asyncrunner.compat.guide.Sample.fetch;
import static io.asyncrunner.compat.guide.Sample.hang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.QueueShutDownException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of {@code docs/guide/from-asyncio.md}, and what that page says about exceptions and cancellation. */
class FromAsyncioTest {
  // @start region=asyncio-crawl
  static List<String> crawl(List<String> names) {
    AsyncSemaphore places = new AsyncSemaphore(2);
    List<Task<String>> tasks = new ArrayList<>();
    Async.timeout(Duration.ofSeconds(10), () -> {
      TaskGroup.run(group -> {
        for (String name : names) {
          tasks.add(group.createTask(() -> places.with(() -> fetch(name))));
        }
      });
    });
    return tasks.stream().map(Task::result).toList();
  }
  // @end

  // @start region=asyncio-generator
  static AsyncGenerator<String> pages() {
    return Async.generator(out -> {
      for (int number = 1;; number++) {
        out.yield(fetch("page " + number));
      }
    });
  }

  static List<String> firstTwo() {
    List<String> result = new ArrayList<>();
    try (AsyncGenerator<String> source = pages()) {
      while (result.size() < 2 && source.hasNext()) {
        result.add(source.next());
      }
    }
    return result;
  }
  // @end

  // @start region=asyncio-pipeline
  static List<String> pipeline(List<String> names) {
    AsyncQueue<String> queue = new AsyncQueue<>(1);
    List<String> result = new ArrayList<>();
    TaskGroup.run(group -> {
      group.createTask(() -> {
        for (String name : names) {
          queue.put(name);
        }
        queue.shutdown();
      });
      try {
        for (;;) {
          result.add(fetch(queue.get()));
        }
      } catch (QueueShutDownException drained) {
        // All have been fetched.
      }
    });
    return result;
  }
  // @end

  @ParameterizedTest
  @EnumSource
  void translations_doWhatTheOriginalsDo(FiberKind kind) {
    try (Runner runner = kind.newRunner()) {
      assertThat(runner.run(() -> crawl(List.of("a", "b", "c")))).containsExactly("A", "B", "C");
      assertThat(runner.run(() -> firstTwo())).containsExactly("PAGE 1", "PAGE 2");
      assertThat(runner.run(() -> pipeline(List.of("a", "b")))).containsExactly("A", "B");
      assertThat(runner.run(() -> Async.mapConcurrently(List.of("a", "b"), 2, name -> fetch(name))))
          .containsExactly("A", "B");
    }
  }

  @ParameterizedTest
  @EnumSource
  void checkedException_isWrappedOnlyWhereATaskIsAwaited(FiberKind kind) {
    kind.run(() -> {
      Task<String> task = Async.createTask(() -> fail("a"));
      assertThatThrownBy(() -> task.await()).isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IOException.class);
      assertThat(task.exception()).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> Async.timeout(Duration.ofSeconds(10), () -> fail("a")))
          .isInstanceOf(IOException.class);
    });
  }

  @ParameterizedTest
  @EnumSource
  void cancellation_ofTheMainTask_leavesRunAsACancellationException(FiberKind kind) {
    try (Runner runner = kind.newRunner()) {
      // @start region=asyncio-run-cancelled
      assertThatThrownBy(() -> runner.run(() -> {
        Async.currentTask().cancel("enough");
        Async.sleep(Duration.ZERO);
      })).isInstanceOf(CancellationException.class).hasCauseInstanceOf(CancelledError.class);
      // @end
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancellation_ofASuspendedGenerator_isDeliveredWhereItWaits(FiberKind kind) {
    List<String> log = new ArrayList<>();
    kind.run(() -> {
      AsyncGenerator<String> source = Async.generator(out -> {
        try {
          out.yield(hang());
        } finally {
          log.add("cleaned up");
        }
      });
      Task<String> asking = Async.createTask(() -> source.next());
      Async.sleep(Duration.ZERO);
      asking.cancel();
      Async.awaitAll(List.of(asking));
      assertThat(asking.isCancelled()).isTrue();
    });
    assertThat(log).containsExactly("cleaned up");
  }

  @ParameterizedTest
  @EnumSource
  void generator_leftSuspended_isClosedWithItsRunner(FiberKind kind) {
    List<String> log = new ArrayList<>();
    kind.run(() -> {
      AsyncGenerator<String> source = Async.generator(out -> {
        try {
          out.yield("value");
        } finally {
          log.add("closed");
        }
      });
      log.add(source.next());
    });
    assertThat(log).containsExactly("value", "closed");
  }

  @ParameterizedTest
  @EnumSource
  void tasks_leftByARun_goOnInTheNextAndAreCancelledByClose(FiberKind kind) {
    List<String> log = new ArrayList<>();
    try (Runner runner = kind.newRunner()) {
      Task<?> task = runner.run(() -> Async.createTask(() -> {
        try {
          log.add("begun");
          hang();
        } finally {
          log.add("ended");
        }
      }));
      assertThat(task.isDone()).isFalse();
      runner.run(() -> Async.sleep(Duration.ofMillis(1)));
      assertThat(log).containsExactly("begun");
    }
    assertThat(log).containsExactly("begun", "ended");
  }

  @ParameterizedTest
  @EnumSource
  void run_insideALoop_isRefused(FiberKind kind) {
    try (Runner other = kind.newRunner()) {
      kind.run(() -> assertThatThrownBy(() -> other.run(() -> fetch("a"))).isInstanceOf(IllegalStateException.class));
    }
  }
}
