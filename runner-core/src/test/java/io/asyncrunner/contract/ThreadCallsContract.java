package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncSemaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Code that runs on threads of the default executor: results that nobody takes, and code with a cancellation of its own. */
public abstract class ThreadCallsContract extends Contract {
  private final List<String> trace = Collections.synchronizedList(new ArrayList<>());

  /** Something that has to be given back. */
  private final class Resource implements AutoCloseable {
    @Override
    public void close() {
      trace.add("closed");
    }
  }

  /** Opens a resource when it is told to, whatever interrupts it. */
  private final class Opener implements Coroutine<Resource, RuntimeException> {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);

    @Override
    public Resource run() {
      begun.countDown();
      boolean interrupted = false;
      while (mayEnd.getCount() > 0) {
        try {
          mayEnd.await();
        } catch (InterruptedException goesOn) {
          interrupted = true;
        }
      }
      trace.add(interrupted ? "opened although interrupted" : "opened");
      return new Resource();
    }

    void awaitBegin() {
      Async.toThread(() -> Contract.await(begun));
    }
  }

  // --- results that nobody takes ---

  @Test
  void openOnThread_taken_isNotClosed() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Resource resource = Async.openOnThread(Resource::new);
        assertThat(trace).isEmpty();
        resource.close();
      });
    }
    assertThat(trace).containsExactly("closed");
  }

  @Test
  void openOnThread_cancelledWhileItOpens_isClosedOnTheThreadBeforeThePermitIsGivenBack() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Opener opener = new Opener();
        AsyncSemaphore limiter = new AsyncSemaphore(1);
        Task<?> task = Async.createTask(
            () -> Async.openOnThread(ThreadOptions.DEFAULT.withLimiter(limiter), opener));
        opener.awaitBegin();
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(trace).as("given up at once").isEmpty();
        opener.mayEnd.countDown();
        limiter.acquire();
        assertThat(trace).containsExactly("opened", "closed");
      });
    }
  }

  @Test
  void openOnThread_interruptedAndOpenedAllTheSame_isClosedBeforeTheCancellationIsThrown() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Opener opener = new Opener();
        Task<?> task = Async.createTask(
            () -> Async.openOnThread(ThreadOptions.DEFAULT.withInterruptOnCancel(true), opener));
        opener.awaitBegin();
        task.cancel();
        opener.mayEnd.countDown();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(trace).hasSize(2).last().isEqualTo("closed");
      });
    }
  }

  /** The result has arrived, and the task is about to go on with it. */
  @Test
  void openOnThread_cancelledWhenItHasOpened_isClosedBeforeTheCancellationIsThrown() {
    for (boolean interrupt : new boolean[] {false, true}) {
      trace.clear();
      try (Runner runner = newRunner()) {
        runner.run(() -> {
          Opener opener = new Opener();
          AsyncSemaphore limiter = new AsyncSemaphore(1);
          ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(limiter).withInterruptOnCancel(interrupt);
          Task<?> task = Async.createTask(() -> Async.openOnThread(options, opener));
          EventLoop.running().callSoon(() -> {}); // the limiter's waiter comes behind the task
          opener.awaitBegin();
          List<Boolean> accepted = new ArrayList<>();
          Task<?> canceller = Async.createTask(() -> {
            limiter.acquire(); // its permit is given back in the turn in which the result arrives
            accepted.add(task.cancel());
          });
          letOthersRun();
          opener.mayEnd.countDown();
          canceller.await();
          Throwable thrown = catchThrowable(task::await);
          if (accepted.get(0)) {
            assertThat(thrown).isInstanceOf(CancelledError.class);
            assertThat(trace).containsExactly("opened", "closed");
          } else {
            assertThat(thrown).isNull();
            assertThat(trace).containsExactly("opened");
          }
        });
      }
    }
  }

  /** Whenever the cancellation comes: what was made has been taken or given back, once. */
  @Test
  void toThread_cancelledAtAnyMoment_losesNoResultAndGivesNoneTwice() {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger undelivered = new AtomicInteger();
    int[] taken = new int[1];
    int rounds = 400;
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        for (int i = 0; i < rounds; i++) {
          ThreadOptions options = ThreadOptions.DEFAULT.withInterruptOnCancel(i % 2 == 0)
              .withOnUndelivered(Integer.class, result -> undelivered.incrementAndGet());
          Task<?> task = Async.createTask(() -> {
            Async.toThread(options, made::incrementAndGet);
            taken[0]++;
          });
          for (int turns = i % 7; turns > 0; turns--) {
            EventLoop.running().yieldNow();
          }
          if (i % 5 == 0) {
            Async.toThread(() -> {}); // a while
          }
          task.cancel();
          Async.awaitAll(List.of(task));
        }
      });
    }
    assertThat(taken[0] + undelivered.get()).isEqualTo(made.get());
  }

  @Test
  void onUndelivered_resultsOfOtherTypesAndNull_areDropped() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        ThreadOptions options = ThreadOptions.DEFAULT.withOnUndelivered(Integer.class,
            result -> trace.add(result.toString()));
        for (Object result : new Object[] {"a string", 5}) {
          CountDownLatch begun = new CountDownLatch(1);
          CountDownLatch mayEnd = new CountDownLatch(1);
          Task<?> task = Async.createTask(() -> Async.toThread(options, () -> {
            begun.countDown();
            await(mayEnd);
            return result;
          }));
          Async.toThread(() -> await(begun));
          task.cancel();
          mayEnd.countDown();
          Async.awaitAll(List.of(task));
        }
      });
    }
    assertThat(trace).containsExactly("5");
  }

  @Test
  void onUndelivered_thatFails_isReported() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Opener opener = new Opener();
        Task<?> task = Async.createTask(
            () -> Async.toThread(ThreadOptions.DEFAULT.withOnUndelivered(Resource.class, resource -> {
              throw new IOException("cannot give it back");
            }), opener));
        opener.awaitBegin();
        task.cancel();
        opener.mayEnd.countDown();
      });
    }
    assertThat(reports.take()).singleElement()
        .satisfies(report -> assertThat(report.exception()).hasMessage("cannot give it back"));
  }

  @Test
  void openOnThread_loopClosedMeanwhile_isClosed() throws Exception {
    Opener opener = new Opener();
    LoopEngine loop = loops().newEventLoop();
    loop.setExceptionHandler(reports);
    Task<?> task = loop.createTask(() -> Async.openOnThread(opener));
    loop.runUntilComplete(loop.createTask(opener::awaitBegin));
    loop.close();
    opener.mayEnd.countDown();
    assertThat(becomesTrue(() -> trace.contains("closed"))).isTrue();
    assertThat(task.isDone()).isTrue();
    assertThat(reports.take()).hasSize(1);
  }

  // --- code with a cancellation of its own ---

  /** As a statement of a database: blocks until it is cancelled, or it may end; an interrupt would break its connection. */
  private final class Statement {
    final CountDownLatch begun = new CountDownLatch(1);
    final CompletableFuture<String> answer = new CompletableFuture<>();
    final CountDownLatch executed = new CountDownLatch(1);
    private final IOException cancelled = new IOException("cancelled on request");

    String execute() throws IOException {
      begun.countDown();
      try {
        String row = answer.get();
        trace.add("executed");
        executed.countDown();
        return row;
      } catch (InterruptedException interrupted) {
        trace.add("broken");
        throw new IOException("the connection is broken", interrupted);
      } catch (java.util.concurrent.ExecutionException failed) {
        trace.add("ended on request");
        throw cancelled;
      }
    }

    void cancel() {
      trace.add("asked");
      answer.completeExceptionally(cancelled);
    }

    void awaitBegin() {
      Async.toThread(() -> Contract.await(begun));
    }
  }

  private static Task<String> execute(Statement statement) {
    return Async.createTask(
        () -> Async.cancellable(
            () -> Async.toThread(ThreadOptions.DEFAULT.withInterruptOnCancel(true), statement::execute),
            statement::cancel));
  }

  @Test
  void cancellable_notCancelled_givesTheResultAndAsksNobody() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Statement statement = new Statement();
        Task<String> task = execute(statement);
        statement.awaitBegin();
        statement.answer.complete("row");
        assertThat(task.await()).isEqualTo("row");
      });
    }
    assertThat(trace).containsExactly("executed");
  }

  @Test
  void cancellable_codeThatFails_throwsTheSame() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        IOException failure = new IOException("its own");
        assertThatThrownBy(() -> Async.cancellable(() -> {
          throw failure;
        }, () -> trace.add("asked"))).isSameAs(failure);
      });
    }
    assertThat(trace).isEmpty();
  }

  @Test
  void cancellable_cancelled_isAskedAndEndsUninterruptedBeforeTheCancellationIsThrown() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Statement statement = new Statement();
        Task<String> task = execute(statement);
        statement.awaitBegin();
        task.cancel("enough");
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class)
            .hasMessageContaining("enough")
            .hasSuppressedException(statement.cancelled);
        assertThat(trace).containsExactly("asked", "ended on request");
      });
    }
  }

  @Test
  void cancellable_underADeadline_isAskedWhenItPasses() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Statement statement = new Statement();
        assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(1),
            () -> Async.cancellable(() -> Async.toThread(statement::execute), statement::cancel)))
            .isInstanceOf(DeadlineExceededException.class);
        assertThat(Async.currentTask().cancelling()).isZero();
      });
    }
    assertThat(trace).containsExactly("asked", "ended on request");
  }

  /** A request that is on its way would hit what the caller does next. */
  @Test
  void cancellable_codeEndsBeforeTheRequestHas_waitsForTheRequest() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Statement statement = new Statement();
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch mayAsk = new CountDownLatch(1);
        Task<?> task = Async.createTask(() -> Async.cancellable(() -> Async.toThread(statement::execute), () -> {
          asking.countDown();
          await(mayAsk);
          trace.add("asked");
        }));
        statement.awaitBegin();
        task.cancel();
        Async.toThread(() -> await(asking));
        statement.answer.complete("just in time");
        Async.toThread(() -> Contract.await(statement.executed));
        letOthersRun();
        assertThat(task.isDone()).isFalse();
        mayAsk.countDown();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(trace).containsExactly("executed", "asked");
      });
    }
  }

  @Test
  void cancellable_requestFails_codeIsCancelledAsAnyTask() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Statement statement = new Statement();
        IOException unreachable = new IOException("the server is unreachable");
        Task<?> task = Async.createTask(() -> Async.cancellable(
            () -> Async.toThread(ThreadOptions.DEFAULT.withInterruptOnCancel(true), statement::execute), () -> {
              throw unreachable;
            }));
        statement.awaitBegin();
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class).hasSuppressedException(unreachable);
        assertThat(trace).containsExactly("broken");
      });
    }
  }

  @Test
  void cancellable_executorRefusesTheRequest_codeIsCancelledAsAnyTask() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Task<?> task = Async.createTask(() -> Async.cancellable(() -> {
          Async.sleep(HOUR);
        }, () -> trace.add("asked")));
        letOthersRun();
        LoopEngine.running().shutdownDefaultExecutor(Duration.ZERO);
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class)
            .satisfies(thrown -> assertThat(thrown.getSuppressed()).singleElement()
                .isInstanceOf(RejectedExecutionException.class));
      });
    }
    assertThat(trace).isEmpty();
  }

  @Test
  void cancellable_cancelledTwice_codeIsCancelledAsAnyTask() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        CountDownLatch asked = new CountDownLatch(1);
        Task<?> task = Async.createTask(() -> Async.cancellable(() -> {
          try {
            Async.sleep(HOUR);
          } finally {
            trace.add("ended");
          }
        }, asked::countDown)); // which has no effect
        letOthersRun();
        task.cancel("first");
        Async.toThread(() -> await(asked));
        letOthersRun();
        assertThat(task.isDone()).isFalse();
        task.cancel("second");
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class).hasMessageContaining("first");
      });
    }
    assertThat(trace).containsExactly("ended");
  }

  @Test
  void cancellable_cancelledBeforeItBegins_runsNothing() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Task<?> task = Async.createTask(() -> Async.cancellable(() -> {
          trace.add("never");
        }, () -> trace.add("asked")));
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      });
    }
    assertThat(trace).isEmpty();
  }

  @Test
  void cancellable_contextOfTheCaller_isTheCodes() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        io.asyncrunner.ContextVar<String> variable = io.asyncrunner.ContextVar.withDefault("variable", "none");
        Async.cancellable(() -> {
          variable.set("set in the code");
        }, () -> {});
        assertThat(variable.get()).isEqualTo("set in the code");
      });
    }
  }
}
