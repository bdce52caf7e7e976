package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** {@link Async#callThreadsafe}. */
class CallThreadsafeTest extends ConstructTestCase {
  private static final ContextVar<String> USER = ContextVar.withDefault("user", "nobody");

  @Test
  void call_fromAnotherThread_runsInATaskOfTheLoopWithTheCallersContext() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      String result = awaitOnAnotherThread(() -> {
        USER.set("ada");
        return Async.callThreadsafe(loop, () -> {
          assertThat(EventLoop.running()).isSameAs(loop);
          assertThat(Async.currentTask()).isNotNull();
          Async.sleep(SECOND);
          return "for " + USER.get();
        }).get();
      });
      assertThat(result).isEqualTo("for ada");
      assertThat(USER.get()).isEqualTo("nobody");
    });
  }

  @Test
  void call_coroutineFails_endsTheFutureWithTheSameObject() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      IOException checked = new IOException("checked");
      assertThatThrownBy(
          () -> Async.await(Async.callThreadsafe(loop, () -> failAfter(SECOND, checked)), IOException.class))
          .isSameAs(checked);
      CompletableFuture<String> failed = Async.callThreadsafe(loop, () -> failAfter(SECOND, checked));
      assertThatThrownBy(() -> Async.await(failed)).isInstanceOf(CompletionException.class).cause().isSameAs(checked);
    });
  }

  @Test
  void call_severalFromOneThread_beginInOrder() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      awaitOnAnotherThread(() -> {
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          int number = i;
          calls.add(Async.callThreadsafe(loop, () -> log.add("call " + number)));
        }
        return CompletableFuture.allOf(calls.toArray(new CompletableFuture<?>[0])).get();
      });
      for (int i = 0; i < 100; i++) {
        assertThat(log.get(i)).isEqualTo("call " + i);
      }
    });
  }

  @Test
  void cancel_onAnotherThread_cancelsTheTaskAndSaysWho() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      AtomicReference<CancelledError> seen = new AtomicReference<>();
      CompletableFuture<Void> begun = new CompletableFuture<>();
      CompletableFuture<Void> ended = new CompletableFuture<>();
      CompletableFuture<Void> call = Async.callThreadsafe(loop, () -> {
        begun.complete(null);
        try {
          loop.createFuture().await();
        } catch (CancelledError cancelled) {
          seen.set(cancelled);
          ended.complete(null);
          throw cancelled;
        }
      });
      Async.await(begun);
      boolean cancelled = awaitOnAnotherThread(() -> call.cancel(true));
      assertThat(cancelled).isTrue();
      Async.await(ended);
      assertThat(seen.get().source().canceller()).contains("callThreadsafe");
      assertThat(call).isCancelled();
      letOthersRun();
      assertLoopWorks();
    });
  }

  @Test
  void cancel_onTheLoopsThread_cancelsTheTaskAtOnce() {
    run(() -> {
      Task<?>[] called = new Task<?>[2];
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int number = i;
        calls.add(Async.callThreadsafe(EventLoop.running(), () -> {
          called[number] = Async.currentTask();
          sleepLogging("call " + number);
        }));
      }
      letOthersRun();
      calls.get(0).cancel(true);
      assertThat(called[0].cancelling()).isEqualTo(1);
      int counted = inCallback(() -> {
        calls.get(1).cancel(true);
        return called[1].cancelling();
      });
      assertThat(counted).isEqualTo(1);
      Async.awaitAll(List.of(called));
      assertThat(log).containsExactly("call 0 cancelled", "call 1 cancelled");
    });
  }

  /** In order: the cancellation never gets ahead of the call, nor of calls before it. */
  @Test
  void cancel_beforeItBegins_neverRunsItAndLeavesTheOthersAlone() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      Async.await(Async.callThreadsafe(loop, () -> {
        CompletableFuture<?> before = Async.callThreadsafe(loop, () -> log.add("before"));
        CompletableFuture<?> cancelled = Async.callThreadsafe(loop, () -> log.add("never"));
        CompletableFuture<?> after = Async.callThreadsafe(loop, () -> log.add("after"));
        assertThat(cancelled.cancel(false)).isTrue();
        assertThat(cancelled.cancel(false)).isTrue(); // as CompletableFuture does
        Async.await(CompletableFuture.allOf(before, after));
      }));
      assertThat(log).containsExactly("before", "after");
    });
  }

  @Test
  void cancel_done_hasNoEffect() {
    run(() -> {
      CompletableFuture<String> call = Async.callThreadsafe(EventLoop.running(), () -> "result");
      Async.await(call);
      assertThat(call.cancel(true)).isFalse();
      assertThat(call.join()).isEqualTo("result");
      assertLoopWorks();
    });
  }

  @Test
  void call_taskIsCancelled_endsTheFutureWithACancellationCausedByIt() {
    run(() -> {
      CompletableFuture<String> call = Async.callThreadsafe(EventLoop.running(), () -> {
        Async.currentTask().cancel("by itself");
        return after(SECOND, "never");
      });
      CancellationException cancelled = (CancellationException) thrownBy(() -> Async.await(call));
      assertThat(cancelled).hasMessageContaining("by itself").hasCauseInstanceOf(CancelledError.class);
      assertThat(call).isCancelled();
    });
  }

  @Test
  void call_loopIdle_waitsForTheNextRunAndIsCancelledByTheClose() {
    CompletableFuture<?> left;
    try (Runner runner = newRunner()) {
      CompletableFuture<String> first = Async.callThreadsafe(runner.loop(), () -> "result");
      assertThat(first).isNotDone();
      runner.run(() -> assertThat(Async.await(first)).isEqualTo("result"));
      left = Async.callThreadsafe(runner.loop(), () -> sleepLogging("left"));
    }
    assertThat(left).isCancelled();
    assertThat(takeReports()).isEmpty(); // whoever has the future knows
  }

  @Test
  void call_loopClosed_refused() {
    LoopEngine loop = newEventLoop();
    loop.close();
    assertThatIllegalStateException().isThrownBy(() -> Async.callThreadsafe(loop, () -> log.add("never")))
        .withMessageContaining("closed");
    assertThat(log).isEmpty();
  }
}
