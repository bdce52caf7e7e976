package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.sync.AsyncSemaphore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * {@link Async#toThread} and {@link ThreadOptions}, beside the kit's {@code ThreadRules}. No timers here: the clock would jump
 * while the threads are busy.
 */
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
