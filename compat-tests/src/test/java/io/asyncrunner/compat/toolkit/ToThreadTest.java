package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.sync.AsyncSemaphore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** {@link Async#toThread} and {@link ThreadOptions}. No timers here: the clock would jump while the threads are busy. */
class ToThreadTest extends ConstructTestCase {
  private static final ContextVar<String> USER = ContextVar.withDefault("user", "nobody");
  private static final ThreadOptions INTERRUPTING = ThreadOptions.DEFAULT.withInterruptOnCancel(true);

  /** Code on a thread, under the test's control. */
  private static final class Work {
    final CompletableFuture<Thread> begun = new CompletableFuture<>();
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final CompletableFuture<String> ended = new CompletableFuture<>();

    /** Blocks until it may end, or is interrupted. */
    String run() throws InterruptedException {
      begun.complete(Thread.currentThread());
      try {
        mayEnd.await();
        ended.complete("ended");
        return "result";
      } catch (InterruptedException interrupted) {
        ended.complete("interrupted");
        throw interrupted;
      }
    }
  }

  @Test
  void toThread_blockingCode_runsOutsideTheLoopWhichGoesOn() {
    run(() -> {
      Work work = new Work();
      Task<String> task = Async.createTask(() -> Async.toThread(work::run));
      Thread thread = Async.await(work.begun); // the loop turns while the code blocks
      assertThat(thread).isNotSameAs(Thread.currentThread());
      work.mayEnd.countDown();
      assertThat(task.await()).isEqualTo("result");
      assertThat(Async.<EventLoop, RuntimeException>toThread(EventLoop::runningOrNull)).isNull();
    });
  }

  @Test
  void toThread_codeFails_throwsTheSameObject() {
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
  void toThread_context_isACopyOfTheTasks() {
    run(() -> {
      USER.set("ada");
      String seen = Async.toThread(() -> {
        String found = USER.get();
        USER.set("changed on the thread");
        return found;
      });
      assertThat(seen).isEqualTo("ada");
      assertThat(USER.get()).isEqualTo("ada");
    });
  }

  @Test
  void toThread_cancelledWhileTheCodeRuns_givesItUpAtOnce() {
    run(() -> {
      Work work = new Work();
      Task<String> task = Async.createTask(() -> Async.toThread(work::run));
      Async.await(work.begun);
      end(task);
      assertThat(task.isCancelled()).isTrue();
      assertThat(work.ended.isDone()).isFalse();
      work.mayEnd.countDown();
      assertThat(Async.await(work.ended)).isEqualTo("ended");
      assertLoopWorks();
    });
  }

  @Test
  void toThread_cancelledBeforeTheCodeBegins_neverRunsIt() {
    run(() -> {
      ExecutorService single = Executors.newSingleThreadExecutor();
      EventLoop.running().setDefaultExecutor(single);
      Work work = new Work();
      Task<String> first = Async.createTask(() -> Async.toThread(work::run));
      Async.await(work.begun);
      for (ThreadOptions options : List.of(ThreadOptions.DEFAULT, INTERRUPTING)) {
        Task<?> second = Async.createTask(() -> Async.toThread(options, () -> log.add("never")));
        letOthersRun();
        end(second);
        assertThat(second.isCancelled()).isTrue();
      }
      work.mayEnd.countDown();
      first.await();
      Async.toThread(() -> log.add("after it"));
      assertThat(log).containsExactly("after it");
    });
  }

  // --- the limiter ---

  @Test
  void limiter_noPlace_waitsForOneAndKeepsToTheLimit() {
    run(() -> {
      ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(new AsyncSemaphore(2));
      List<Work> works = List.of(new Work(), new Work(), new Work());
      List<Task<String>> tasks = new ArrayList<>();
      works.forEach(work -> tasks.add(Async.createTask(() -> Async.toThread(options, work::run))));
      Async.await(works.get(0).begun);
      Async.await(works.get(1).begun);
      letOthersRun();
      assertThat(works.get(2).begun).isNotDone();
      works.get(1).mayEnd.countDown();
      Async.await(works.get(2).begun);
      works.forEach(work -> work.mayEnd.countDown());
      assertThat(Async.gather(tasks)).containsExactly("result", "result", "result");
    });
  }

  @Test
  void limiter_callGivenUp_keepsItsPlaceUntilItsCodeEnds() {
    run(() -> {
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      Work work = new Work();
      Task<?> task = Async.createTask(() -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), work::run));
      Async.await(work.begun);
      end(task);
      assertThat(task.isCancelled()).isTrue();
      assertThat(limiter.isLocked()).isTrue();
      work.mayEnd.countDown();
      limiter.acquire(); // waits until the code has ended
      assertThat(work.ended).isDone();
      limiter.release();
    });
  }

  @Test
  void limiter_cancelledWhileWaitingForAPlace_takesNone() {
    run(() -> {
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      limiter.acquire();
      Task<?> task = Async.createTask(
          () -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(limiter), () -> log.add("never")));
      letOthersRun();
      end(task);
      limiter.release();
      assertThat(limiter.isLocked()).isFalse();
      assertThat(log).isEmpty();
    });
  }

  @Test
  void limiter_codeFailsOrIsRefused_givesThePlaceBack() {
    run(() -> {
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(limiter);
      assertThatThrownBy(() -> Async.toThread(options, () -> {
        throw new IOException("failed");
      })).isExactlyInstanceOf(IOException.class);
      letOthersRun();
      assertThat(limiter.isLocked()).isFalse();
      ExecutorService shutDown = Executors.newCachedThreadPool();
      shutDown.shutdown();
      EventLoop.running().setDefaultExecutor(shutDown);
      assertThatThrownBy(() -> Async.toThread(options, () -> log.add("never")))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(limiter.isLocked()).isFalse();
      assertThat(log).isEmpty();
    });
  }

  @Test
  void limiter_ofAnotherLoop_refusedAndNothingRun() {
    run(() -> {
      AsyncSemaphore foreign = onAnotherLoop(() -> {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        semaphore.acquire();
        semaphore.release();
        assertThat(semaphore.isLocked()).isFalse();
        return semaphore;
      });
      // That loop is closed: the semaphore may be taken over.
      assertThat(Async.<String, RuntimeException>toThread(ThreadOptions.DEFAULT.withLimiter(foreign), () -> "ran"))
          .isEqualTo("ran");
      Throwable refused = onAnotherLoop(
          () -> thrownBy(() -> Async.toThread(ThreadOptions.DEFAULT.withLimiter(foreign), () -> log.add("never"))));
      assertThat(refused).isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("make one for each loop");
      assertThat(log).isEmpty();
    });
  }

  // --- interruption ---

  @Test
  void interruptOnCancel_codeBlocks_interruptsItAndWaitsForItsEnd() {
    run(() -> {
      Work work = new Work();
      Task<?> task = Async.createTask(() -> Async.toThread(INTERRUPTING, work::run));
      Async.await(work.begun);
      end(task);
      assertThat(task.isCancelled()).isTrue();
      assertThat(work.ended.getNow("not ended")).isEqualTo("interrupted");
    });
  }

  @Test
  void interruptOnCancel_codeDoesNotListen_isAwaitedAndItsThreadIsClean() {
    run(() -> {
      EventLoop.running().setDefaultExecutor(Executors.newSingleThreadExecutor());
      CompletableFuture<?> begun = new CompletableFuture<>();
      CompletableFuture<?> mayEnd = new CompletableFuture<>();
      Task<?> task = Async.createTask(() -> Async.toThread(INTERRUPTING, () -> {
        begun.complete(null);
        while (!mayEnd.isDone()) {
          Thread.onSpinWait();
        }
        log.add("interrupted: " + Thread.currentThread().isInterrupted());
      }));
      Async.await(begun);
      task.cancel();
      letOthersRun();
      task.cancel(); // again, while it waits for the code
      letOthersRun();
      assertThat(task.isDone()).isFalse();
      mayEnd.complete(null);
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
      assertThat(log).containsExactly("interrupted: true");
      assertThat(Async.<Boolean, RuntimeException>toThread(() -> Thread.currentThread().isInterrupted())).isFalse();
    });
  }

  @Test
  void interruptOnCancel_cancelledInTheTurnInWhichTheCodeEnded_isACancellationAndInterruptsNobody() {
    run(() -> {
      Work work = new Work();
      AsyncSemaphore limiter = new AsyncSemaphore(1);
      Task<?> task = Async.createTask(() -> Async.toThread(INTERRUPTING.withLimiter(limiter), work::run));
      Async.await(work.begun);
      work.mayEnd.countDown();
      limiter.acquire(); // free: the result is on its way to the task
      boolean accepted = task.cancel();
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isEqualTo(accepted);
      assertThat(Async.await(work.ended)).isEqualTo("ended");
      limiter.release();
      assertThat(limiter.isLocked()).isFalse();
      assertLoopWorks();
    });
  }

  @Test
  void toThread_codeThrowsACancellation_isThrownAndTheTaskIsCancelled() {
    run(() -> {
      Task<?> task = Async.createTask(() -> Async.toThread(INTERRUPTING, () -> {
        throw new CancelledError("by hand");
      }));
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
    });
  }
}
