package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Handle;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callbacks, timers, what comes from other threads, and who hears of errors. */
public abstract class CallbacksContract extends Contract {
  private static final ContextVar<String> VARIABLE = ContextVar.withDefault("variable", "default");

  private final List<String> trace = new ArrayList<>();

  private Runnable add(String entry) {
    return () -> trace.add(entry);
  }

  // --- order ---

  @Test
  void callSoon_several_areCalledInOrderInALaterTurn() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        for (int i = 0; i < 100; i++) {
          loop.callSoon(add("" + i));
        }
        assertThat(trace).isEmpty();
        loop.yieldNow();
      });
    }
    assertThat(trace).hasSize(100).isSortedAccordingTo((one, other) -> Integer.parseInt(one) - Integer.parseInt(other));
  }

  @Test
  void callSoon_fromACallback_isCalledAfterThoseAlreadyQueued() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callSoon(() -> {
          trace.add("1");
          loop.callSoon(add("3"));
        });
        loop.callSoon(add("2"));
        letOthersRun();
      });
    }
    assertThat(trace).containsExactly("1", "2", "3");
  }

  @Test
  void iteration_always_callsWhatWasReadyWhenItBegan() {
    LoopEngine loop = loops().newEventLoop();
    loop.callSoon(() -> {
      trace.add("first iteration");
      loop.callSoon(add("second iteration"));
      loop.stop();
    });
    loop.callSoon(add("first iteration, too"));
    loop.runForever();
    assertThat(trace).containsExactly("first iteration", "first iteration, too");
    loop.stop();
    loop.runForever();
    assertThat(trace).endsWith("second iteration").hasSize(3);
    loop.close();
  }

  @Test
  void runForever_stoppedBefore_runsOneIteration() {
    LoopEngine loop = loops().newEventLoop();
    loop.callSoon(() -> {
      trace.add("first");
      loop.callSoon(add("second"));
    });
    loop.stop();
    loop.runForever();
    assertThat(trace).containsExactly("first");
    loop.close();
    assertThat(trace).as("what is queued is dropped").containsExactly("first");
  }

  @Test
  void tasksAndCallbacks_inOneQueue_takeTurnsInOrder() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callSoon(add("callback 1"));
        loop.createTask(() -> trace.add("task 1"));
        loop.callSoon(add("callback 2"));
        loop.createTask(() -> trace.add("task 2"));
        loop.yieldNow();
        trace.add("the coroutine");
      });
    }
    assertThat(trace).containsExactly("callback 1", "task 1", "callback 2", "task 2", "the coroutine");
  }

  @Test
  void callSoon_whileIdle_waitsForTheNextRun() {
    try (Runner runner = newRunner()) {
      runner.loop().callSoon(add("queued"));
      assertThat(trace).isEmpty();
      runner.run(() -> EventLoop.running().yieldNow());
      assertThat(trace).containsExactly("queued");
    }
  }

  // --- timers ---

  @Test
  void callLater_several_fireInTheOrderOfDeadlinesThenCreation() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callLater(Duration.ofSeconds(2), add("2s, first"));
        loop.callLater(Duration.ofSeconds(1), add("1s, first"));
        loop.callLater(Duration.ofSeconds(2), add("2s, second"));
        loop.callLater(Duration.ofSeconds(1), add("1s, second"));
        loop.callAt(loop.deadline(Duration.ofSeconds(1)), add("1s, third"));
        Async.sleep(Duration.ofSeconds(3));
      });
    }
    assertThat(trace).containsExactly("1s, first", "1s, second", "1s, third", "2s, first", "2s, second");
  }

  @Test
  void timers_manyAtRandomWithCancellations_fireStably() {
    Random random = new Random(42);
    List<Integer> expected = new ArrayList<>();
    List<Integer> fired = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        List<List<Integer>> byDeadline = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          byDeadline.add(new ArrayList<>());
        }
        List<TimerHandle> timers = new ArrayList<>();
        List<Integer> deadlines = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
          int id = i;
          int deadline = random.nextInt(50);
          deadlines.add(deadline);
          byDeadline.get(deadline).add(id);
          timers.add(loop.callAt(deadline + 1, () -> fired.add(id)));
        }
        for (int i = 0; i < 700; i++) {
          Integer cancelled = random.nextInt(2_000);
          timers.get(cancelled).cancel();
          byDeadline.get(deadlines.get(cancelled)).removeIf(cancelled::equals);
        }
        byDeadline.forEach(expected::addAll);
        Async.sleep(Duration.ofNanos(100));
      });
    }
    assertThat(fired).isEqualTo(expected);
  }

  @Test
  void callLater_whenDue_firesNeitherBeforeNorLate() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        long start = loop.time();
        TimerHandle timer = loop.callLater(Duration.ofMillis(5), () -> trace.add("at " + (loop.time() - start)));
        assertThat(timer.when()).isEqualTo(start + 5_000_000);
        Async.sleep(Duration.ofMillis(4));
        assertThat(trace).isEmpty();
        Async.sleep(Duration.ofMillis(4));
      });
    }
    assertThat(trace).containsExactly("at 5000000");
  }

  @Test
  void callLater_onTheRealClock_firesAfterTheDelay() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        long start = loop.time();
        Async.sleep(Duration.ofMillis(3));
        assertThat(loop.time() - start).isGreaterThanOrEqualTo(3_000_000);
      });
    }
  }

  @Test
  void callLater_leftBehindByARun_firesInTheNext() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop.running().callLater(HOUR, add("fired"));
      });
      assertThat(trace).isEmpty();
      runner.run(() -> Async.sleep(HOUR));
      assertThat(trace).containsExactly("fired");
    }
  }

  // --- handles ---

  @Test
  void cancel_beforeTheCall_preventsIt() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        List<Handle> handles = List.of(loop.callSoon(add("soon")), loop.callSoonThreadsafe(add("threadsafe")),
            loop.callLater(Duration.ofMillis(1), add("later")));
        handles.forEach(handle -> {
          assertThat(handle.isCancelled()).isFalse();
          handle.cancel();
          handle.cancel();
          assertThat(handle.isCancelled()).isTrue();
        });
        Async.sleep(HOUR);
      });
    }
    assertThat(trace).isEmpty();
  }

  @Test
  void cancel_byAnEarlierCallbackOfTheSameIteration_preventsTheCall() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        Handle[] second = new Handle[1];
        loop.callSoon(() -> second[0].cancel());
        second[0] = loop.callSoon(add("never"));
        loop.callSoon(add("third"));
        letOthersRun();
      });
    }
    assertThat(trace).containsExactly("third");
  }

  @Test
  void cancel_timerThatIsDueByAnotherThatIsDue_preventsTheCall() {
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        TimerHandle[] second = new TimerHandle[1];
        loop.callLater(Duration.ofMillis(1), () -> second[0].cancel());
        second[0] = loop.callLater(Duration.ofMillis(1), add("never"));
        Async.sleep(HOUR);
      });
    }
    assertThat(trace).isEmpty();
  }

  @Test
  void cancel_afterTheCall_hasNoEffect() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Handle handle = EventLoop.running().callSoon(add("called"));
        letOthersRun();
        handle.cancel();
        assertThat(handle.isCancelled()).isTrue();
      });
    }
    assertThat(trace).containsExactly("called");
  }

  @Test
  void cancel_byItself_hasNoEffect() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Handle[] own = new Handle[1];
        own[0] = EventLoop.running().callSoon(() -> {
          own[0].cancel();
          trace.add("called");
        });
        letOthersRun();
      });
    }
    assertThat(trace).containsExactly("called");
  }

  @Test
  void cancel_threadsafeHandleRacingTheLoop_eitherCancelsOrRuns() {
    int rounds = 100;
    int each = 200;
    try (Runner runner = newRunner()) {
      EventLoop loop = runner.loop();
      CompletableFuture<Object> canceller = start(() -> {
        for (int round = 0; round < rounds; round++) {
          AtomicInteger[] calls = new AtomicInteger[each];
          Handle[] handles = new Handle[each];
          boolean[] cancelled = new boolean[each];
          for (int i = 0; i < each; i++) {
            AtomicInteger own = new AtomicInteger();
            calls[i] = own;
            handles[i] = loop.callSoonThreadsafe(own::incrementAndGet);
          }
          // The loop comes from the other end.
          for (int i = each - 1; i >= 0; i--) {
            handles[i].cancel();
            cancelled[i] = handles[i].isCancelled();
          }
          CompletableFuture<String> after = new CompletableFuture<>();
          loop.callSoonThreadsafe(() -> after.complete("all have been called, or never will be"));
          get(after);
          for (int i = 0; i < each; i++) {
            assertThat(calls[i].get()).isEqualTo(cancelled[i] ? 0 : 1);
          }
        }
        return null;
      });
      runner.run(() -> Async.await(canceller));
    }
  }

  // --- from other threads ---

  @Test
  void callSoonThreadsafe_fromManyThreads_losesNoneAndKeepsTheOrderOfEach() {
    int threads = 4;
    int each = 1_000;
    List<List<Integer>> seen = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      seen.add(new ArrayList<>());
    }
    try (Runner runner = newRunner()) {
      EventLoop loop = runner.loop();
      runner.run(() -> {
        List<CompletableFuture<Object>> senders = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(threads);
        for (int t = 0; t < threads; t++) {
          List<Integer> own = seen.get(t);
          senders.add(start(() -> {
            together.await(LONG.toSeconds(), TimeUnit.SECONDS);
            for (int i = 0; i < each; i++) {
              int number = i;
              loop.callSoonThreadsafe(() -> own.add(number));
            }
            return null;
          }));
        }
        senders.forEach(Async::await);
        letOthersRun();
      });
    }
    assertThat(seen).allSatisfy(own -> assertThat(own).hasSize(each).isSorted());
  }

  @Test
  void callSoonThreadsafe_loopWaiting_wakesIt() {
    try (Runner runner = newRunner()) {
      EventLoop loop = runner.loop();
      for (int i = 0; i < 200; i++) {
        CompletableFuture<String> woken = new CompletableFuture<>();
        assertThat(runner.<String, RuntimeException>run(() -> {
          CompletableFuture<Handle> sent = start(() -> loop.callSoonThreadsafe(() -> woken.complete("woken")));
          String result = Async.await(woken);
          Async.await(sent);
          return result;
        })).isEqualTo("woken");
      }
    }
  }

  @Test
  void callSoonThreadsafe_whileIdle_waitsForTheNextRun() {
    List<String> seen = Collections.synchronizedList(trace);
    try (Runner runner = newRunner()) {
      EventLoop loop = runner.loop();
      CompletableFuture<Boolean> last = onAnotherThread(() -> {
        loop.callSoonThreadsafe(() -> seen.add("1"));
        loop.execute(() -> seen.add("2"));
        return Async.callThreadsafe(loop, () -> seen.add("3"));
      });
      assertThat(seen).isEmpty();
      runner.run(() -> letOthersRun());
      assertThat(seen).containsExactly("1", "2", "3");
      assertThat(last).isCompletedWithValue(true);
    }
  }

  @Test
  void callSoonThreadsafe_onTheLoop_keepsItsPlaceInTheQueue() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callSoon(add("1"));
        loop.callSoonThreadsafe(add("2"));
        loop.callSoon(add("3"));
        letOthersRun();
      });
    }
    assertThat(trace).containsExactly("1", "2", "3");
  }

  @Test
  void callThreadsafe_fromAnotherThread_givesResultExceptionAndCancellation() {
    try (Runner runner = newRunner()) {
      EventLoop loop = runner.loop();
      runner.run(() -> {
        assertThat(awaitOnAnotherThread(() -> get(Async.callThreadsafe(loop, () -> {
          Async.sleep(Duration.ZERO);
          return "result";
        })))).isEqualTo("result");
        Throwable thrown = awaitOnAnotherThread(
            () -> catchThrowable(() -> Async.callThreadsafe(loop, () -> {
              throw new java.io.IOException("thrown");
            }).get()));
        assertThat(thrown).hasCauseExactlyInstanceOf(java.io.IOException.class);
        CompletableFuture<Object> begun = new CompletableFuture<>();
        AtomicBoolean cleanedUp = new AtomicBoolean();
        CompletableFuture<Object> never = Async.callThreadsafe(loop, () -> {
          begun.complete("begun");
          try {
            Async.sleep(HOUR);
          } finally {
            cleanedUp.set(true);
          }
          return null;
        });
        Async.await(begun);
        awaitOnAnotherThread(() -> never.cancel(true));
        letOthersRun();
        letOthersRun();
        assertThat(cleanedUp).isTrue();
      });
    }
  }

  // --- contexts ---

  @Test
  void callSoon_always_runsInACopyOfTheCallersContext() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        VARIABLE.set("at the call");
        loop.callSoon(() -> {
          trace.add(VARIABLE.get());
          VARIABLE.set("by the callback");
        });
        VARIABLE.set("after the call");
        loop.yieldNow();
        trace.add(VARIABLE.get());
      });
    }
    assertThat(trace).containsExactly("at the call", "after the call");
  }

  @Test
  void contextGiven_toEachKindOfCallback_isUsed() {
    Context context = new Context();
    context.run(() -> {
      VARIABLE.set("given");
    });
    try (Runner runner = virtual().build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        Runnable look = () -> trace.add(VARIABLE.get());
        loop.callSoon(context, look);
        loop.callSoon(look);
        loop.callSoonThreadsafe(context, look);
        loop.callAt(loop.time() + 1, context, look);
        var future = loop.<String>createFuture();
        future.addDoneCallback(context, done -> look.run());
        future.setResult("done");
        Async.sleep(HOUR);
      });
    }
    assertThat(trace).containsExactly("given", "default", "given", "given", "given");
  }

  @Test
  void running_insideAndOutside_isTheLoopOrRefused() {
    try (Runner runner = newRunner()) {
      assertThat(EventLoop.runningOrNull()).isNull();
      assertThatThrownBy(EventLoop::running).isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("callThreadsafe");
      runner.run(() -> {
        assertThat(EventLoop.running()).isSameAs(runner.loop());
        assertThat(awaitInCallback(EventLoop::running)).isSameAs(runner.loop());
        assertThat(awaitOnAnotherThread(() -> EventLoop.runningOrNull() == null)).isTrue();
        assertThat(Async.<EventLoop, RuntimeException>toThread(EventLoop::runningOrNull)).isNull();
      });
      assertThat(EventLoop.runningOrNull()).isNull();
    }
  }

  // --- who hears of errors ---

  @Test
  void exceptionHandler_callbackFails_getsLoopMessageExceptionAndHandle() {
    RuntimeException failure = new RuntimeException("in the callback");
    List<ExceptionContext> contexts = new ArrayList<>();
    try (Runner runner = newRunner()) {
      EventLoop[] told = new EventLoop[1];
      runner.loop().setExceptionHandler((loop, context) -> {
        told[0] = loop;
        contexts.add(context);
      });
      Handle[] handle = new Handle[1];
      runner.run(() -> {
        handle[0] = EventLoop.running().callSoon(() -> {
          throw failure;
        });
        letOthersRun();
      });
      assertThat(told[0]).isSameAs(runner.loop());
      assertThat(contexts).singleElement().satisfies(context -> {
        assertThat(context.exception()).isSameAs(failure);
        assertThat(context.handle()).isSameAs(handle[0]);
        assertThat(context.future()).isNull();
        assertThat(context.message()).contains("exception in callback");
      });
    }
  }

  @Test
  void exceptionHandler_none_isTheLog() {
    try (Runner runner = newRunner()) {
      runner.loop().setExceptionHandler(null);
      assertThat(runner.loop().exceptionHandler()).isNull();
      runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          throw new RuntimeException("in the callback");
        });
        letOthersRun();
      });
    }
    assertThat(takeLog()).singleElement().satisfies(event -> {
      assertThat(event.getFormattedMessage()).contains("exception in callback");
      assertThat(event.getThrowableProxy().getMessage()).isEqualTo("in the callback");
    });
  }

  @Test
  void exceptionHandler_mayUseTheLoop_asACallbackMay() {
    try (Runner runner = newRunner()) {
      runner.loop().setExceptionHandler((loop, context) -> {
        trace.add("handled");
        loop.callSoon(add("scheduled by the handler"));
        loop.createTask(() -> trace.add("created by the handler"));
      });
      runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          throw new RuntimeException("in the callback");
        });
        letOthersRun();
      });
    }
    assertThat(trace).containsExactly("handled", "scheduled by the handler", "created by the handler");
  }

  @Test
  void exceptionHandler_throwsKeyboardInterrupt_endsTheRun() {
    KeyboardInterrupt interrupt = new KeyboardInterrupt("by the handler");
    try (Runner runner = newRunner()) {
      runner.loop().setExceptionHandler((loop, context) -> {
        throw interrupt;
      });
      assertThatThrownBy(() -> runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          throw new RuntimeException("in the callback");
        });
        Async.sleep(HOUR);
      })).isSameAs(interrupt);
      runner.loop().setExceptionHandler(reports);
    }
  }

  // --- debug mode ---

  @ParameterizedTest
  @CsvSource({"true,true", "1,true", "'',true", "false,false", "0,false"})
  void debug_notSet_followsTheSystemProperty(String property, boolean expected) {
    String before = System.getProperty("asyncrunner.debug");
    System.setProperty("asyncrunner.debug", property);
    try (Runner runner = newRunner();
        Runner on = builder().debug(true).build();
        Runner off = builder().debug(false).build()) {
      assertThat(runner.loop().isDebug()).isEqualTo(expected);
      assertThat(on.loop().isDebug()).isTrue();
      assertThat(off.loop().isDebug()).isFalse();
    } finally {
      if (before == null) {
        System.clearProperty("asyncrunner.debug");
      } else {
        System.setProperty("asyncrunner.debug", before);
      }
    }
  }
}
