package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread in {@code run} is interrupted: the coroutine is cancelled and awaited, and the status set again. */
public abstract class InterruptsContract extends Contract {
  private final List<String> trace = new ArrayList<>();

  /** The status belongs to the next test otherwise. */
  @AfterEach
  void clearStatus() {
    Thread.interrupted();
  }

  /** Interrupts a thread at some time from now on. */
  private static void interruptSoon(Thread thread) {
    new Thread(thread::interrupt, "interrupter").start();
  }

  @Test
  void interrupt_beforeRun_cancelsTheCoroutine() {
    try (Runner runner = newRunner()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> runner.run(() -> {
        trace.add("begun or not");
        Async.sleep(HOUR);
        trace.add("never");
      })).isExactlyInstanceOf(CancellationException.class).hasMessageContaining("interrupt");
      assertThat(Thread.interrupted()).as("status").isTrue();
      assertThat(trace).doesNotContain("never");
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
      assertThat(Thread.interrupted()).as("status after a run without an interrupt").isFalse();
    }
  }

  @Test
  void interrupt_whileTheLoopWaits_cancelsTheCoroutine() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      assertThatThrownBy(() -> runner.run(() -> {
        interruptSoon(running);
        Async.sleep(HOUR);
      })).isExactlyInstanceOf(CancellationException.class).hasCauseExactlyInstanceOf(CancelledError.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void interrupt_whileTheCoroutineIsBusy_cancelsItAtItsNextWait() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      AtomicBoolean interrupted = new AtomicBoolean();
      assertThatThrownBy(() -> runner.run(() -> {
        new Thread(() -> {
          running.interrupt();
          interrupted.set(true);
        }).start();
        while (!interrupted.get()) {
          Thread.onSpinWait();
        }
        trace.add("was busy");
        EventLoop.running().yieldNow();
        Async.sleep(HOUR);
        trace.add("never");
      })).isExactlyInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(trace).containsExactly("was busy");
    }
  }

  @Test
  void interrupt_whileACallbackIsBusy_cancelsTheCoroutine() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      AtomicBoolean interrupted = new AtomicBoolean();
      assertThatThrownBy(() -> runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          new Thread(() -> {
            running.interrupt();
            interrupted.set(true);
          }).start();
          while (!interrupted.get()) {
            Thread.onSpinWait();
          }
        });
        Async.sleep(HOUR);
      })).isExactlyInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void interrupt_always_awaitsTheCleanUp() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      assertThatThrownBy(() -> runner.run(() -> {
        interruptSoon(running);
        try {
          Async.sleep(HOUR);
        } finally {
          Async.sleep(Duration.ofMillis(1));
          letOthersRun();
          trace.add("cleaned up");
        }
      })).isExactlyInstanceOf(CancellationException.class);
      assertThat(trace).containsExactly("cleaned up");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void interrupt_duringTheCleanUp_isDeliveredToItAndTheRestAwaited() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      assertThatThrownBy(() -> runner.run(() -> {
        interruptSoon(running);
        try {
          Async.sleep(HOUR);
        } catch (CancelledError first) {
          interruptSoon(running);
          try {
            Async.sleep(HOUR);
          } catch (CancelledError second) {
            Async.sleep(Duration.ofMillis(1));
            trace.add("cleaned up");
          }
          throw first;
        }
      })).isExactlyInstanceOf(CancellationException.class);
      assertThat(trace).containsExactly("cleaned up");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void interrupt_coroutineSwallowsIt_givesItsResultAndTheStatus() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      String result = runner.run(() -> {
        interruptSoon(running);
        try {
          Async.sleep(HOUR);
        } catch (CancelledError swallowed) {
          trace.add("swallowed");
        }
        return "result";
      });
      assertThat(result).isEqualTo("result");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(trace).containsExactly("swallowed");
    }
  }

  @Test
  void interrupt_whileCoroutineIsCancelledByHand_isCountedApart() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      List<CompletableFuture<Object>> interrupt = new ArrayList<>();
      assertThatThrownBy(() -> runner.run(() -> {
        Async.currentTask().cancel("by hand");
        interrupt.add(start(() -> {
          running.interrupt();
          return null;
        }));
        try {
          Async.sleep(HOUR);
        } finally {
          trace.add("cleaned up");
        }
      })).isExactlyInstanceOf(CancellationException.class);
      interrupt.get(0).join(); // it may come when the run is over
      assertThat(trace).containsExactly("cleaned up");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void interrupt_manyTimes_losesNone() {
    try (Runner runner = newRunner()) {
      Thread running = Thread.currentThread();
      for (int i = 0; i < 200; i++) {
        boolean parked = i % 2 == 0;
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Object> interrupt = start(() -> {
          await(begun);
          running.interrupt();
          return null;
        });
        assertThatThrownBy(() -> runner.run(() -> {
          begun.countDown();
          if (parked) {
            Async.sleep(HOUR);
          } else {
            for (;;) {
              Async.sleep(Duration.ZERO);
            }
          }
        })).isExactlyInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).as("status, round %s", i).isTrue();
        get(interrupt);
      }
    }
  }

  @Test
  void interrupt_duringRunForever_endsIt() {
    LoopEngine loop = loops().newEventLoop();
    Thread running = Thread.currentThread();
    loop.callSoonThreadsafe(() -> interruptSoon(running));
    loop.runForever();
    assertThat(Thread.interrupted()).isTrue();
    loop.close();
  }

  @Test
  void interrupt_duringClose_doesNotCutItShort() {
    Runner runner = newRunner();
    Thread running = Thread.currentThread();
    runner.run(() -> {
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          awaitOnAnotherThread(() -> {
            running.interrupt();
            return null;
          });
          Async.sleep(Duration.ofMillis(1));
          trace.add("cleaned up");
        }
      });
      letOthersRun();
    });
    runner.close();
    assertThat(trace).containsExactly("cleaned up");
    assertThat(Thread.interrupted()).as("status").isTrue();
    assertThat(runner.toString()).contains("CLOSED");
  }

  @Test
  void interrupt_beforeClose_doesNotCutItShort() {
    Runner runner = newRunner();
    List<Thread> threads = new ArrayList<>();
    runner.run(() -> {
      threads.add(Async.toThread(Thread::currentThread));
      Async.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } finally {
          Async.sleep(Duration.ofMillis(1));
          trace.add("cleaned up");
        }
      });
      letOthersRun();
    });
    Thread.currentThread().interrupt();
    runner.close();
    assertThat(Thread.interrupted()).as("status").isTrue();
    assertThat(trace).containsExactly("cleaned up");
    assertThat(threads).allMatch(Contract::endsSoon);
  }
}
