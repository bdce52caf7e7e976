package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Work that a task of a confined loop sends to a thread. */
@ExtendWith(Watchdog.class)
class ConfinedToThreadTest {
  @Test
  void toThread_runsOffTheLoop_whichGoesOn() {
    Confined.run(() -> {
      Thread carrier = Confined.carrier();
      BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
      Task<String> offLoop = Async.createTask(() -> Async.toThread(() -> {
        assertThat(Thread.currentThread()).isNotSameAs(carrier);
        assertThat(Thread.currentThread().isVirtual()).isFalse();
        assertThat(EventLoop.runningOrNull()).isNull();
        return queue.take();
      }));
      Async.sleep(Duration.ZERO);
      queue.add("put by the loop");
      assertThat(offLoop.await()).isEqualTo("put by the loop");
      assertThat(Confined.carrier()).isSameAs(carrier);
    });
  }

  @Test
  void toThread_thatThrows_givesTheSameObject() {
    Confined.run(() -> {
      IOException thrown = new IOException("thrown on a thread");
      assertThatThrownBy(() -> Async.toThread(() -> {
        throw thrown;
      })).isSameAs(thrown);
    });
  }

  @Test
  void toThread_suspendingThere_isRefused() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      Async.toThread(() -> {
        assertThatThrownBy(() -> Async.sleep(Duration.ZERO)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("no running event loop");
        assertThatThrownBy(loop::yieldNow).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Async.callThreadsafe");
        assertThatThrownBy(() -> loop.callSoon(() -> {})).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("callSoonThreadsafe");
      });
    });
  }

  @Test
  void cancel_whileTheThreadIsAtWork_givesItUp() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Confined.run(() -> {
      Task<Void> task = Async.createTask(() -> Async.toThread(() -> {
        begun.countDown();
        release.await();
        ended.countDown();
      }));
      Async.sleep(Duration.ZERO);
      begun.await();
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(ended.getCount()).as("the thread is still at work").isOne();
      release.countDown();
      ended.await(); // not interrupted: it runs to its end
    });
  }

  @Test
  void timeout_whileTheThreadIsAtWork_givesItUp() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Confined.run(() -> {
      CountDownLatch begun = new CountDownLatch(1);
      Task<Void> call = Async.createTask(() -> Async.toThread(() -> {
        begun.countDown();
        release.await();
        ended.countDown();
      }));
      begun.await(); // what has not begun when it is given up never begins
      assertThatThrownBy(() -> Async.waitFor(Duration.ofMillis(1), call)).isInstanceOf(DeadlineExceededException.class);
      assertThat(Async.currentTask().cancelling()).isZero();
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      release.countDown();
      ended.await();
      Async.sleep(Duration.ZERO);
    });
  }

  @Test
  void cancel_beforeTheThreadHasBegun_doesNotRunTheCode() {
    AtomicBoolean called = new AtomicBoolean();
    Confined.run(() -> {
      EventLoop.running().handOverDefaultExecutor(Executors.newSingleThreadExecutor());
      CountDownLatch release = new CountDownLatch(1);
      Task<Void> first = Async.createTask(() -> Async.toThread(() -> release.await()));
      Task<Void> second = Async.createTask(() -> Async.toThread(() -> called.set(true)));
      Async.sleep(Duration.ZERO);
      second.cancel();
      assertThatThrownBy(second::await).isInstanceOf(CancelledError.class);
      release.countDown();
      first.await();
      Async.toThread(() -> {}); // the one thread has been through its queue
    });
    assertThat(called).isFalse();
  }

  /** As a driver that waits for its socket: the fiber blocks itself, and nothing interrupts it. */
  @Test
  void cancellable_fiberThatBlocks_isAskedToEndAndNotInterrupted() {
    List<String> trace = Collections.synchronizedList(new ArrayList<>());
    Confined.run(() -> {
      CountDownLatch answer = new CountDownLatch(1);
      Task<Void> task = Async.createTask(() -> Async.cancellable(() -> {
        answer.await();
        trace.add("ended, interrupted: " + Thread.currentThread().isInterrupted());
      }, () -> {
        trace.add("asked on the loop: " + (EventLoop.runningOrNull() != null));
        answer.countDown();
      }));
      Async.sleep(Duration.ofMillis(1));
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(trace).containsExactly("asked on the loop: false", "ended, interrupted: false");
    });
  }

  @Test
  void cancellable_fiberThatBlocksOnAfterTheRequest_isInterruptedByTheSecondCancellation() throws Exception {
    Confined.run(() -> {
      CountDownLatch asked = new CountDownLatch(1);
      Task<Void> task = Async.createTask(
          () -> Async.cancellable(() -> new CountDownLatch(1).await(), asked::countDown));
      Async.sleep(Duration.ofMillis(1));
      task.cancel();
      Async.toThread(() -> asked.await());
      assertThat(task.isDone()).isFalse();
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
    });
  }
}
