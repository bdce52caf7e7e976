package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The rules of what goes to other threads, and comes from there. */
public abstract class ThreadRules extends PortedTests {
  private static final ThreadOptions INTERRUPTING = ThreadOptions.DEFAULT.withInterruptOnCancel(true);

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  protected ThreadRules(LoopSource source) {
    super(source);
  }

  /** Code that blocks until it may end, or is interrupted. */
  private static final class Work {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final CompletableFuture<String> ended = new CompletableFuture<>();

    String run() throws InterruptedException {
      begun.countDown();
      try {
        mayEnd.await();
        ended.complete("ended");
        return "result";
      } catch (InterruptedException interrupted) {
        ended.complete("interrupted");
        throw interrupted;
      }
    }

    /** In a task of the loop, which goes on meanwhile. */
    void awaitBegin() {
      Async.toThread(() -> begun.await());
    }
  }

  private static void letOthersRun() {
    for (int i = 0; i < 8; i++) {
      giveATurn();
    }
  }

  /** Cancels a task, and waits until it has ended. */
  private static void end(Task<?> task) {
    task.cancel();
    Async.awaitAll(List.of(task));
    assertThat(task.isCancelled()).isTrue();
  }

  /** As the default executor of the loop. */
  private static ExecutorService newSingleThread() {
    ExecutorService single = Executors.newSingleThreadExecutor();
    EventLoop.running().handOverDefaultExecutor(single);
    return single;
  }

  @Test
  void calls_thatFail_throwTheSame() {
    run(() -> {
      for (Throwable thrown : List.of(new IOException("checked"), new IllegalStateException("unchecked"),
          new AssertionError("error"))) {
        assertThatThrownBy(() -> Async.toThread(() -> {
          throw thrown;
        })).isSameAs(thrown);
      }
    });
  }

  @Test
  void calls_thatAreCancelled_areGivenUpAtOnce() {
    run(() -> {
      Work work = new Work();
      Task<String> task = Async.createTask(() -> Async.toThread(work::run));
      work.awaitBegin();
      end(task);
      assertThat(work.ended.isDone()).isFalse();
      work.mayEnd.countDown();
      assertThat(Async.<String, RuntimeException>toThread(work.ended::join)).isEqualTo("ended");
    });
  }

  @Test
  void calls_thatAreCancelledBeforeTheyBegin_neverBegin() {
    run(() -> {
      Work work = new Work();
      work.begun.countDown();
      newSingleThread();
      Task<String> first = Async.createTask(() -> Async.toThread(work::run));
      letOthersRun();
      for (ThreadOptions options : List.of(ThreadOptions.DEFAULT, INTERRUPTING)) {
        AsyncSemaphore limiter = new AsyncSemaphore(1);
        Task<?> second = Async
            .createTask(() -> Async.toThread(options.withLimiter(limiter), () -> log.add("never")));
        letOthersRun();
        assertThat(limiter.isLocked()).isTrue();
        end(second);
        assertThat(limiter.isLocked()).isFalse();
      }
      work.mayEnd.countDown();
      first.await();
      Async.toThread(() -> log.add("after it"));
      assertThat(log).containsExactly("after it");
    });
  }

  @Test
  void calls_withALimiter_waitForAPlaceAndGiveItBack() {
    run(() -> {
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(limiter);
      assertThat(options.limiter()).isSameAs(limiter);
      List<Work> works = List.of(new Work(), new Work());
      List<Task<String>> tasks = new ArrayList<>();
      works.forEach(work -> tasks.add(Async.createTask(() -> Async.toThread(options, work::run))));
      works.get(0).awaitBegin();
      letOthersRun();
      assertThat(works.get(1).begun.getCount()).isEqualTo(1);
      works.get(0).mayEnd.countDown();
      works.get(1).awaitBegin();
      Task<?> waiting = Async.createTask(() -> Async.toThread(options, () -> log.add("never")));
      letOthersRun();
      end(waiting);
      works.get(1).mayEnd.countDown();
      assertThat(Async.gather(tasks)).containsExactly("result", "result");
      assertThat(catchThrowable(() -> Async.toThread(options, () -> {
        throw new IOException("failed");
      }))).isExactlyInstanceOf(IOException.class);
      letOthersRun();
      assertThat(limiter.isLocked()).isFalse();
      assertThat(log).isEmpty();
    });
  }

  @Test
  void calls_withALimiter_keepTheirPlaceUntilTheCodeHasEnded() {
    run(() -> {
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      Work work = new Work();
      Task<?> task = Async.createTask(() -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), work::run));
      work.awaitBegin();
      end(task);
      assertThat(limiter.isLocked()).isTrue();
      work.mayEnd.countDown();
      limiter.acquire();
      assertThat(work.ended).isDone();
    });
  }

  @Test
  void calls_thatTheExecutorRefuses_throwThatAndGiveTheirPlaceBack() {
    run(() -> {
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      newSingleThread().shutdown();
      assertThat(
          catchThrowable(() -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), () -> log.add("never"))))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(limiter.isLocked()).isFalse();
      assertThat(log).isEmpty();
    });
  }

  @Test
  void calls_thatAreToBeInterrupted_areAndAreWaitedFor() {
    run(() -> {
      Work work = new Work();
      Task<?> task = Async.createTask(() -> Async.toThread(INTERRUPTING, work::run));
      work.awaitBegin();
      end(task);
      assertThat(work.ended.getNow("not ended")).isEqualTo("interrupted");
    });
  }

  /** Nor is what the thread does next. */
  @Test
  void calls_thatDoNotListenToTheInterrupt_areWaitedForHoweverOftenTheTaskIsCancelled() {
    run(() -> {
      newSingleThread();
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> begun = loop.createFuture();
      CompletableFuture<?> mayEnd = new CompletableFuture<>();
      Task<?> task = Async.createTask(() -> Async.toThread(INTERRUPTING, () -> {
        loop.callSoonThreadsafe(() -> begun.setResult("begun")); // no thread is left that could wait for it
        while (!mayEnd.isDone() || !Thread.currentThread().isInterrupted()) {
          Thread.onSpinWait();
        }
        log.add("interrupted");
      }));
      begun.await();
      task.cancel();
      letOthersRun();
      task.cancel();
      letOthersRun();
      assertThat(task.isDone()).isFalse();
      mayEnd.complete(null);
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
      assertThat(log).containsExactly("interrupted");
      assertThat(Async.<Boolean, RuntimeException>toThread(() -> Thread.currentThread().isInterrupted())).isFalse();
    });
  }

  @Test
  void threads_ofTasksAndOfTheDefaultExecutor_doNotKeepTheJvmAlive() {
    run(() -> {
      assertThat(Thread.currentThread().isDaemon()).isTrue();
      boolean daemon = Async.<Boolean, RuntimeException>toThread(() -> Thread.currentThread().isDaemon());
      assertThat(daemon).isTrue();
    });
  }

  // --- from other threads ---

  /** What a future has failed with, as it is. */
  private static Throwable failureOf(CompletableFuture<?> failed) {
    return failed.handle((result, thrown) -> thrown).join();
  }

  @Test
  void coroutines_fromOtherThreads_areCancelledWithTheirFutures() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableFuture<Void> notBegun = Async.callThreadsafe(loop, () -> {
        log.add("never");
      });
      assertThat(notBegun.cancel(true)).isTrue();
      letOthersRun();
      CompletableFuture<Void> waiting = Async.callThreadsafe(loop, () -> {
        try {
          waitForever();
        } finally {
          log.add("ended");
        }
      });
      letOthersRun();
      assertThat(Async.<Boolean, RuntimeException>toThread(() -> waiting.cancel(true))).isTrue();
      letOthersRun();
      assertThat(waiting.cancel(true)).isTrue();
      assertThat(log).containsExactly("ended");
      assertThat(loop.allTasks()).hasSize(1);
    });
  }

  @Test
  void coroutines_thatTheTaskFactoryRefuses_failWithThat() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      Reports reports = reportsOf(loop);
      IllegalStateException refusal = new IllegalStateException("no more tasks");
      loop.setTaskFactory(new io.asyncrunner.TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, io.asyncrunner.TaskOptions options,
            io.asyncrunner.Coroutine<T, ?> coroutine) {
          throw refusal;
        }
      });
      CompletableFuture<String> refused = Async.callThreadsafe(loop, () -> "never");
      letOthersRun();
      loop.setTaskFactory(null);
      assertThat(failureOf(refused)).isSameAs(refusal);
      assertThat(reports.take()).singleElement().satisfies(report -> assertThat(report.exception()).isSameAs(refusal));
    });
  }

  @Test
  void coroutines_fromOtherThreads_endWhenTheLoopIsClosed() {
    LoopEngine loop = newEventLoop();
    reportsOf(loop);
    CompletableFuture<String> begun = Async.callThreadsafe(loop, () -> {
      waitForever();
      return "never";
    });
    runBriefly(loop);
    runBriefly(loop);
    CompletableFuture<String> notBegun = Async.callThreadsafe(loop, () -> "never");
    CompletableFuture<String> mirror = loop.<String>createFuture().toCompletableFuture();
    CompletableFuture<String> cancelled = loop.<String>createFuture().toCompletableFuture();
    cancelled.cancel(true);
    CompletableAsyncFuture<String> done = loop.createFuture();
    CompletableFuture<String> ofDone = done.toCompletableFuture();
    done.setResult("result");

    loop.close();

    for (CompletableFuture<String> ended : List.of(begun, notBegun, mirror)) {
      assertThat(failureOf(ended)).isInstanceOf(CancellationException.class).hasMessageContaining("closed");
    }
    assertThat(cancelled).isCancelled();
    assertThat(ofDone).isCompletedWithValue("result");
    assertThat(mirror.cancel(true)).isTrue();
    assertThat(catchThrowable(() -> Async.callThreadsafe(loop, () -> "never")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
