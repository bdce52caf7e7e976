package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fetch;
import static io.asyncrunner.compat.guide.Sample.fetchBlocking;
import static io.asyncrunner.compat.guide.Sample.hang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.core.PlatformThreadLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of {@code docs/guide/from-executor-service.md}, and what that page says about shutdown and threads. */
class FromExecutorServiceTest {
  private final List<String> log = new ArrayList<>();

  // @start region=executor-all-before
  static List<String> allOnThreads(List<String> names) throws InterruptedException, ExecutionException {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      List<Future<String>> futures = new ArrayList<>();
      for (String name : names) {
        futures.add(executor.submit(() -> fetchBlocking(name)));
      }
      List<String> pages = new ArrayList<>();
      for (Future<String> future : futures) {
        pages.add(future.get());
      }
      return pages;
    }
  }
  // @end

  // @start region=executor-all
  static List<String> allOnALoop(List<String> names) {
    try (Runner runner = Runner.create()) {
      return runner.run(() -> Async.mapConcurrently(names, 2, name -> fetch(name)));
    }
  }
  // @end

  @Test
  void all_onThreadsAndOnALoop() throws Exception {
    assertThat(allOnThreads(List.of("a", "b", "c"))).containsExactly("A", "B", "C");
    assertThat(allOnALoop(List.of("a", "b", "c"))).containsExactly("A", "B", "C");
  }

  // @start region=executor-timeout-before
  static String orNone(ExecutorService executor) throws InterruptedException, ExecutionException {
    Future<String> future = executor.submit(() -> fetchBlocking("a"));
    try {
      return future.get(2, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      future.cancel(true); // asks; does not wait until the code has ended
      return "none";
    }
  }
  // @end

  // @start region=executor-timeout
  static String orNone() {
    try {
      return Async.timeout(Duration.ofSeconds(2), () -> fetch("a"));
    } catch (DeadlineExceededException late) {
      return "none"; // the code has ended
    }
  }
  // @end

  @ParameterizedTest
  @EnumSource
  void timeout_onAThreadAndOnALoop(FiberKind kind) throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      assertThat(orNone(executor)).isEqualTo("A");
    }
    kind.run(() -> assertThat(orNone()).isEqualTo("A"));
  }

  @Test
  void periodicWork_onAThread() throws InterruptedException {
    LinkedBlockingQueue<String> beats = new LinkedBlockingQueue<>();
    // @start region=executor-periodic-before
    try (ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor()) {
      ScheduledFuture<?> heartbeat = scheduler.scheduleWithFixedDelay(() -> beats.add("beat"), 0, 1,
          TimeUnit.MILLISECONDS);
      assertThat(beats.take()).isEqualTo("beat");
      heartbeat.cancel(false);
    }
    // @end
  }

  @ParameterizedTest
  @EnumSource
  void periodicWork_isALoopInATask(FiberKind kind) {
    kind.run(() -> {
      // @start region=executor-periodic
      Task<?> heartbeat = Async.createTask(() -> {
        for (;;) {
          log.add("beat");
          Async.sleep(Duration.ofMillis(1)); // a fixed delay; an exception ends the task, and is not lost
        }
      });
      fetch("a");
      fetch("b");
      heartbeat.cancel();
      // @end
    });
    assertThat(log).contains("beat");
  }

  @ParameterizedTest
  @EnumSource
  void submission_fromOtherThreads_isCallThreadsafe(FiberKind kind) throws Exception {
    try (Runner runner = kind.newRunner()) {
      // @start region=executor-service-thread
      EventLoop loop = runner.loop();
      List<CompletableFuture<String>> pages = new CopyOnWriteArrayList<>();
      Thread thread = Thread.ofPlatform().start(() -> pages.add(Async.callThreadsafe(loop, () -> fetch("a"))));
      thread.join();
      runner.run(() -> log.add(Async.await(pages.get(0)))); // the loop runs while somebody is in run
      // @end
    }
    assertThat(log).containsExactly("A");
  }

  @ParameterizedTest
  @EnumSource
  void existingExecutor_isAwaited(FiberKind kind) {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      kind.run(() -> {
        // @start region=executor-existing
        String page = Async.await(CompletableFuture.supplyAsync(() -> fetchBlocking("a"), pool));
        // @end
        assertThat(page).isEqualTo("A");
      });
    }
  }

  @ParameterizedTest
  @EnumSource
  void counter_ofManyTasks_needsNoLock(FiberKind kind) {
    int[] count = {0};
    kind.run(() -> {
      // @start region=executor-counter
      TaskGroup.run(group -> {
        for (int i = 0; i < 100; i++) {
          group.createTask(() -> {
            fetch("a");
            count[0]++; // nothing suspends in between: atomic
          });
        }
      });
      // @end
    });
    assertThat(count[0]).isEqualTo(100);
  }

  @ParameterizedTest
  @EnumSource
  void exception_leavesRunAsTheSameObject(FiberKind kind) {
    IllegalStateException thrown = new IllegalStateException("mine");
    assertThatThrownBy(() -> kind.run(() -> {
      throw thrown;
    })).isSameAs(thrown);
  }

  @ParameterizedTest
  @EnumSource
  void exception_thatNobodyAwaits_goesToTheExceptionHandler(FiberKind kind) {
    kind.run(() -> {
      EventLoop.running().setExceptionHandler((loop, context) -> log.add(context.exception().getMessage()));
      Task<String> unused = Async.createTask(() -> {
        throw new IllegalStateException("nobody asks");
      });
      assertThat(unused.isDone()).isFalse();
      Async.sleep(Duration.ofMillis(1));
    });
    assertThat(log).containsExactly("nobody asks");
  }

  @Test
  void close_withATaskThatWouldNotEnd_throwsAndNamesIt() {
    Runner runner = Runner.builder()
        .loopFactory(PlatformThreadLoops.factory())
        .closeTimeout(Duration.ofMillis(5))
        .build();
    runner.run(() -> {
      Task<?> task = Async.createTask(() -> {
        for (;;) {
          try {
            hang();
          } catch (CancelledError swallowed) {
            // Bad manners: this is what the test is about.
          }
        }
      });
      task.setName("stubborn");
      Async.sleep(Duration.ZERO);
    });
    assertThatThrownBy(() -> runner.close()).isInstanceOf(IllegalStateException.class).hasMessageContaining("stubborn");
  }

  @ParameterizedTest
  @EnumSource
  void interrupt_ofTheThreadInRun_cancelsTheCoroutine(FiberKind kind) throws InterruptedException {
    List<Object> seen = new ArrayList<>();
    CountDownLatch running = new CountDownLatch(1);
    Thread thread = new Thread(() -> {
      try {
        kind.run(() -> {
          running.countDown();
          hang();
        });
      } catch (CancellationException cancelled) {
        seen.add(cancelled.getClass());
        seen.add(Thread.currentThread().isInterrupted());
      }
    });
    thread.start();
    running.await();
    thread.interrupt();
    thread.join();
    assertThat(seen).containsExactly(CancellationException.class, true);
  }

  @ParameterizedTest
  @EnumSource
  void cancel_ofACallThreadsafe_cancelsItsTask(FiberKind kind) {
    try (Runner runner = kind.newRunner()) {
      CompletableFuture<String> future = Async.callThreadsafe(runner.loop(), () -> {
        try {
          return hang();
        } finally {
          log.add("cleaned up");
        }
      });
      runner.run(() -> Async.sleep(Duration.ofMillis(1)));
      future.cancel(true);
      runner.run(() -> Async.sleep(Duration.ofMillis(1)));
    }
    assertThat(log).containsExactly("cleaned up");
  }
}
