package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Interrupting the thread in {@code run}; and what interrupts and permits of fibers do to suspensions: nothing. */
@ExtendWith(Watchdog.class)
class ConfinedInterruptTest {
  // --- interrupting run ---

  @Test
  void run_interruptedBefore_cancelsTheCoroutineAndSetsTheStatusAgain() {
    try (Runner runner = Confined.runner()) {
      List<String> steps = new ArrayList<>();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> runner.run(() -> waitForEver(steps))).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(steps).containsExactly("waits", "cancelled", "cleaned up");
      assertRunsAsEver(runner);
    }
  }

  @Test
  void run_interruptedWhileTheLoopIsParked_cancelsTheCoroutineAndSetsTheStatusAgain() throws Exception {
    try (Runner runner = Confined.runner()) {
      List<String> steps = new ArrayList<>();
      Thread interrupter = interruptWhenParked(Thread.currentThread());
      assertThatThrownBy(() -> runner.run(() -> waitForEver(steps))).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(steps).containsExactly("waits", "cancelled", "cleaned up");
      interrupter.join();
      assertRunsAsEver(runner);
    }
  }

  @Test
  void run_interruptedWhileATaskIsBlockedInTheJdk_cancelsTheCoroutine() throws Exception {
    try (Runner runner = Confined.runner()) {
      Thread interrupter = interruptWhenParked(Thread.currentThread());
      assertThatThrownBy(() -> runner.run(() -> {
        new SynchronousQueue<String>().take();
      })).isInstanceOf(CancellationException.class)
          .hasCauseInstanceOf(CancelledError.class)
          .hasRootCauseInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isTrue();
      interrupter.join();
      assertRunsAsEver(runner);
    }
  }

  @Test
  void run_interruptedWhileAFiberIsBusy_cancelsTheCoroutineAtItsNextAwait() throws Exception {
    try (Runner runner = Confined.runner()) {
      Thread carrier = Thread.currentThread();
      CountDownLatch busy = new CountDownLatch(1);
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread interrupter = Thread.ofPlatform().start(() -> {
        Confined.awaitThat(() -> busy.getCount() == 0);
        carrier.interrupt();
        interrupted.set(true);
      });
      List<String> steps = new ArrayList<>();
      assertThatThrownBy(() -> runner.run(() -> {
        busy.countDown();
        while (!interrupted.get()) {
          Thread.onSpinWait();
        }
        steps.add("still running");
        waitForEver(steps);
      })).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(steps).containsExactly("still running", "waits", "cancelled", "cleaned up");
      interrupter.join();
      assertRunsAsEver(runner);
    }
  }

  @Test
  void run_interruptedWhileABusyFiberDoesNotAwaitAgain_returnsItsResultAndSetsTheStatusAgain() throws Exception {
    try (Runner runner = Confined.runner()) {
      Thread carrier = Thread.currentThread();
      String result = runner.run(() -> {
        carrier.interrupt();
        return "result";
      });
      assertThat(result).isEqualTo("result");
      assertThat(Thread.interrupted()).isTrue();
      assertRunsAsEver(runner);
    }
  }

  @Test
  void run_interruptedAtAnyMoment_isCancelledEveryTime() throws Exception {
    try (Runner runner = Confined.runner()) {
      Thread carrier = Thread.currentThread();
      AtomicInteger running = new AtomicInteger();
      int rounds = 1_000;
      Thread interrupter = Thread.ofPlatform().start(() -> {
        for (int i = 1; i <= rounds; i++) {
          int round = i;
          Confined.awaitThat(() -> running.get() == round);
          for (int pause = 0; pause < round % 100; pause++) {
            Thread.onSpinWait();
          }
          carrier.interrupt();
        }
      });
      for (int i = 1; i <= rounds; i++) {
        int round = i;
        assertThatThrownBy(() -> runner.run(() -> {
          running.set(round);
          while (true) {
            Async.sleep(Duration.ZERO);
          }
        })).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
      }
      interrupter.join();
      assertRunsAsEver(runner);
    }
  }

  @Test
  void run_interruptedAgainDuringCleanUp_cancelsTheCleanUpOnce() throws Exception {
    try (Runner runner = Confined.runner()) {
      Thread carrier = Thread.currentThread();
      CountDownLatch cleaning = new CountDownLatch(1);
      Thread interrupter = Thread.ofPlatform().start(() -> {
        Confined.awaitParked(carrier);
        carrier.interrupt();
        Confined.awaitThat(() -> cleaning.getCount() == 0);
        Confined.awaitParked(carrier);
        carrier.interrupt();
      });
      List<String> steps = new ArrayList<>();
      assertThatThrownBy(() -> runner.run(() -> {
        try {
          EventLoop.running().createFuture().await();
        } finally {
          steps.add("cleans up");
          cleaning.countDown();
          try {
            EventLoop.running().createFuture().await();
          } catch (CancelledError again) {
            steps.add("cancelled again");
          }
          Async.sleep(Duration.ofMillis(1));
          steps.add("cleaned up");
        }
      })).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(steps).containsExactly("cleans up", "cancelled again", "cleaned up");
      interrupter.join();
      assertRunsAsEver(runner);
    }
  }

  @Test
  void close_interruptedDuringCleanUp_finishesItAndSetsTheStatusAgain() throws Exception {
    Thread carrier = Thread.currentThread();
    List<String> steps = new ArrayList<>();
    CountDownLatch cleaning = new CountDownLatch(1);
    Thread interrupter;
    try (Runner runner = Confined.runner()) {
      EventLoop loop = runner.loop();
      CompletableAsyncFuture<String> permission = loop.createFuture();
      runner.run(() -> {
        Task<Void> left = Async.createTask(() -> {
          try {
            waitForEver(steps);
          } finally {
            cleaning.countDown();
            steps.add(permission.await());
            Async.sleep(Duration.ofMillis(1));
            steps.add("closed");
          }
        });
        Async.sleep(Duration.ZERO);
        assertThat(left.isDone()).isFalse();
      });
      interrupter = Thread.ofPlatform().start(() -> {
        Confined.awaitThat(() -> cleaning.getCount() == 0);
        Confined.awaitParked(carrier);
        carrier.interrupt();
        loop.execute(() -> permission.setResult("permitted"));
      });
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(steps).containsExactly("waits", "cancelled", "cleaned up", "permitted", "closed");
    interrupter.join();
  }

  @Test
  void run_interruptedAndTheCoroutineGoesOn_doesNotSpin() throws Exception {
    CountingPoller poller = new CountingPoller();
    try (Runner runner = poller.runner()) {
      Thread interrupter = interruptWhenParked(Thread.currentThread());
      runner.run(() -> {
        try {
          EventLoop.running().createFuture().await();
        } catch (CancelledError swallowed) {
          // Goes on.
        }
        int before = poller.polls;
        Async.sleep(Duration.ofMillis(20));
        assertThat(poller.polls - before).isLessThan(10);
      });
      assertThat(Thread.interrupted()).isTrue();
      interrupter.join();
    }
  }

  @Test
  void close_interruptedWhileATaskCleansUp_doesNotSpin() throws Exception {
    Thread carrier = Thread.currentThread();
    CountingPoller poller = new CountingPoller();
    CountDownLatch cleaning = new CountDownLatch(1);
    Thread interrupter;
    try (Runner runner = poller.runner()) {
      EventLoop loop = runner.loop();
      CompletableAsyncFuture<String> interrupted = loop.createFuture();
      runner.run(() -> {
        Task<Void> left = Async.createTask(() -> {
          try {
            EventLoop.running().createFuture().await();
          } finally {
            cleaning.countDown();
            interrupted.await();
            Async.sleep(Duration.ofMillis(20));
          }
        });
        Async.sleep(Duration.ZERO);
        assertThat(left.isDone()).isFalse();
      });
      interrupter = Thread.ofPlatform().start(() -> {
        Confined.awaitThat(() -> cleaning.getCount() == 0);
        Confined.awaitParked(carrier);
        carrier.interrupt();
        loop.execute(() -> interrupted.setResult("interrupted"));
      });
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(poller.polls).isLessThan(50);
    interrupter.join();
  }

  @Test
  void runForever_interrupted_stops() throws Exception {
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    try {
      Thread interrupter = interruptWhenParked(Thread.currentThread());
      loop.runForever();
      assertThat(Thread.interrupted()).isTrue();
      interrupter.join();
    } finally {
      loop.close();
    }
  }

  @Test
  void runForever_interruptedAtTheEndOfTheRunBefore_goesOn() {
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    try {
      Thread carrier = Thread.currentThread();
      loop.callSoon(() -> {
        carrier.interrupt();
        loop.stop();
      });
      loop.runForever();
      assertThat(Thread.interrupted()).isTrue();
      List<String> steps = new ArrayList<>();
      loop.callSoon(() -> {
        steps.add("first");
        loop.callSoon(() -> {
          steps.add("second");
          loop.callSoon(() -> {
            steps.add("third");
            loop.stop();
          });
        });
      });
      loop.runForever();
      assertThat(steps).containsExactly("first", "second", "third");
    } finally {
      loop.close();
    }
  }

  private static void waitForEver(List<String> steps) {
    steps.add("waits");
    try {
      EventLoop.running().createFuture().await();
    } catch (CancelledError cancelled) {
      steps.add("cancelled");
      throw cancelled;
    } finally {
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ofMillis(1));
      steps.add("cleaned up");
    }
  }

  private static void assertRunsAsEver(Runner runner) {
    assertThat(runner.<String, RuntimeException>run(() -> {
      Async.sleep(Duration.ofMillis(1));
      assertThat(Async.currentTask().cancelling()).isZero();
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      return "as ever";
    })).isEqualTo("as ever");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private static Thread interruptWhenParked(Thread carrier) {
    return Thread.ofPlatform().start(() -> {
      Confined.awaitParked(carrier);
      carrier.interrupt();
    });
  }

  // --- interrupts and permits of fibers ---

  @Test
  void await_withTheInterruptStatusUp_suspendsWithoutSpinning() {
    CountingPoller poller = new CountingPoller();
    try (Runner runner = poller.runner()) {
      runner.run(() -> {
        Thread.currentThread().interrupt();
        int before = poller.polls;
        Async.sleep(Duration.ofMillis(20));
        assertThat(poller.polls - before).isLessThan(10);
        assertThat(Thread.currentThread().isInterrupted()).as("the user's own status").isTrue();
      });
    }
  }

  @Test
  void await_withTheInterruptStatusUp_isNotCutShort() {
    Confined.run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        Thread.currentThread().interrupt();
        steps.add("waits");
        steps.add(future.await());
        Async.sleep(Duration.ZERO);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      });
      for (int turn = 0; turn < 10; turn++) {
        Async.sleep(Duration.ZERO);
      }
      steps.add("ten turns later");
      future.setResult("resumed");
      task.await();
      assertThat(steps).containsExactly("waits", "ten turns later", "resumed");
    });
  }

  @Test
  void await_withAStalePermit_isNotCutShort() {
    Confined.run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        LockSupport.unpark(Thread.currentThread());
        steps.add("waits");
        steps.add(future.await());
        LockSupport.park(); // the permit is still there
      });
      for (int turn = 0; turn < 10; turn++) {
        Async.sleep(Duration.ZERO);
      }
      steps.add("ten turns later");
      future.setResult("resumed");
      task.await();
      assertThat(steps).containsExactly("waits", "ten turns later", "resumed");
    });
  }

  @Test
  void await_afterASleepOfTheThread_isNotCutShort() {
    Confined.run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      CompletableAsyncFuture<String> slept = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        Thread.sleep(1);
        slept.setResult("slept");
        steps.add("waits");
        steps.add(future.await());
      });
      slept.await();
      for (int turn = 0; turn < 10; turn++) {
        Async.sleep(Duration.ZERO);
      }
      steps.add("ten turns later");
      future.setResult("resumed");
      task.await();
      assertThat(steps).containsExactly("waits", "ten turns later", "resumed");
    });
  }

  @Test
  void await_underUnparksByOtherTasks_isNotCutShort() {
    Confined.run(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      CompletableAsyncFuture<Thread> thread = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        thread.setResult(Thread.currentThread());
        steps.add(future.await());
      });
      Thread waiting = thread.await();
      for (int turn = 0; turn < 10; turn++) {
        LockSupport.unpark(waiting);
        waiting.interrupt();
        assertThat(waiting.getStackTrace()).isNotEmpty();
        Async.sleep(Duration.ZERO);
      }
      steps.add("ten turns later");
      future.setResult("resumed");
      task.await();
      assertThat(steps).containsExactly("ten turns later", "resumed");
    });
  }

  @Test
  void callback_withTheInterruptStatusUp_doesNotSpin() {
    CountingPoller poller = new CountingPoller();
    try (Runner runner = poller.runner()) {
      runner.run(() -> {
        EventLoop.running().callSoon(() -> Thread.currentThread().interrupt());
        int before = poller.polls;
        Async.sleep(Duration.ofMillis(20));
        assertThat(poller.polls - before).isLessThan(10);
      });
    }
  }

  /** Counts how often the loop looks for something to do. */
  private static final class CountingPoller implements Poller {
    private final Poller parking = EventLoops.parkingPoller();
    private int polls; // the loop's

    Runner runner() {
      return Runner.builder().loopFactory(() -> EventLoops.of(this, VirtualThreadLoops.confinedFibers())).build();
    }

    @Override
    public void poll(long maxWaitNanos) {
      polls++;
      parking.poll(maxWaitNanos);
    }

    @Override
    public void wakeup() {
      parking.wakeup();
    }

    @Override
    public void close() {
      parking.close();
    }
  }
}
