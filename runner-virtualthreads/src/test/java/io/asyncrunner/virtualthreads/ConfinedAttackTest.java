package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Foreign threads that unpark, interrupt and look at the fibers of a loop as fast as they can, while these await, lock, sleep
 * and wait. Nothing is lost, nothing happens twice, and one fiber at a time runs, on the loop's thread.
 */
@ExtendWith(Watchdog.class)
class ConfinedAttackTest {
  private static final int FIBERS = 8;
  private static final int ATTACKERS = 2;

  /** What is done to a victim again and again. */
  enum Attack {
    UNPARK {
      @Override
      void on(Thread victim) {
        LockSupport.unpark(victim);
      }
    },
    INTERRUPT {
      @Override
      void on(Thread victim) {
        victim.interrupt();
      }
    },
    STACK_TRACE {
      @Override
      void on(Thread victim) {
        victim.getStackTrace();
      }
    },
    ALL {
      @Override
      void on(Thread victim) {
        UNPARK.on(victim);
        INTERRUPT.on(victim);
        STACK_TRACE.on(victim);
      }
    };

    abstract void on(Thread victim);
  }

  /** Attacks those who have come, until told to stop. */
  private static final class Attackers implements AutoCloseable {
    private final List<Thread> victims = new CopyOnWriteArrayList<>();
    private final AtomicInteger blows = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Attackers(Attack attack) {
      for (int i = 0; i < ATTACKERS; i++) {
        threads.add(Thread.ofPlatform().start(() -> {
          try {
            while (!over) {
              for (Thread victim : victims) {
                attack.on(victim);
                blows.incrementAndGet();
              }
            }
          } catch (Throwable thrown) {
            failure.set(thrown);
          }
        }));
      }
    }

    void addCurrentThread() {
      victims.add(Thread.currentThread());
    }

    @Override
    public void close() {
      over = true;
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException unexpected) { // who waits here is no victim
        throw new AssertionError(unexpected);
      }
      assertThat(failure.get()).isNull();
      assertThat(blows.get()).isPositive();
    }
  }

  /** What the fibers share. The plain fields would show it if two of them ran at once. */
  private static final class Battlefield {
    final EventLoop loop = EventLoop.running();
    final Thread carrier = Confined.carrier();
    final Object monitor = new Object();
    final ReentrantLock lock = new ReentrantLock();
    int awaits;
    int operations;
    boolean monitorHeld;
    boolean lockHeld;
    boolean busy;

    /** Counts an operation, checking that nobody else is at it. */
    void strike() {
      assertThat(busy).isFalse();
      busy = true;
      assertThat(Confined.carrier()).isSameAs(carrier);
      assertThat(EventLoop.running()).isSameAs(loop);
      operations++;
      busy = false;
    }

    /** Awaits a future: one that a callback completes, a later turn, or none but a turn. */
    void await(int kind) {
      strike();
      awaits++;
      switch (kind % 3) {
        case 0 -> {
          CompletableAsyncFuture<Integer> future = loop.createFuture();
          loop.callSoon(() -> future.setResult(kind));
          assertThat(future.await()).isEqualTo(kind);
        }
        case 1 -> {
          CompletableAsyncFuture<Integer> future = loop.createFuture();
          loop.callLater(Duration.ofNanos(1), () -> future.setResult(kind));
          assertThat(future.await()).isEqualTo(kind);
        }
        default -> loop.yieldNow();
      }
      strike();
    }

    /** One round; an interrupt that ends a wait early is the attackers' right. */
    @SuppressWarnings("WaitNotInLoop") // it waits for the time alone
    void round(int number) {
      await(number);
      switch (number % 6) {
        case 0 -> {
          synchronized (monitor) {
            assertThat(monitorHeld).isFalse();
            monitorHeld = true;
            await(number / 6);
            monitorHeld = false;
          }
        }
        case 1 -> {
          lock.lock();
          try {
            assertThat(lockHeld).isFalse();
            lockHeld = true;
            await(number / 6);
            lockHeld = false;
          } finally {
            lock.unlock();
          }
        }
        case 2 -> LockSupport.parkNanos(1_000);
        case 3 -> {
          try {
            Thread.sleep(0, 1_000);
          } catch (InterruptedException attacked) {
            // Awake early.
          }
        }
        case 4 -> {
          synchronized (monitor) {
            try {
              monitor.wait(0, 1_000);
            } catch (InterruptedException attacked) {
              // Awake early.
            }
          }
        }
        default -> {
          synchronized (monitor) {
            monitor.notifyAll();
          }
        }
      }
      strike();
    }
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void fibers_underAttack_loseAndDoubleNothing(Attack attack) {
    int rounds = 4_200;
    int[] resumed = new int[1];
    Confined.run(() -> {
      Battlefield field = new Battlefield();
      try (Attackers attackers = new Attackers(attack)) {
        List<Task<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < FIBERS; i++) {
          int offset = i;
          tasks.add(Async.createTask(() -> {
            attackers.addCurrentThread();
            for (int round = 0; round < rounds; round++) {
              field.round(offset + round);
            }
            return rounds;
          }));
        }
        Async.gather(tasks).forEach(done -> {
          resumed[0] += done;
        });
      }
      // Each round awaits once, and two of six kinds of round once more.
      assertThat(field.awaits).isEqualTo(FIBERS * (rounds + rounds / 3));
      assertThat(field.operations).isEqualTo(2 * field.awaits + FIBERS * rounds);
    });
    assertThat(resumed[0]).isEqualTo(FIBERS * rounds);
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void callbacks_underAttack_areEachCalledOnceInOrder(Attack attack) {
    int least = 50_000;
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      Thread carrier = Confined.carrier();
      try (Attackers attackers = new Attackers(attack)) {
        List<Thread> known = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        int[] called = new int[1];
        int sent = 0;
        while (sent < least || attackers.blows.get() < 1_000) {
          for (int i = 0; i < 10; i++) {
            int expected = sent++;
            loop.callSoon(() -> {
              if (called[0]++ != expected || Confined.carrier() != carrier) {
                wrong.add(called[0] - 1 + " was called, expected " + expected);
              }
              if (!known.contains(Thread.currentThread())) {
                known.add(Thread.currentThread());
                attackers.addCurrentThread();
              }
            });
          }
          Async.sleep(Duration.ZERO); // so that the callback fiber is suspended in between
        }
        for (int turn = 0; turn < 1_000 && called[0] < sent; turn++) { // one may wait for its stack trace to be taken
          Async.sleep(Duration.ofMillis(1));
        }
        assertThat(called[0]).isEqualTo(sent);
        assertThat(wrong).isEmpty();
      }
    });
  }
}
