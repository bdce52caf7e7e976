package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A call of the JDK that blocks one task lets the others run. In each test another task of the same loop does what ends the
 * call, so that a loop that stood still would never get there.
 */
@ExtendWith(Watchdog.class)
class ConfinedBlockingTest {
  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void blockingCall_inOneTask_letsAnotherRunThatEndsIt(BlockingCall kind) throws Exception {
    Confined.run(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        Thread carrier = Confined.carrier();
        List<String> steps = new ArrayList<>();
        Task<Void> blocked = Async.createTask(() -> {
          steps.add("blocks");
          call.block();
          steps.add("goes on");
          assertThat(Confined.carrier()).isSameAs(carrier);
        });
        Task<Void> other = Async.createTask(() -> {
          steps.add("unblocks");
          call.unblock();
        });
        Async.gather(blocked, other);
        assertThat(steps).containsExactly("blocks", "unblocks", "goes on");
      }
    });
  }

  @ParameterizedTest
  @EnumSource(BlockingCall.class)
  void blockingCall_inACallback_letsATaskRunThatEndsIt(BlockingCall kind) throws Exception {
    Confined.run(() -> {
      try (BlockingCall.Instance call = kind.open()) {
        CompletableAsyncFuture<String> ended = EventLoop.running().createFuture();
        List<String> steps = new ArrayList<>();
        EventLoop.running().callSoon(() -> {
          steps.add("blocks");
          try {
            call.block();
            ended.setResult("ended");
          } catch (Exception unexpected) {
            ended.setException(unexpected);
          }
        });
        Async.createTask(() -> {
          steps.add("unblocks");
          call.unblock();
        }).await();
        assertThat(ended.await()).isEqualTo("ended");
        assertThat(steps).containsExactly("blocks", "unblocks");
      }
    });
  }

  @Test
  void synchronized_contendedByTasks_letsTheOwnerGoOn() {
    Confined.run(() -> {
      Object lock = new Object();
      CompletableAsyncFuture<String> release = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Async.gather(Async.createTask(() -> {
        synchronized (lock) {
          steps.add("owns");
          release.await();
          steps.add("leaves");
        }
      }), Async.createTask(() -> {
        steps.add("wants");
        synchronized (lock) {
          steps.add("enters");
        }
      }), Async.createTask(() -> {
        steps.add("releases");
        release.setResult("go");
      }));
      assertThat(steps).containsExactly("owns", "wants", "releases", "leaves", "enters");
    });
  }

  @Test
  void lock_contendedByTasks_letsTheOwnerGoOn() {
    Confined.run(() -> {
      ReentrantLock lock = new ReentrantLock();
      CompletableAsyncFuture<String> release = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Async.gather(Async.createTask(() -> {
        lock.lock();
        try {
          steps.add("owns");
          release.await();
          steps.add("leaves");
        } finally {
          lock.unlock();
        }
      }), Async.createTask(() -> {
        steps.add("wants");
        lock.lock();
        try {
          steps.add("enters");
        } finally {
          lock.unlock();
        }
      }), Async.createTask(() -> {
        steps.add("releases");
        release.setResult("go");
      }));
      assertThat(steps).containsExactly("owns", "wants", "releases", "leaves", "enters");
    });
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // what is tested
  void yield_ofTheThread_letsTheOthersRunOnce() {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      Async.gather(Async.createTask(() -> {
        steps.add("a1");
        Thread.yield();
        steps.add("a2");
      }), Async.createTask(() -> {
        steps.add("b1");
        Thread.yield();
        steps.add("b2");
      }));
      assertThat(steps).containsExactly("a1", "b1", "a2", "b2");
    });
  }
}
