package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What becomes of everything that can be thrown, wherever it is thrown: {@link VirtualMachineError} and
 * {@link KeyboardInterrupt} end the run and leave it bare; all else is kept or reported. In each case the Runner can be used
 * on, and closes.
 */
public abstract class ErrorsContract extends Contract {
  /** What is thrown. */
  @SuppressWarnings("ImmutableEnumChecker") // what they throw keeps no state
  enum Thrown {
    RUNTIME_EXCEPTION(false, () -> {
      throw new IllegalArgumentException("thrown");
    }), CHECKED_EXCEPTION(false, () -> {
      throw new IOException("thrown");
    }), ERROR(false, () -> {
      throw new AssertionError("thrown");
    }), CANCELLED_ERROR(false, () -> {
      throw new CancelledError("by hand");
    }), KEYBOARD_INTERRUPT(true, () -> {
      throw new KeyboardInterrupt("thrown");
    }), INTERNAL_ERROR(true, () -> {
      throw new InternalError("thrown");
    }), STACK_OVERFLOW_BY_HAND(true, () -> {
      throw new StackOverflowError("thrown");
    }), STACK_OVERFLOW(true, () -> deeper(1)), OUT_OF_MEMORY_BY_HAND(true, () -> {
      throw new OutOfMemoryError("thrown");
    }), OUT_OF_MEMORY(true, () -> {
      long[] tooLarge = new long[Integer.MAX_VALUE];
      assertThat(tooLarge).isEmpty();
    });

    final boolean endsRun;
    private final Thrower thrower;

    Thrown(boolean endsRun, Thrower thrower) {
      this.endsRun = endsRun;
      this.thrower = thrower;
    }

    private interface Thrower {
      void run() throws Throwable;
    }

    /** Throws, and keeps what it throws. */
    void raise(List<Throwable> kept) {
      try {
        thrower.run();
      } catch (Throwable thrown) {
        kept.add(thrown);
        throw Thrown.<RuntimeException>sneaky(thrown);
      }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
      throw (X) thrown;
    }

    @SuppressWarnings("InfiniteRecursion")
    private static long deeper(long depth) {
      return deeper(depth + 1) + depth;
    }
  }

  private final List<Throwable> thrown = new ArrayList<>();

  static Stream<Thrown> allButCancellation() {
    return Stream.of(Thrown.values()).filter(kind -> kind != Thrown.CANCELLED_ERROR);
  }

  private static void assertUsable(Runner runner) {
    List<String> trace = new ArrayList<>();
    runner.run(() -> {
      EventLoop.running().callSoon(() -> trace.add("callback"));
      Task<?> task = Async.createTask(() -> trace.add("task"));
      Async.sleep(Duration.ofNanos(1));
      task.await();
    });
    assertThat(trace).containsExactlyInAnyOrder("callback", "task");
  }

  @ParameterizedTest
  @MethodSource("allButCancellation")
  void inTheMainCoroutine_always_leavesRunAsItIs(Thrown kind) {
    try (Runner runner = newRunner()) {
      Throwable out = catchThrowable(() -> runner.run(() -> {
        Async.sleep(Duration.ZERO);
        kind.raise(thrown);
      }));
      assertThat(out).isSameAs(thrown.get(0));
      assertUsable(runner);
    }
  }

  @ParameterizedTest
  @MethodSource("allButCancellation")
  void inTheFirstStepOfTheMainCoroutine_always_leavesRunAsItIs(Thrown kind) {
    try (Runner runner = newRunner()) {
      assertThatThrownBy(() -> runner.run(() -> kind.raise(thrown)))
          .satisfies(out -> assertThat(out).isSameAs(thrown.get(0)));
      assertUsable(runner);
    }
  }

  @ParameterizedTest
  @MethodSource("allButCancellation")
  void inATask_always_endsTheTaskAndIsKeptOrEndsTheRun(Thrown kind) {
    try (Runner runner = newRunner()) {
      List<Task<?>> tasks = new ArrayList<>();
      Throwable out = catchThrowable(() -> runner.run(() -> {
        tasks.add(Async.createTask(() -> {
          Async.sleep(Duration.ZERO);
          kind.raise(thrown);
        }));
        letOthersRun();
      }));
      assertThat(tasks.get(0).isDone()).isTrue();
      assertThat(tasks.get(0).exception()).isSameAs(thrown.get(0));
      assertThat(out).isSameAs(kind.endsRun ? thrown.get(0) : null);
      assertUsable(runner);
    }
  }

  @ParameterizedTest
  @MethodSource("allButCancellation")
  void inATaskThatIsAwaited_always_reachesWhoAwaitsOrEndsTheRun(Thrown kind) {
    try (Runner runner = newRunner()) {
      List<Throwable> seen = new ArrayList<>();
      Throwable out = catchThrowable(() -> runner.run(() -> {
        Task<?> task = Async.createTask(() -> kind.raise(thrown));
        try {
          task.await();
        } catch (Throwable caught) {
          seen.add(kind == Thrown.CHECKED_EXCEPTION ? caught.getCause() : caught);
        }
      }));
      if (kind.endsRun) {
        assertThat(out).isSameAs(thrown.get(0));
        assertUsable(runner); // here the awaiting coroutine, which was left behind, hears of it too
      } else {
        assertThat(out).isNull();
      }
      assertThat(seen).containsExactly(thrown.get(0));
    }
  }

  @ParameterizedTest
  @MethodSource("allButCancellation")
  void inATaskGroup_always_isGroupedOrGoesBeforeTheGroup(Thrown kind) {
    List<String> trace = new ArrayList<>();
    try (Runner runner = newRunner()) {
      Throwable out = catchThrowable(() -> runner.run(() -> TaskGroup.run((TaskGroup group) -> {
        group.createTask(() -> {
          try {
            Async.sleep(HOUR);
          } finally {
            trace.add("cleaned up");
          }
        });
        group.createTask(() -> kind.raise(thrown));
      })));
      if (kind.endsRun) {
        assertThat(out).isSameAs(thrown.get(0));
        // The coroutine with the group was left behind. It hears of it now, and ends the run once more, as in asyncio.
        assertThat(catchThrowable(() -> runner.run(() -> Async.sleep(HOUR)))).isSameAs(thrown.get(0));
      } else {
        assertThat(out).isInstanceOfSatisfying(ExceptionGroup.class,
            group -> assertThat(group.exceptions()).containsExactly(thrown.get(0)));
      }
      assertUsable(runner);
    }
    assertThat(trace).containsExactly("cleaned up");
    assertThat(reports.take()).as("of the coroutine that was left behind").hasSize(kind.endsRun ? 1 : 0);
  }

  @Test
  void cancelledErrorByHand_inATask_cancelsItAndIsReportedNowhere() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Task<?> task = Async.createTask(() -> Thrown.CANCELLED_ERROR.raise(thrown));
        letOthersRun();
        assertThat(task.isCancelled()).isTrue();
      });
      assertUsable(runner);
    }
  }

  @ParameterizedTest
  @EnumSource
  void inASoonCallback_always_isReportedOrEndsTheRun(Thrown kind) {
    assertReportedOrEndsTheRun(kind, "callback", () -> EventLoop.running().callSoon(() -> kind.raise(thrown)));
  }

  @ParameterizedTest
  @EnumSource
  void inAThreadsafeCallback_always_isReportedOrEndsTheRun(Thrown kind) {
    assertReportedOrEndsTheRun(kind, "callback", () -> {
      EventLoop loop = EventLoop.running();
      awaitOnAnotherThread(() -> loop.callSoonThreadsafe(() -> kind.raise(thrown)));
    });
  }

  @ParameterizedTest
  @EnumSource
  void inATimer_always_isReportedOrEndsTheRun(Thrown kind) {
    assertReportedOrEndsTheRun(kind, "callback",
        () -> EventLoop.running().callLater(Duration.ofMillis(1), () -> kind.raise(thrown)));
  }

  @ParameterizedTest
  @EnumSource
  void inADoneCallback_always_isReportedOrEndsTheRun(Thrown kind) {
    assertReportedOrEndsTheRun(kind, "callback", () -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      future.addDoneCallback(done -> kind.raise(thrown));
      future.setResult("done");
    });
  }

  private void assertReportedOrEndsTheRun(Thrown kind, String message, Runnable schedule) {
    List<String> trace = new ArrayList<>();
    try (Runner runner = virtual().build()) {
      Throwable out = catchThrowable(() -> runner.run(() -> {
        schedule.run();
        EventLoop.running().callLater(Duration.ofMillis(2), () -> trace.add("the callback after it"));
        Async.sleep(HOUR);
        trace.add("the coroutine went on");
      }));
      assertThat(thrown).hasSize(1);
      List<ExceptionContext> reported = reports.take();
      if (kind.endsRun) {
        assertThat(out).isSameAs(thrown.get(0));
        assertThat(reported).isEmpty();
        assertThat(trace).isEmpty();
      } else {
        assertThat(out).isNull();
        assertThat(reported).singleElement().satisfies(report -> {
          assertThat(report.exception()).isSameAs(thrown.get(0));
          assertThat(report.message()).contains(message);
          assertThat(report.handle()).isNotNull();
        });
        assertThat(trace).containsExactly("the callback after it", "the coroutine went on");
      }
      assertUsable(runner);
    }
  }

  @ParameterizedTest
  @MethodSource("allButCancellation")
  void inTheExceptionHandler_always_isLoggedOrEndsTheRun(Thrown kind) {
    IllegalStateException first = new IllegalStateException("in the callback");
    try (Runner runner = newRunner()) {
      runner.loop().setExceptionHandler((loop, context) -> {
        loop.setExceptionHandler(reports);
        kind.raise(thrown);
      });
      Throwable out = catchThrowable(() -> runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          throw first;
        });
        letOthersRun();
      }));
      if (kind.endsRun) {
        assertThat(out).isSameAs(thrown.get(0));
        assertThat(takeLog()).isEmpty();
      } else {
        assertThat(out).isNull();
        assertThat(takeLog()).singleElement().satisfies(event -> {
          assertThat(event.getFormattedMessage()).contains("handler failed", "exception in callback");
          assertThat(event.getThrowableProxy().getMessage()).isEqualTo(thrown.get(0).getMessage());
        });
        assertThat(thrown.get(0).getSuppressed()).contains(first);
      }
      assertUsable(runner);
    }
  }

  @ParameterizedTest
  @EnumSource
  void inACoroutineThatIsBeingClosed_always_isReportedAndTheLoopCloses(Thrown kind) {
    Runner runner = newRunner();
    EventLoop loop = runner.loop();
    List<Task<?>> tasks = new ArrayList<>();
    runner.run(() -> {
      tasks.add(Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          kind.raise(thrown);
        }
      }));
      Async.sleep(Duration.ZERO);
    });
    Throwable out = catchThrowable(runner::close);
    assertThat(loop.isClosed()).isTrue();
    assertThat(runner.toString()).contains("CLOSED");
    assertThat(tasks.get(0).isDone()).isTrue();
    assertThat(out).isSameAs(kind.endsRun ? thrown.get(0) : null);
    List<ExceptionContext> reported = reports.take();
    if (kind == Thrown.CANCELLED_ERROR) {
      assertThat(reported).isEmpty();
    } else if (!kind.endsRun) {
      assertThat(reported).singleElement().satisfies(report -> {
        assertThat(report.exception()).isSameAs(thrown.get(0));
        assertThat(report.future()).isSameAs(tasks.get(0));
      });
    }
  }

  @Test
  void endOfTheRun_byATaskWhileClosing_stillCleansUpTheOthersAndTheExecutor() {
    List<String> trace = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    Runner runner = newRunner();
    runner.run(() -> {
      threads.add(Async.toThread(Thread::currentThread));
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          Thrown.KEYBOARD_INTERRUPT.raise(thrown);
        }
      });
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          Async.sleep(Duration.ZERO);
          trace.add("the other cleaned up");
        }
      });
      Async.sleep(Duration.ZERO);
    });
    assertThatThrownBy(runner::close).isInstanceOf(KeyboardInterrupt.class);
    assertThat(trace).containsExactly("the other cleaned up");
    assertThat(threads).allSatisfy(thread -> assertThat(endsSoon(thread)).isTrue());
  }

  @Test
  void endOfTheRun_byATask_leavesTheMainCoroutineToTheNextRun() {
    List<String> trace = new ArrayList<>();
    try (Runner runner = newRunner()) {
      assertThatThrownBy(() -> runner.run(() -> {
        Async.createTask(() -> Thrown.KEYBOARD_INTERRUPT.raise(thrown));
        letOthersRun();
        trace.add("the coroutine went on");
      })).isInstanceOf(KeyboardInterrupt.class);
      assertThat(trace).isEmpty();
      runner.run(() -> Async.sleep(Duration.ofMillis(1)));
      assertThat(trace).containsExactly("the coroutine went on");
    }
    assertThat(reports.take()).as("nobody asked the task for its exception").hasSize(1);
  }

  @Test
  void keyboardInterrupt_severalAtOnce_theFirstEndsTheRun() {
    try (Runner runner = newRunner()) {
      KeyboardInterrupt first = new KeyboardInterrupt("first");
      assertThatThrownBy(() -> runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          throw first;
        });
        EventLoop.running().callSoon(() -> {
          throw new KeyboardInterrupt("second");
        });
        Async.sleep(HOUR);
      })).isSameAs(first);
      // The second is still queued.
      assertThatThrownBy(() -> runner.run(() -> Async.sleep(Duration.ofMillis(1)))).hasMessage("second");
      assertUsable(runner);
    }
  }

  @Test
  void await_withHardlyAnyStackLeft_overflowsCleanly() {
    try (Runner runner = newRunner()) {
      Throwable out = catchThrowable(() -> runner.run(ErrorsContract::awaitAtTheBottom));
      assertThat(out).isInstanceOf(StackOverflowError.class);
      assertUsable(runner);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // until the stack is full
  private static void awaitAtTheBottom() {
    try {
      awaitAtTheBottom();
    } catch (StackOverflowError overflow) {
      EventLoop.running().yieldNow(); // overflows again, in the midst of suspending, for some frames
      throw overflow;
    }
  }

  /** On hand-over virtual threads each of them would keep one of the JDK's threads, where it cannot park, until none is left. */
  @Test
  void await_ofManyWithHardlyAnyStackLeft_leavesRoomForThoseWhoCanGoOn() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        List<Task<?>> deep = new ArrayList<>();
        for (int i = 0; i <= Runtime.getRuntime().availableProcessors(); i++) {
          deep.add(Async.createTask(() -> assertThat(catchThrowable(ErrorsContract::awaitAtTheBottom))
              .isInstanceOf(StackOverflowError.class)));
        }
        for (Task<?> task : deep) {
          task.await();
        }
      });
    }
  }

  @Test
  void toThread_error_comesOutAsItWentIn() {
    try (Runner runner = newRunner()) {
      for (Thrown kind : allButCancellation().toList()) {
        thrown.clear();
        Throwable out = catchThrowable(() -> runner.run(() -> Async.toThread(() -> kind.raise(thrown))));
        assertThat(out).isSameAs(thrown.get(0));
        assertUsable(runner);
      }
    }
  }

  @Test
  void callThreadsafe_error_comesOutAsItWentIn() {
    for (Thrown kind : allButCancellation().toList()) {
      thrown.clear();
      try (Runner runner = newRunner()) {
        Throwable out = catchThrowable(() -> {
          var result = Async.callThreadsafe(runner.loop(), () -> kind.raise(thrown));
          Throwable ofRun = catchThrowable(() -> runner.run(() -> Async.sleep(Duration.ofMillis(1))));
          assertThat(ofRun).isSameAs(kind.endsRun ? thrown.get(0) : null);
          assertUsable(runner);
          result.get();
        });
        assertThat(out).hasCause(thrown.get(0));
      }
    }
  }
}
