package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What holds of a backend of SLF4J whose appender writes to a stream under a lock. */
abstract class LoggingRules {
  final GatedStream stream = new GatedStream();

  /**
   * Has the backend write to {@link #stream} what it is given at level INFO for "libraries", and errors of all: the message, and what
   * the MDC has under "user", or "null".
   */
  abstract void attach();

  abstract void detach();

  static void log(String message) {
    LoggerFactory.getLogger("libraries").info(message);
  }

  @BeforeEach
  void attachToTheStream() {
    attach();
  }

  @AfterEach
  void detachFromTheStream() {
    stream.open();
    detach();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void log_fromManyTasks_writesWholeLinesOfEach(Fibers fibers) {
    stream.open();
    fibers.run(() -> Async.forEachConcurrently(IntStream.range(0, 100).boxed().toList(), 100, i -> {
      log("before " + i);
      Async.sleep(Duration.ZERO);
      log("after " + i);
    }));
    assertThat(stream.lines()).hasSize(200)
        .doesNotHaveDuplicates()
        .allMatch(line -> line.matches("(before|after) [0-9]+ null"));
  }

  /** Two tasks log while the stream blocks: one waits for it, the other for the appender's lock; a third one opens it. */
  @Test
  void log_streamThatBlocks_onConfinedFibersSuspendsTheTasksThatLog() {
    Fibers.CONFINED.run(() -> {
      Task<Void> first = Async.createTask(() -> log("first"));
      Task<Void> second = Async.createTask(() -> log("second"));
      Async.sleep(Duration.ZERO);
      assertThat(first.isDone() || second.isDone()).isFalse();
      stream.open();
      Async.gather(first, second);
    });
    assertThat(stream.lines()).containsExactly("first null", "second null");
  }

  /** A lock is not given up for a cancellation: the line is written, and the task is cancelled where it awaits next. */
  @Test
  void log_cancelledWhileItWaitsForTheLock_writesItsLineAndLeavesTheLockFree() {
    Fibers.CONFINED.run(() -> {
      Task<Void> first = Async.createTask(() -> log("first"));
      Task<Void> second = Async.createTask(() -> {
        log("second");
        Async.sleep(Duration.ofDays(1));
      });
      Async.sleep(Duration.ZERO);
      first.cancel();
      second.cancel();
      Async.sleep(Duration.ZERO);
      stream.open();
      Async.awaitAll(List.of(first, second));
      assertThat(second.isCancelled()).isTrue();
      log("third");
    });
    log("outside");
    assertThat(stream.lines()).containsExactly("first null", "second null", "third null", "outside null");
  }

  /** The run ends while a task still waits for the appender's lock; who logs next, outside the loop, is not kept waiting. */
  @Test
  void log_runEndsWhileATaskWaitsForTheLock_letsTheCallerLog() throws Exception {
    try (Runner runner = Fibers.CONFINED.builder().build()) {
      runner.run(() -> {
        Async.createTask(() -> log("first"));
        Async.createTask(() -> log("second"));
        Async.sleep(Duration.ZERO);
      });
      Thread opener = Thread.ofPlatform().start(stream::open);
      log("outside");
      opener.join();
    }
    assertThat(stream.lines()).containsExactlyInAnyOrder("first null", "second null", "outside null");
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void mdc_ofATask_isItsOwn(Fibers fibers) {
    stream.open();
    fibers.run(() -> {
      inMdc("a", () -> {
        Async.createTask(() -> {
          log("child");
          inMdc("b", () -> {
            Async.sleep(Duration.ZERO);
            log("child of its own");
          });
        }).await();
        log("parent");
      });
      Async.toThread(() -> log("thread"));
    });
    assertThat(stream.lines()).containsExactly("child null", "child of its own b", "parent a", "thread null");
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void mdc_withAPropagator_goesWithTasksThreadsAndCallbacks(Fibers fibers) {
    stream.open();
    try (Runner runner = fibers.builder().propagate(new Mdc()).build()) {
      inMdc("a", () -> runner.run(() -> {
        log("task");
        Task<Void> child = Async.createTask(() -> {
          log("child");
          Async.sleep(Duration.ZERO);
          log("child later");
        });
        inMdc("b", () -> {
          child.await();
          Async.toThread(() -> log("thread"));
          var called = EventLoop.running().<String>createFuture();
          EventLoop.running().callSoon(() -> {
            log("callback");
            called.setResult("called");
          });
          called.await();
        });
        log("task later");
      }));
    }
    log("outside");
    assertThat(stream.lines()).containsExactly("task a", "child a", "child later a", "thread b", "callback b",
        "task later a", "outside null");
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void report_ofAnExceptionThatNobodyAwaits_goesToTheBackend(Fibers fibers) {
    stream.open();
    fibers.run(() -> {
      Async.createTask(() -> {
        throw new IllegalStateException("nobody awaits this");
      });
      Async.sleep(Duration.ZERO);
    });
    assertThat(stream.lines()).anyMatch(line -> line.contains("IllegalStateException: nobody awaits this"));
  }

  private static void inMdc(String user, Runnable body) {
    String before = MDC.get("user");
    MDC.put("user", user);
    try {
      body.run();
    } finally {
      if (before == null) {
        MDC.remove("user");
      } else {
        MDC.put("user", before);
      }
    }
  }
}
