package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Cancelling a task that is blocked in a call of the JDK. The clock jumps: a deadline passes as soon as all tasks are blocked
 * or suspended.
 */
@ExtendWith(Watchdog.class)
class ConfinedCancellationTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TWO_HOURS = Duration.ofHours(2);

  // --- delivered by the interrupt ---

  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void timeout_aroundABlockingCall_throwsDeadlineExceededAndLeavesNothingBehind(BlockingCall kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        Task<?> me = Async.currentTask();
        assertThatThrownBy(() -> Async.timeout(HOUR, call::block))
            .isInstanceOf(DeadlineExceededException.class)
            .hasMessageContaining("PT1H")
            .hasCauseInstanceOf(CancelledError.class);
        assertNothingLeft(me);
      }
    });
  }

  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void timeout_aroundABlockingCallInACancelledTask_keepsTheCount(BlockingCall kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        Task<?> me = Async.currentTask();
        me.cancel();
        assertThatThrownBy(() -> Async.sleep(Duration.ZERO)).isInstanceOf(CancelledError.class);
        assertThatThrownBy(() -> Async.timeout(HOUR, call::block)).isInstanceOf(DeadlineExceededException.class);
        assertThat(me.cancelling()).isEqualTo(1);
        assertThat(me.uncancel()).isZero();
        assertNothingLeft(me);
      }
    });
  }

  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void timeout_ofTheOuterOfTwo_passesTheInner(BlockingCall kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        List<Throwable> inner = new ArrayList<>();
        assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
          try {
            Async.timeout(TWO_HOURS, call::block);
          } catch (Throwable thrown) {
            inner.add(thrown);
            throw thrown;
          }
        })).isInstanceOf(DeadlineExceededException.class).hasMessageContaining("PT1H");
        assertThat(inner).singleElement().isInstanceOf(CancelledError.class);
        assertNothingLeft(Async.currentTask());
      }
    });
  }

  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void cancel_ofATaskInABlockingCall_cancelsTheTask(BlockingCall kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        Task<Void> task = Async.createTask(call::block);
        Async.sleep(HOUR); // over when the task is blocked
        task.cancel("enough");
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class).hasMessageContaining("enough");
        assertThat(task.isCancelled()).isTrue();
        assertThat(task.cancelling()).isEqualTo(1);
      }
    });
  }

  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void cancel_ofAGroupWhoseBodyIsInABlockingCall_cancelsIt(BlockingCall kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        IllegalStateException failure = new IllegalStateException("a child failed");
        assertThatThrownBy(() -> TaskGroup.run(group -> {
          group.createTask(() -> {
            Async.sleep(HOUR);
            throw failure;
          });
          call.block();
        })).isInstanceOfSatisfying(ExceptionGroup.class,
            group -> assertThat(group.exceptions()).containsExactly(failure));
        assertNothingLeft(Async.currentTask());
      }
    });
  }

  /** No request is counted, no interrupt is left, and waiting works in both worlds. */
  private static void assertNothingLeft(Task<?> me) throws InterruptedException {
    assertThat(me.cancelling()).isZero();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertInterruptOfOthersIsTheNextCancellation();
    Async.sleep(HOUR);
    Async.sleep(Duration.ZERO);
    Thread.sleep(1);
    assertThatThrownBy(() -> Async.timeout(HOUR, () -> Async.sleep(TWO_HOURS)))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(me.cancelling()).isZero();
  }

  /** An interrupt that comes from elsewhere is not taken for a request of ours, which would be counted. */
  private static void assertInterruptOfOthersIsTheNextCancellation() {
    Thread thread = Thread.currentThread();
    Task<Void> other = Async.createTask(thread::interrupt);
    assertThatThrownBy(() -> Async.timeout(TWO_HOURS, () -> Thread.sleep(HOUR)))
        .isInstanceOf(CancelledError.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Async.currentTask().cancelling()).isZero();
    other.await();
  }

  @Test
  void cancel_thatHasLeftAScope_isNotDeliveredAgain() {
    Confined.runOnJumpingClock(() -> {
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        try {
          Async.timeout(TWO_HOURS, () -> Thread.sleep(TWO_HOURS));
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
        Async.sleep(HOUR);
        Async.sleep(Duration.ZERO);
        Thread.sleep(1);
        steps.add("went on");
      });
      Async.sleep(HOUR);
      task.cancel();
      task.await();
      assertThat(steps).containsExactly("cancelled", "went on");
      assertThat(task.isCancelled()).isFalse();
      assertThat(task.cancelling()).isEqualTo(1);
    });
  }

  // --- delivered otherwise ---

  @Test
  void cancel_ofATaskThatSwallowsTheInterruption_isDeliveredOnceAtTheNextAwait() {
    Confined.runOnJumpingClock(() -> {
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        try {
          Thread.sleep(HOUR);
        } catch (InterruptedException swallowed) {
          steps.add("interrupted");
        }
        try {
          Async.sleep(HOUR);
          steps.add("not cancelled");
        } catch (CancelledError cancelled) {
          steps.add("cancelled " + cancelled.reason());
        }
        Async.sleep(HOUR);
        Async.sleep(Duration.ZERO);
        Thread.sleep(1);
        steps.add("went on");
      });
      Async.sleep(HOUR);
      task.cancel("once");
      task.await();
      assertThat(steps).containsExactly("interrupted", "cancelled once", "went on");
    });
  }

  @Test
  void cancel_ofATaskThatSetsTheStatusAgain_isDeliveredOnceAtTheNextAwait() {
    Confined.runOnJumpingClock(() -> {
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        try {
          Thread.sleep(HOUR);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
        try {
          Async.sleep(HOUR);
          steps.add("not cancelled");
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Async.sleep(HOUR);
        Thread.sleep(1);
        steps.add("went on");
      });
      Async.sleep(HOUR);
      task.cancel();
      task.await();
      assertThat(steps).containsExactly("cancelled", "went on");
    });
  }

  @Test
  void cancel_ofATaskThatSwallowsTheInterruptionAndEnds_cancelsTheTask() {
    Confined.runOnJumpingClock(() -> {
      Task<String> task = Async.createTask(() -> {
        try {
          Thread.sleep(HOUR);
        } catch (InterruptedException swallowed) {
          // Too late to be told.
        }
        return "result";
      });
      Async.sleep(HOUR);
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @Test
  void cancel_ofATaskThatWaitsForAMonitor_isDeliveredWhenItHasIt() {
    Confined.runOnJumpingClock(() -> {
      Object lock = new Object();
      List<String> steps = new ArrayList<>();
      Task<Void> owner = Async.createTask(() -> {
        synchronized (lock) {
          Async.sleep(TWO_HOURS);
        }
      });
      Task<Void> task = Async.createTask(() -> {
        synchronized (lock) {
          steps.add("entered");
        }
        try {
          Async.sleep(HOUR);
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Async.sleep(HOUR);
        Thread.sleep(1);
        steps.add("went on");
      });
      Async.sleep(HOUR);
      task.cancel();
      Async.gather(owner, task);
      assertThat(steps).containsExactly("entered", "cancelled", "went on");
    });
  }

  @Test
  void cancel_ofATaskThatIsParked_returnsFromParkAndIsDeliveredAtTheNextAwait() {
    Confined.runOnJumpingClock(() -> {
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        LockSupport.park();
        steps.add("interrupted: " + Thread.currentThread().isInterrupted());
        try {
          Async.sleep(HOUR);
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
        steps.add("interrupted: " + Thread.currentThread().isInterrupted());
        Async.sleep(HOUR);
      });
      Async.sleep(HOUR);
      task.cancel();
      task.await();
      assertThat(steps).containsExactly("interrupted: true", "cancelled", "interrupted: false");
    });
  }

  @Test
  void cancel_afterTheBlockingCallHasItsResult_isDeliveredAtTheNextAwait() {
    Confined.runOnJumpingClock(() -> {
      BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        try {
          steps.add(queue.take());
          Async.sleep(HOUR);
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Async.sleep(HOUR);
        Thread.sleep(1);
        steps.add("went on");
      });
      Async.sleep(HOUR);
      queue.add("element");
      task.cancel();
      task.await();
      assertThat(steps).containsExactly("element", "cancelled", "went on");
    });
  }

  @Test
  void cancel_ofATaskThatYieldsItsThread_isDeliveredAtTheNextAwait() {
    Confined.runOnJumpingClock(() -> {
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(ConfinedCancellationTest::yieldThenSleep);
      Async.sleep(Duration.ZERO); // it has given up its thread for one turn
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(steps).isEmpty();
    });
  }

  @SuppressWarnings("ThreadPriorityCheck") // what is tested
  private static void yieldThenSleep() {
    Thread.yield();
    try {
      Async.sleep(HOUR);
    } finally {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  // --- a deadline that the code outlives ---

  @Test
  void timeout_aroundAMonitorThatIsEnteredLate_leavesNothingBehind() throws Exception {
    Confined.runOnJumpingClock(() -> {
      Object lock = new Object();
      Task<Void> owner = Async.createTask(() -> {
        synchronized (lock) {
          Async.sleep(TWO_HOURS);
        }
      });
      Async.sleep(Duration.ZERO);
      String result = Async.timeout(HOUR, () -> {
        synchronized (lock) {
          return "late";
        }
      });
      assertThat(result).isEqualTo("late");
      owner.await();
      assertNothingLeft(Async.currentTask());
    });
  }

  @Test
  void timeout_aroundALockThatIsTakenLate_leavesNothingBehind() throws Exception {
    Confined.runOnJumpingClock(() -> {
      ReentrantLock lock = new ReentrantLock();
      Task<Void> owner = Async.createTask(() -> {
        lock.lock();
        try {
          Async.sleep(TWO_HOURS);
        } finally {
          lock.unlock();
        }
      });
      Async.sleep(Duration.ZERO);
      String result = Async.timeout(HOUR, () -> {
        lock.lock();
        try {
          return "late";
        } finally {
          lock.unlock();
        }
      });
      assertThat(result).isEqualTo("late");
      owner.await();
      assertNothingLeft(Async.currentTask());
    });
  }

  @Test
  void timeout_aroundCodeThatSwallowsTheInterruption_leavesNothingBehind() throws Exception {
    Confined.runOnJumpingClock(() -> {
      String result = Async.timeout(HOUR, () -> {
        try {
          Thread.sleep(TWO_HOURS);
          return "slept";
        } catch (InterruptedException swallowed) {
          return "late";
        }
      });
      assertThat(result).isEqualTo("late");
      assertNothingLeft(Async.currentTask());
    });
  }

  @Test
  void timeout_aroundCodeThatSetsTheStatusAgain_leavesNothingBehind() throws Exception {
    Confined.runOnJumpingClock(() -> {
      String result = Async.timeout(HOUR, () -> {
        try {
          Thread.sleep(TWO_HOURS);
          return "slept";
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return "late";
        }
      });
      assertThat(result).isEqualTo("late");
      assertNothingLeft(Async.currentTask());
    });
  }

  @Test
  void uncancel_beforeTheRequestWasDelivered_takesTheInterruptBack() throws Exception {
    Confined.runOnJumpingClock(() -> {
      Task<?> me = Async.currentTask();
      Task<Void> other = Async.createTask(() -> {
        me.cancel();
      });
      LockSupport.park(); // ended by the interrupt
      assertThat(me.uncancel()).isZero();
      other.await();
      assertNothingLeft(me);
    });
  }

  // --- what is no cancellation ---

  @Test
  void cancellationException_thrownByTheTask_isAnOrdinaryFailure() throws Exception {
    Confined.runOnJumpingClock(() -> {
      CancellationException mine = new CancellationException("mine");
      Task<Void> task = Async.createTask(() -> {
        throw mine;
      });
      assertThatThrownBy(task::await).isSameAs(mine);
      assertThat(task.isCancelled()).isFalse();
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        throw mine;
      })).isSameAs(mine);
      CompletableFuture<String> cancelled = new CompletableFuture<>();
      cancelled.cancel(false);
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> cancelled.get())).isInstanceOf(CancellationException.class);
      assertThatThrownBy(() -> Async.await(cancelled)).isInstanceOf(CancellationException.class);
      assertNothingLeft(Async.currentTask());
    });
    CancellationException mine = new CancellationException("mine");
    assertThatThrownBy(() -> Confined.run(() -> {
      throw mine;
    })).isSameAs(mine);
  }

  @Test
  void socketTimeout_underADeadline_comesOutAsItIs() throws Exception {
    Confined.run(() -> {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
        socket.setSoTimeout(1);
        assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
          socket.getInputStream().read();
        })).isInstanceOf(SocketTimeoutException.class);
        assertThat(Async.currentTask().cancelling()).isZero();
      }
    });
  }

  @Test
  void socketTimeout_thrownByACancelledTask_isAnOrdinaryFailure() {
    Confined.runOnJumpingClock(() -> {
      SocketTimeoutException thrown = new SocketTimeoutException("after the interruption");
      Task<Void> task = Async.createTask(() -> {
        try {
          Thread.sleep(HOUR);
        } catch (InterruptedException swallowed) {
          throw thrown;
        }
      });
      Async.sleep(HOUR);
      task.cancel();
      assertThatThrownBy(task::await).hasCause(thrown);
      assertThat(task.exception()).isSameAs(thrown);
      assertThat(task.isCancelled()).isFalse();
    });
  }

  @Test
  void cancellationException_thrownByACancelledTask_isAnOrdinaryFailure() {
    Confined.runOnJumpingClock(() -> {
      CancellationException thrown = new CancellationException("after the interruption");
      Task<Void> task = Async.createTask(() -> {
        try {
          Thread.sleep(HOUR);
        } catch (InterruptedException swallowed) {
          throw thrown;
        }
      });
      Async.sleep(HOUR);
      task.cancel();
      assertThatThrownBy(task::await).isSameAs(thrown);
      assertThat(task.isCancelled()).isFalse();
    });
  }

  @Test
  void interrupt_thatComesFromElsewhere_cancels() {
    Confined.runOnJumpingClock(() -> {
      CompletableAsyncFuture<Thread> thread = EventLoop.running().createFuture();
      Task<Void> task = Async.createTask(() -> {
        thread.setResult(Thread.currentThread());
        Thread.sleep(HOUR);
      });
      thread.await().interrupt();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class)
          .hasMessage("(cancelled by an interrupt of its thread)");
      assertThat(task.isCancelled()).isTrue();
      assertThat(task.cancelling()).isZero();
    });
  }
}
