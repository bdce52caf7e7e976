package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The states of a {@link Runner}: a test for each arrow of the diagram in its javadoc, and for each call that is refused. */
public abstract class RunnerLifeCycleContract extends Contract {
  private static final ContextVar<String> VARIABLE = ContextVar.withDefault("variable", "default");

  private final AtomicInteger loopsMade = new AtomicInteger();

  private Runner countingRunner() {
    EventLoopFactory factory = loops();
    return Runner.builder().loopFactory(() -> {
      loopsMade.incrementAndGet();
      return factory.newEventLoop();
    }).build();
  }

  private static void assertUsable(Runner runner) {
    assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
  }

  // --- CREATED ---

  @Test
  void build_always_makesNoLoop() {
    try (Runner runner = countingRunner()) {
      assertThat(runner.toString()).contains("CREATED");
      assertThat(loopsMade).hasValue(0);
    }
  }

  @Test
  void run_created_makesTheLoopAndEndsReady() {
    try (Runner runner = countingRunner()) {
      EventLoop inside = runner.run(EventLoop::running);
      assertThat(loopsMade).hasValue(1);
      assertThat(runner.loop()).isSameAs(inside);
      assertThat(inside.isRunning()).isFalse();
      assertThat(runner.toString()).contains("READY");
    }
  }

  @Test
  void loop_created_makesTheLoopAndEndsReady() {
    try (Runner runner = countingRunner()) {
      EventLoop loop = runner.loop();
      assertThat(loopsMade).hasValue(1);
      assertThat(runner.toString()).contains("READY");
      assertThat(runner.<EventLoop, RuntimeException>run(EventLoop::running)).isSameAs(loop);
    }
  }

  @Test
  void close_created_closesWithoutMakingALoop() {
    Runner runner = countingRunner();
    runner.close();
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(loopsMade).hasValue(0);
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> "never")).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(runner::loop).withMessageContaining("closed");
    assertThat(loopsMade).hasValue(0);
  }

  @Test
  void loopFactory_manyRunsAndLoops_calledOnce() {
    try (Runner runner = countingRunner()) {
      for (int i = 0; i < 10; i++) {
        runner.run(() -> Async.sleep(Duration.ZERO));
        runner.loop();
      }
    }
    assertThat(loopsMade).hasValue(1);
  }

  @Test
  @OnSeveralThreads
  void loopFactory_firstUseByManyThreadsAtOnce_calledOnce() throws Exception {
    try (Runner runner = countingRunner()) {
      CyclicBarrier together = new CyclicBarrier(4);
      List<CompletableFuture<Object>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        calls.add(start(() -> {
          together.await(LONG.toSeconds(), TimeUnit.SECONDS);
          return catchThrowable(() -> runner.run(() -> "one at a time"));
        }));
      }
      for (CompletableFuture<Object> call : calls) {
        assertThat(get(call)).satisfiesAnyOf(thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class));
      }
      assertUsable(runner);
      assertThat(loopsMade).hasValue(1);
    }
  }

  @Test
  void run_factoryThrows_throwsThatAndStaysCreated() {
    RuntimeException noLoop = new RuntimeException("no loop today");
    AtomicInteger attempts = new AtomicInteger();
    EventLoopFactory factory = loops();
    try (Runner runner = Runner.builder().loopFactory(() -> {
      if (attempts.incrementAndGet() == 1) {
        throw noLoop;
      }
      return factory.newEventLoop();
    }).build()) {
      assertThatThrownBy(() -> runner.run(() -> "never")).isSameAs(noLoop);
      assertThat(runner.toString()).contains("CREATED");
      assertUsable(runner);
    }
    assertThat(attempts).hasValue(2);
  }

  @Test
  void loop_factoryThrows_throwsThatAndStaysCreated() {
    RuntimeException noLoop = new RuntimeException("no loop today");
    try (Runner runner = Runner.builder().loopFactory(() -> {
      throw noLoop;
    }).build()) {
      assertThatThrownBy(runner::loop).isSameAs(noLoop);
      assertThatThrownBy(runner::loop).as("the second time").isSameAs(noLoop);
      assertThat(runner.toString()).contains("CREATED");
    }
  }

  @Test
  void close_factoryThrewBefore_closes() {
    Runner runner = Runner.builder().loopFactory(() -> {
      throw new IllegalArgumentException("no loop today");
    }).build();
    assertThatIllegalArgumentException().isThrownBy(() -> runner.run(() -> "never"));
    runner.close();
    assertThat(runner.toString()).contains("CLOSED");
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> "never")).withMessageContaining("closed");
  }

  @Test
  void run_factoryReturnsNull_saysSoAndCloses() {
    Runner runner = Runner.builder().loopFactory(() -> null).build();
    assertThatNullPointerException().isThrownBy(() -> runner.run(() -> "never")).withMessageContaining("factory");
    runner.close();
    assertThat(runner.toString()).contains("CLOSED");
  }

  // --- READY to RUNNING and back ---

  @Test
  void run_ready_givesTheSameInstance() {
    Object result = new Object();
    try (Runner runner = newRunner()) {
      assertThat(runner.<Object, RuntimeException>run(() -> result)).isSameAs(result);
      assertThat(runner.<Object, RuntimeException>run(() -> null)).isNull();
    }
  }

  @Test
  void run_running_saysSo() {
    try (Runner runner = newRunner()) {
      assertThat(runner.<String, RuntimeException>run(runner::toString)).contains("RUNNING");
      assertThat(runner.loop().isRunning()).isFalse();
    }
  }

  @Test
  void run_coroutineThrowsChecked_throwsTheSameAndIsReady() {
    IOException thrown = new IOException("as it went in");
    try (Runner runner = newRunner()) {
      assertThatThrownBy(() -> runner.run(() -> {
        throw thrown;
      })).isSameAs(thrown);
      assertThat(runner.toString()).contains("READY");
      assertUsable(runner);
    }
  }

  @Test
  void run_coroutineCancelled_throwsCancellationExceptionAndIsReady() {
    try (Runner runner = newRunner()) {
      assertThatThrownBy(() -> runner.run(() -> {
        Async.currentTask().cancel("enough");
        Async.sleep(HOUR);
      })).isExactlyInstanceOf(CancellationException.class)
          .hasMessageContaining("enough")
          .hasCauseExactlyInstanceOf(CancelledError.class);
      assertThat(runner.toString()).contains("READY");
      assertUsable(runner);
    }
  }

  @Test
  void run_stopped_refusesTheResultAndIsReady() {
    try (Runner runner = newRunner()) {
      assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {
        LoopEngine.running().stop();
        Async.sleep(HOUR);
      })).withMessageContaining("stopped");
      assertUsable(runner);
    }
  }

  @Test
  void run_taskLeftBehind_goesOnInTheNextRun() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = newRunner()) {
      Task<?> left = runner.run(() -> {
        Task<?> task = Async.createTask(() -> {
          trace.add("begins");
          Async.sleep(Duration.ZERO);
          trace.add("ends");
        });
        return task;
      });
      trace.add("between");
      runner.run(() -> left.await());
    }
    assertThat(trace).endsWith("ends").containsSubsequence("between", "ends").containsOnlyOnce("begins");
  }

  @Test
  void run_variableSet_isSeenByTheNextRunOnly() {
    try (Runner runner = newRunner(); Runner other = newRunner()) {
      runner.run(() -> {
        VARIABLE.set("by the first run");
      });
      assertThat(runner.<String, RuntimeException>run(VARIABLE::get)).isEqualTo("by the first run");
      assertThat(other.<String, RuntimeException>run(VARIABLE::get)).isEqualTo("default");
      assertThat(VARIABLE.get()).as("outside").isEqualTo("default");
    }
  }

  @Test
  void run_contextOfTheThreadThatMadeTheLoop_isCopied() {
    try (Runner runner = newRunner()) {
      ContextVar.Token token = VARIABLE.set("at the making");
      runner.loop();
      VARIABLE.reset(token);
      assertThat(runner.<String, RuntimeException>run(VARIABLE::get)).isEqualTo("at the making");
    }
  }

  @Test
  void run_contextGiven_isUsedItself() {
    Context context = new Context();
    try (Runner runner = newRunner()) {
      runner.run(context, () -> {
        VARIABLE.set("given");
      });
      assertThat(context.get(VARIABLE)).isEqualTo("given");
      assertThat(runner.<String, RuntimeException>run(context, VARIABLE::get)).isEqualTo("given");
      assertThat(runner.<String, RuntimeException>run(VARIABLE::get)).isEqualTo("default");
    }
  }

  @Test
  @OnSeveralThreads
  void run_onOneThreadAfterAnother_eachSeesWhatTheOneBeforeWrote() {
    int[] plain = {0};
    try (Runner runner = newRunner()) {
      for (int i = 1; i <= 20; i++) {
        int expected = i;
        int found = onAnotherThread(() -> runner.run(() -> {
          Async.sleep(Duration.ZERO);
          return ++plain[0];
        }));
        assertThat(found).isEqualTo(expected);
      }
    }
  }

  @Test
  @OnSeveralThreads
  void run_manyThreadsAtOnce_oneAtATimeTheOthersRefused() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    try (Runner runner = newRunner()) {
      List<CompletableFuture<Object>> callers = new ArrayList<>();
      CyclicBarrier together = new CyclicBarrier(3);
      for (int i = 0; i < 3; i++) {
        callers.add(start(() -> {
          together.await(LONG.toSeconds(), TimeUnit.SECONDS);
          for (int n = 0; n < 50; n++) {
            Throwable thrown = catchThrowable(() -> runner.run(() -> {
              assertThat(inside.incrementAndGet()).isEqualTo(1);
              Async.sleep(Duration.ZERO);
              assertThat(inside.decrementAndGet()).isEqualTo(0);
              done.incrementAndGet();
            }));
            if (thrown != null) {
              assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
              refused.incrementAndGet();
            }
          }
          return null;
        }));
      }
      callers.forEach(Contract::get);
      assertThat(done.get() + refused.get()).isEqualTo(150);
      assertThat(done.get()).isPositive();
      assertUsable(runner);
    }
  }

  // --- refused inside a running loop ---

  @Test
  void run_inATaskOfItsOwn_refusedAndStateKept() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        assertRunRefused(runner);
        assertThat(runner.toString()).contains("RUNNING");
        Async.sleep(Duration.ZERO);
      });
      assertUsable(runner);
    }
  }

  @Test
  void run_inACallbackOfItsOwn_refusedAndStateKept() {
    try (Runner runner = newRunner()) {
      runner.run(() -> awaitInCallback(() -> {
        assertRunRefused(runner);
        assertThat(runner.toString()).contains("RUNNING");
        return null;
      }));
      assertUsable(runner);
    }
  }

  @Test
  void run_inATaskOfAnotherRunner_refusedAndNoLoopMade() {
    try (Runner runner = newRunner(); Runner other = countingRunner()) {
      runner.run(() -> assertRunRefused(other));
      assertThat(other.toString()).contains("CREATED");
      assertThat(loopsMade).hasValue(0);
      assertUsable(other);
      runner.run(() -> assertRunRefused(other));
      assertThat(other.toString()).contains("READY");
    }
  }

  @Test
  void run_inACallbackOfAnotherRunner_refused() {
    try (Runner runner = newRunner(); Runner other = newRunner()) {
      runner.run(() -> awaitInCallback(() -> {
        assertRunRefused(other);
        return null;
      }));
      assertUsable(other);
    }
  }

  @Test
  void asyncRun_inATask_refused() {
    try (Runner runner = newRunner()) {
      AtomicInteger calls = new AtomicInteger();
      runner.run(() -> {
        assertThatIllegalStateException().isThrownBy(() -> Async.run(() -> calls.incrementAndGet()))
            .withMessageContaining("running event loop");
      });
      assertThat(calls).hasValue(0);
    }
  }

  private static void assertRunRefused(Runner runner) {
    AtomicInteger calls = new AtomicInteger();
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> calls.incrementAndGet()))
        .withMessageContaining("running event loop");
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {
      calls.incrementAndGet();
    })).withMessageContaining("running event loop");
    assertThatIllegalStateException().isThrownBy(() -> runner.run(new Context(), () -> calls.incrementAndGet()))
        .withMessageContaining("running event loop");
    assertThat(calls).hasValue(0);
  }

  @Test
  void close_inATaskOfItsOwn_refusedAndStateKept() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        assertThatIllegalStateException().isThrownBy(runner::close).withMessageContaining("running event loop");
        assertThat(runner.toString()).contains("RUNNING");
        Async.sleep(Duration.ZERO);
      });
      assertUsable(runner);
    }
  }

  @Test
  void close_inACallbackOfItsOwn_refusedAndStateKept() {
    try (Runner runner = newRunner()) {
      runner.run(() -> awaitInCallback(() -> {
        assertThatIllegalStateException().isThrownBy(runner::close).withMessageContaining("running event loop");
        return null;
      }));
      assertUsable(runner);
    }
  }

  @Test
  void close_inATaskOfAnotherRunner_refusedAndStateKept() {
    try (Runner runner = newRunner(); Runner other = newRunner()) {
      runner.run(() -> {
        assertThatIllegalStateException().isThrownBy(other::close).withMessageContaining("running event loop");
      });
      assertThat(other.toString()).contains("CREATED");
      assertUsable(other);
    }
  }

  @Test
  void close_inACallbackOfAnotherRunner_refusedAndStateKept() {
    try (Runner runner = newRunner(); Runner other = newRunner()) {
      assertUsable(other);
      runner.run(() -> awaitInCallback(() -> {
        assertThatIllegalStateException().isThrownBy(other::close).withMessageContaining("running event loop");
        return null;
      }));
      assertThat(other.toString()).contains("READY");
      assertUsable(other);
    }
  }

  @Test
  void loop_inATaskAndACallback_givesTheLoop() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        assertThat(runner.loop()).isSameAs(EventLoop.running());
        EventLoop loop = EventLoop.running();
        assertThat(awaitInCallback(runner::loop)).isSameAs(loop);
      });
    }
  }

  // --- refused while running on another thread ---

  @Test
  @OnSeveralThreads
  void run_runningOnAnotherThread_refusedAndStateKept() {
    AtomicInteger calls = new AtomicInteger();
    try (Runner runner = newRunner()) {
      whileRunningElsewhere(runner, () -> {
        assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> calls.incrementAndGet()))
            .withMessageContaining("running on another thread")
            .withMessageContaining("callThreadsafe");
        assertThat(runner.toString()).contains("RUNNING");
      });
      assertUsable(runner);
    }
    assertThat(calls).hasValue(0);
  }

  @Test
  @OnSeveralThreads
  void close_runningOnAnotherThread_refusedAndStateKept() {
    try (Runner runner = newRunner()) {
      whileRunningElsewhere(runner, () -> {
        assertThatIllegalStateException().isThrownBy(runner::close).withMessageContaining("running on another thread");
        assertThat(runner.toString()).contains("RUNNING");
        assertThat(runner.loop().isClosed()).isFalse();
      });
      assertUsable(runner);
    }
  }

  @Test
  @OnSeveralThreads
  void loop_runningOnAnotherThread_givesTheLoop() {
    try (Runner runner = newRunner()) {
      whileRunningElsewhere(runner, () -> assertThat(runner.loop().isRunning()).isTrue());
    }
  }

  /** Does something on the calling thread while a run on another waits for it. */
  private static void whileRunningElsewhere(Runner runner, Runnable body) {
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<String> go = new CompletableFuture<>();
    CompletableFuture<String> run = start(() -> runner.run(() -> {
      running.countDown();
      return Async.await(go);
    }));
    try {
      await(running);
      body.run();
    } finally {
      go.complete("undisturbed");
      assertThat(get(run)).isEqualTo("undisturbed");
    }
  }

  // --- CLOSING and CLOSED ---

  @Test
  void close_ready_closesTheLoop() {
    Runner runner = newRunner();
    EventLoop loop = runner.loop();
    runner.close();
    assertThat(loop.isClosed()).isTrue();
    assertThat(runner.toString()).contains("CLOSED");
  }

  @Test
  @OnSeveralThreads
  void close_onAnotherThreadThanRun_closes() {
    List<String> trace = new ArrayList<>();
    Runner runner = newRunner();
    runner.run(() -> {
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          trace.add("cleaned up");
        }
      });
      Async.sleep(Duration.ZERO);
    });
    onAnotherThread(() -> {
      runner.close();
      return null;
    });
    assertThat(trace).containsExactly("cleaned up");
    assertThat(runner.toString()).contains("CLOSED");
  }

  @Test
  void close_closed_doesNothing() {
    Runner runner = newRunner();
    EventLoop loop = runner.loop();
    runner.close();
    runner.close();
    onAnotherThread(() -> {
      runner.close();
      return null;
    });
    assertThat(loop.isClosed()).isTrue();
    assertThat(runner.toString()).contains("CLOSED");
  }

  @Test
  void run_closed_refusedAndCoroutineNotCalled() {
    Runner runner = newRunner();
    assertUsable(runner);
    runner.close();
    AtomicInteger calls = new AtomicInteger();
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> calls.incrementAndGet()))
        .withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(() -> runner.run(new Context(), () -> calls.incrementAndGet()))
        .withMessageContaining("closed");
    assertThat(calls).hasValue(0);
  }

  @Test
  void loop_closed_refused() {
    Runner runner = newRunner();
    runner.loop();
    runner.close();
    assertThatIllegalStateException().isThrownBy(runner::loop).withMessageContaining("closed");
  }

  @Test
  @OnSeveralThreads
  void runCloseLoop_closingOnAnotherThread_refusedNothingAndTheLoop() {
    CountDownLatch closing = new CountDownLatch(1);
    CompletableFuture<String> go = new CompletableFuture<>();
    Runner runner = newRunner();
    EventLoop loop = runner.loop();
    runner.run(() -> {
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          closing.countDown();
          Async.await(go);
        }
      });
      Async.sleep(Duration.ZERO);
    });
    CompletableFuture<Object> close = start(() -> {
      runner.close();
      return null;
    });
    await(closing);
    AtomicInteger calls = new AtomicInteger();
    assertThat(runner.toString()).contains("CLOSING");
    assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> calls.incrementAndGet()))
        .withMessageContaining("closing");
    runner.close(); // a second call does nothing
    assertThat(runner.toString()).contains("CLOSING");
    assertThat(runner.loop()).isSameAs(loop);
    go.complete("go on");
    get(close);
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(calls).hasValue(0);
  }

  @Test
  void runAndClose_inATaskThatIsBeingClosed_refused() {
    List<Throwable> refused = new ArrayList<>();
    Runner runner = newRunner();
    runner.run(() -> {
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          refused.add(catchThrowable(runner::close));
          refused.add(catchThrowable(() -> runner.run(() -> "never")));
        }
      });
      Async.sleep(Duration.ZERO);
    });
    runner.close();
    assertThat(refused).hasSize(2)
        .allSatisfy(thrown -> assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class)
            .hasMessageContaining("running event loop"));
    assertThat(runner.toString()).contains("CLOSED");
  }

  // --- the builder ---

  @Test
  void builder_changedAfterBuild_leavesTheRunnerAlone() {
    Runner.Builder builder = builder().debug(true);
    try (Runner runner = builder.build()) {
      builder.debug(false).loopFactory(() -> {
        throw new AssertionError("not this one");
      });
      assertThat(runner.loop().isDebug()).isTrue();
    }
  }

  @Test
  void build_twice_givesRunnersOfTheirOwn() {
    Runner.Builder builder = builder();
    Runner one = builder.build();
    try (Runner other = builder.build()) {
      assertThat(one).isNotSameAs(other);
      assertThat(one.loop()).isNotSameAs(other.loop());
      one.close();
      assertUsable(other);
    }
  }

  @Test
  void closeTimeout_negative_refusedAndBuilderUnchanged() {
    Runner.Builder builder = builder();
    assertThatIllegalArgumentException().isThrownBy(() -> builder.closeTimeout(Duration.ofNanos(-1)))
        .withMessageContaining("PT-0.000000001S");
    try (Runner runner = builder.build()) {
      assertUsable(runner);
    }
  }

  @Test
  void handleSignals_thatCannotBeHandled_areRefusedWhenTheRunnerIsBuilt() {
    // Of the last four, the JVM, or the system, lets nobody have them.
    for (String name : List.of("NOSUCHSIGNAL", "", "SIG", "term", "SIGSIGTERM", "KILL", "STOP", "QUIT", "SIGSEGV")) {
      Runner.Builder builder = builder().handleSignals("TERM", name);
      assertThatIllegalArgumentException().as(name)
          .isThrownBy(builder::build)
          .withMessageStartingWith("handleSignals: " + name + " (expected");
    }
  }

  @Test
  void handleSignals_withTheirPrefix_areTaken() {
    try (Runner runner = builder().handleSignals("SIGTERM", "TERM", "HUP").build()) {
      assertUsable(runner);
    }
  }

  @Test
  void handleSignals_withCloseOnShutdown_isRefused() {
    Runner.Builder builder = builder().handleSignals("TERM").closeOnShutdown();
    assertThatIllegalStateException().isThrownBy(builder::build).withMessageContaining("exclude each other");
  }

  @Test
  void propagate_arrayChangedAfterwards_makesNoDifference() {
    AtomicInteger captured = new AtomicInteger();
    ContextPropagator[] propagators = {() -> {
      captured.incrementAndGet();
      return new PassThrough();
    }};
    Runner.Builder builder = builder().propagate(propagators);
    propagators[0] = () -> {
      throw new AssertionError("not this one");
    };
    try (Runner runner = builder.build()) {
      assertUsable(runner);
    }
    assertThat(captured.get()).isPositive();
  }

  private static final class PassThrough implements ContextPropagator.Snapshot {
    @Override
    public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
      return body.run();
    }
  }
}
