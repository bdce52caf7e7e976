package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Callbacks of a confined loop: they may block, and never run on the bare thread of the loop. */
@ExtendWith(Watchdog.class)
class ConfinedCallbackTest {
  // --- callbacks that block ---

  @Test
  void callbacks_ofWhichSomeBlock_startInOrderAndEndWhenTheyCan() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      CountDownLatch release = new CountDownLatch(1);
      List<String> starts = new ArrayList<>();
      List<String> ends = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int number = i;
        expected.add("s" + number);
        loop.callSoon(() -> {
          starts.add("s" + number);
          if (number % 4 == 1) {
            await(release);
          }
          ends.add("e" + number);
        });
      }
      Async.sleep(Duration.ZERO);
      assertThat(starts).isEqualTo(expected);
      assertThat(ends).containsExactly("e0", "e2", "e3", "e4", "e6", "e7", "e8", "e10", "e11");
      release.countDown();
      while (ends.size() < 12) {
        Async.sleep(Duration.ZERO);
      }
      assertThat(ends.subList(9, 12)).containsExactlyInAnyOrder("e1", "e5", "e9");
    });
  }

  @Test
  void callbacks_allOfWhichBlock_areCarriedByFibersOfTheirOwn() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      CountDownLatch release = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      int[] ended = new int[1];
      for (int i = 0; i < 1_000; i++) {
        loop.callSoon(() -> {
          threads.add(Thread.currentThread());
          await(release);
          ended[0]++;
        });
      }
      Async.sleep(Duration.ZERO);
      assertThat(threads).hasSize(1_000).doesNotHaveDuplicates();
      assertThat(ended[0]).isZero();
      release.countDown();
      while (ended[0] < 1_000) {
        Async.sleep(Duration.ZERO);
      }
    });
  }

  @Test
  void callbacks_thatDoNotBlock_shareAFiber() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        loop.callSoon(() -> threads.add(Thread.currentThread()));
        if (i % 10 == 0) {
          Async.sleep(Duration.ZERO);
        }
      }
      Async.sleep(Duration.ZERO);
      assertThat(threads).hasSize(100).containsOnly(threads.get(0));
    });
  }

  @Test
  void callback_thatHasBlocked_mayUseTheLoopAfterwards() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      Thread carrier = Confined.carrier();
      CountDownLatch release = new CountDownLatch(1);
      CompletableAsyncFuture<List<String>> over = loop.createFuture();
      List<String> steps = new ArrayList<>();
      loop.callSoon(() -> {
        steps.add("blocks");
        await(release);
        assertThat(Confined.carrier()).isSameAs(carrier);
        assertThat(EventLoop.running()).isSameAs(loop);
        steps.add("goes on");
        loop.callSoon(() -> {
          steps.add("last");
          over.setResult(steps);
        });
      });
      loop.callSoon(() -> steps.add("meanwhile"));
      Async.sleep(Duration.ZERO);
      release.countDown();
      assertThat(over.await()).containsExactly("blocks", "meanwhile", "goes on", "last");
    });
  }

  @Test
  void timersDoneCallbacksAndHandlers_thatBlock_letTheLoopGoOn() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      BlockingQueue<String> queue = new ArrayBlockingQueue<>(10);
      List<String> steps = new ArrayList<>();
      loop.setExceptionHandler((failing, context) -> {
        steps.add("handler blocks");
        steps.add("handler got " + take(queue));
      });
      loop.callSoon(() -> {
        throw new IllegalStateException("for the handler");
      });
      Async.sleep(Duration.ZERO);
      loop.callLater(Duration.ofNanos(1), () -> {
        steps.add("timer blocks");
        steps.add("timer got " + take(queue));
      });
      Async.sleep(Duration.ofMillis(1));
      Async.createTask(() -> {}).addDoneCallback(done -> {
        steps.add("done callback blocks");
        steps.add("done callback got " + take(queue));
      });
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
      assertThat(steps).containsExactly("handler blocks", "timer blocks", "done callback blocks");
      for (String who : List.of("handler", "timer", "done callback")) {
        queue.add("an element");
        while (!steps.contains(who + " got an element")) {
          Async.sleep(Duration.ZERO);
        }
      }
    });
  }

  @Test
  void callback_thatSuspends_isRefused() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      AsyncFuture<String> future = loop.createFuture();
      CompletableAsyncFuture<String> over = loop.createFuture();
      loop.callSoon(() -> {
        assertThatThrownBy(future::await).isInstanceOf(IllegalStateException.class).hasMessageContaining("a callback");
        assertThatThrownBy(loop::yieldNow).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(Async::currentTask).isInstanceOf(IllegalStateException.class);
        over.setResult("over");
      });
      assertThat(over.await()).isEqualTo("over");
    });
  }

  @Test
  void callbacks_leftBlockedByTheCloseOfTheLoop_endElsewhere() {
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread carrier = Thread.currentThread();
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    CompletableAsyncFuture<String> begun = loop.createFuture();
    loop.callSoon(() -> {
      begun.setResult("soon blocked");
      await(release);
      ended.complete(Confined.carrier() != carrier);
    });
    loop.runUntilComplete(begun);
    loop.close(); // a Runner would interrupt it
    assertThat(ended).isNotDone();
    release.countDown();
    assertThat(ended.join()).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  private static String take(BlockingQueue<String> queue) {
    try {
      return queue.take();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  // --- where user code runs ---

  @Test
  void userCode_ofAnyKind_runsOnAVirtualThread() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      List<String> bare = new ArrayList<>();
      List<String> called = new ArrayList<>();
      class Check {
        void at(String what) {
          called.add(what);
          if (!Thread.currentThread().isVirtual()) {
            bare.add(what);
          }
        }
      }
      Check check = new Check();
      check.at("coroutine");
      loop.setExceptionHandler((failing, context) -> check.at("handler of " + context.message().split(" ", 2)[0]));
      loop.callSoon(() -> check.at("soon"));
      loop.callSoonThreadsafe(() -> check.at("soon, threadsafe"));
      loop.execute(() -> check.at("executed"));
      loop.callLater(Duration.ofNanos(1), () -> check.at("timer"));
      loop.callAt(loop.time(), () -> check.at("timer that is due"));
      Async.createTask(() -> check.at("task"));
      CompletableAsyncFuture<String> future = loop.createFuture();
      future.addDoneCallback(done -> check.at("done callback"));
      future.setResult("done");
      future.addDoneCallback(done -> check.at("done callback, late"));
      loop.callSoon(() -> {
        throw new IllegalStateException("for the handler");
      });
      CompletableAsyncFuture<String> shielded = loop.createFuture();
      Async.shield(shielded).cancel();
      Async.sleep(Duration.ZERO);
      shielded.setException(new IllegalStateException("nobody waits for it"));
      CompletableAsyncFuture<String> mirrored = loop.createFuture();
      var _ = mirrored.toCompletableFuture().thenAccept(value -> check.at("dependent stage"));
      mirrored.setResult("done");
      var _ = Async.callThreadsafe(loop, () -> check.at("coroutine, threadsafe"))
          .thenRun(() -> check.at("dependent of callThreadsafe"));
      Async.toThread(() -> {
        loop.execute(() -> check.at("executed from a thread"));
        loop.execute(() -> {
          throw new IllegalStateException("for the handler");
        });
      });
      Async.sleep(Duration.ofMillis(5));
      assertThat(called).contains("coroutine", "soon", "soon, threadsafe", "executed", "timer", "timer that is due",
          "task",
          "done callback", "done callback, late", "handler of exception", "handler of java.lang.IllegalStateException",
          "dependent stage", "coroutine, threadsafe", "dependent of callThreadsafe", "executed from a thread");
      assertThat(bare).isEmpty();
    });
  }

  @Test
  void exceptionHandler_ofAFutureThatBecameGarbage_runsOnAVirtualThread() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      List<String> seen = new ArrayList<>();
      loop.setExceptionHandler((failing, context) -> seen.add("virtual: " + Thread.currentThread().isVirtual()));
      failUnseen(loop);
      long end = System.nanoTime() + 60_000_000_000L;
      while (seen.isEmpty() && System.nanoTime() < end) {
        System.gc();
        Async.sleep(Duration.ofMillis(1));
      }
      assertThat(seen).containsExactly("virtual: true");
    });
  }

  private static void failUnseen(EventLoop loop) {
    loop.createFuture().setException(new IllegalStateException("nobody asks"));
  }

  @Test
  void interruptAction_ofARun_doesNotRunUserCodeOnTheBareThread() {
    AtomicBoolean virtual = new AtomicBoolean();
    try (var runner = Confined.runner()) {
      Thread carrier = Thread.currentThread();
      assertThatThrownBy(() -> runner.run(() -> {
        AsyncFuture<String> future = EventLoop.running().createFuture();
        future.addDoneCallback(done -> virtual.set(Thread.currentThread().isVirtual()));
        Task<Void> other = Async.createTask(carrier::interrupt);
        try {
          future.await();
        } finally {
          Async.sleep(Duration.ZERO);
          other.await();
        }
      })).isInstanceOf(java.util.concurrent.CancellationException.class);
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(virtual).isTrue();
  }
}
