package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tasks of one loop share plain data without races, and share nothing that belongs to a thread. */
@ExtendWith(Watchdog.class)
class ConfinedIsolationTest {
  private static final int TASKS = 40;
  private static final int ITERATIONS = 250;

  // --- plain fields ---

  /** Fields without any synchronisation; equal whenever nobody is in the middle of {@link #update}. */
  private static final class Plain {
    private int first;
    private int second;
    private int third;
    private boolean busy;

    /** Would lose updates, and meet another one, if two tasks were in here at once. */
    void update() {
      assertThat(busy).as("another task is in the middle of an update").isFalse();
      busy = true;
      int value = first;
      assertThat(second).isEqualTo(value);
      for (int i = 0; i < 20; i++) {
        Thread.onSpinWait();
      }
      first = value + 1;
      second = first;
      third += 1;
      busy = false;
    }
  }

  @Test
  void plainFields_updatedBetweenAwaits_loseNothing() {
    assertNothingLost(turn -> Async.sleep(Duration.ZERO));
  }

  @Test
  void plainFields_updatedBetweenFuturesOfTheLoop_loseNothing() {
    assertNothingLost(turn -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      EventLoop.running().callSoon(() -> future.setResult("done"));
      future.await();
    });
  }

  @Test
  void plainFields_updatedBetweenTimedParks_loseNothing() {
    assertNothingLost(turn -> LockSupport.parkNanos(1_000));
  }

  @Test
  void plainFields_updatedBetweenSleepsOfTheThread_loseNothing() throws Exception {
    assertNothingLost(turn -> Thread.sleep(0, 1_000));
  }

  @Test
  void plainFields_updatedBetweenContendedMonitors_loseNothing() {
    Object lock = new Object();
    assertNothingLost(turn -> {
      synchronized (lock) {
        Async.sleep(Duration.ZERO);
      }
    });
  }

  @Test
  void plainFields_updatedBetweenContendedLocks_loseNothing() {
    ReentrantLock lock = new ReentrantLock();
    assertNothingLost(turn -> {
      lock.lock();
      try {
        Async.sleep(Duration.ZERO);
      } finally {
        lock.unlock();
      }
    });
  }

  @Test
  void plainFields_updatedBetweenHandsOnToThreads_loseNothing() {
    assertNothingLost(turn -> Async.toThread(() -> {}));
  }

  @Test
  @SuppressWarnings("WaitNotInLoop") // it waits for the time alone
  void plainFields_updatedBetweenAMixOfAll_loseNothing() throws Exception {
    Object monitor = new Object();
    ReentrantLock lock = new ReentrantLock();
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
    assertNothingLost(turn -> {
      switch (turn % 8) {
        case 0 -> Async.sleep(Duration.ZERO);
        case 1 -> Async.sleep(Duration.ofNanos(1));
        case 2 -> Thread.sleep(0, 1_000);
        case 3 -> LockSupport.parkNanos(1);
        case 4 -> {
          synchronized (monitor) {
            Async.sleep(Duration.ZERO);
          }
        }
        case 5 -> {
          lock.lock();
          try {
            Thread.sleep(0, 1);
          } finally {
            lock.unlock();
          }
        }
        case 6 -> {
          queue.put("element");
          queue.take();
        }
        default -> {
          synchronized (monitor) {
            monitor.wait(0, 1_000);
          }
        }
      }
    });
  }

  private interface Pause<X extends Throwable> {
    void pause(int turn) throws X;
  }

  private static <X extends Throwable> void assertNothingLost(Pause<X> pause) throws X {
    Plain plain = new Plain();
    Confined.<X>run(() -> {
      List<Task<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        int number = i;
        tasks.add(Async.createTask(() -> {
          for (int j = 0; j < ITERATIONS; j++) {
            plain.update();
            pause.pause(number + j);
          }
        }));
      }
      Async.gather(tasks);
    });
    assertThat(List.of(plain.first, plain.second, plain.third)).containsOnly(TASKS * ITERATIONS);
  }

  // --- thread-locals ---

  private static final ThreadLocal<String> LOCAL = ThreadLocal.withInitial(() -> "initial");
  private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

  @Test
  void threadLocal_setInATask_isNotSeenInOthers() {
    LOCAL.set("carrier's");
    Confined.run(() -> {
      assertThat(LOCAL.get()).isEqualTo("initial");
      LOCAL.set("main's");
      Task<String> other = Async.createTask(() -> {
        String found = LOCAL.get();
        LOCAL.set("other's");
        Async.sleep(Duration.ZERO);
        assertThat(LOCAL.get()).isEqualTo("other's");
        return found;
      });
      assertThat(other.await()).isEqualTo("initial");
      assertThat(LOCAL.get()).isEqualTo("main's");
      for (int i = 0; i < 10; i++) {
        assertThat(Async.createTask(LOCAL::get).await()).isEqualTo("initial");
      }
    });
    assertThat(LOCAL.get()).isEqualTo("carrier's");
    LOCAL.remove();
  }

  @Test
  void inheritableThreadLocal_comesFromTheCreatingTask() {
    INHERITABLE.set("carrier's");
    Confined.run(() -> {
      assertThat(INHERITABLE.get()).isEqualTo("carrier's");
      INHERITABLE.set("main's");
      Task<String> other = Async.createTask(() -> {
        String found = INHERITABLE.get();
        INHERITABLE.set("other's");
        assertThat(Async.createTask(INHERITABLE::get).await()).isEqualTo("other's");
        return found;
      });
      INHERITABLE.set("main's later");
      assertThat(other.await()).isEqualTo("main's");
      assertThat(INHERITABLE.get()).isEqualTo("main's later");
    });
    assertThat(INHERITABLE.get()).isEqualTo("carrier's");
    INHERITABLE.remove();
  }

  @Test
  void inheritableThreadLocal_ofTheCarrier_isNotSeenInCallbacks() {
    INHERITABLE.set("carrier's");
    AtomicBoolean called = new AtomicBoolean();
    Confined.run(() -> {
      EventLoop.running().callSoon(() -> {
        assertThat(INHERITABLE.get()).isNull();
        called.set(true);
      });
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
    });
    INHERITABLE.remove();
    assertThat(called).isTrue();
  }

  @Test
  void contextClassLoader_comesFromTheCreatingTask() {
    ClassLoader loader = new ClassLoader(null) {};
    Confined.run(() -> {
      Thread.currentThread().setContextClassLoader(loader);
      assertThat(Async.createTask(() -> Thread.currentThread().getContextClassLoader()).await()).isSameAs(loader);
    });
    assertThat(Thread.currentThread().getContextClassLoader()).isNotSameAs(loader);
  }
}
