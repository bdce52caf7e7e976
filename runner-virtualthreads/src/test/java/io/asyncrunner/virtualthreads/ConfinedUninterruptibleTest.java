package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A cancellation that finds its task in a wait that no interrupt ends leaves no interrupt status behind: that would close the next
 * file, for all who use it. The clock jumps: a deadline passes as soon as all tasks are blocked or suspended.
 */
@ExtendWith(Watchdog.class)
class ConfinedUninterruptibleTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TWO_HOURS = Duration.ofHours(2);
  private static final Duration DAY = Duration.ofDays(1);

  /** What one task waits for without being interruptible, while another one holds it. */
  record Wait(Runnable take, Runnable queue, Runnable give, Semaphore over, AtomicBoolean held) {
    Wait(Runnable take, Runnable queue, Runnable give) {
      this(take, queue, give, new Semaphore(0), new AtomicBoolean());
    }

    /** Has a task hold it until the end. */
    void begin() {
      Async.createTask(() -> {
        take.run();
        held.set(true);
        over.acquire();
        give.run();
      });
      while (!held.get()) {
        Async.sleep(Duration.ZERO);
      }
    }

    void await() {
      queue.run();
    }

    void end() {
      over.release(2);
    }
  }

  enum Kind {
    MONITOR {
      @Override
      Wait make() {
        Object monitor = new Object();
        Semaphore over = new Semaphore(0); // for the monitor and once more
        AtomicBoolean held = new AtomicBoolean();
        return new Wait(() -> {
          synchronized (monitor) {
            held.set(true);
            over.acquireUninterruptibly();
          }
        }, () -> {
          synchronized (monitor) {
            over.availablePermits();
          }
        }, () -> {}, over, held);
      }
    },
    LOCK {
      @Override
      Wait make() {
        ReentrantLock lock = new ReentrantLock();
        return new Wait(lock::lock, lock::lock, lock::unlock);
      }
    },
    FAIR_LOCK {
      @Override
      Wait make() {
        ReentrantLock lock = new ReentrantLock(true);
        return new Wait(lock::lock, lock::lock, lock::unlock);
      }
    },
    READ_LOCK {
      @Override
      Wait make() {
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        return new Wait(lock.writeLock()::lock, lock.readLock()::lock, lock.writeLock()::unlock);
      }
    },
    WRITE_LOCK {
      @Override
      Wait make() {
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        return new Wait(lock.readLock()::lock, lock.writeLock()::lock, lock.readLock()::unlock);
      }
    },
    STAMPED_READ {
      @Override
      Wait make() {
        StampedLock lock = new StampedLock();
        return new Wait(lock::writeLock, lock::readLock, lock::tryUnlockWrite);
      }
    },
    STAMPED_WRITE_VIEW {
      @Override
      Wait make() {
        StampedLock lock = new StampedLock();
        return new Wait(lock::readLock, lock.asWriteLock()::lock, lock::tryUnlockRead);
      }
    },
    SEMAPHORE {
      @Override
      Wait make() {
        Semaphore semaphore = new Semaphore(0);
        return new Wait(() -> {}, semaphore::acquireUninterruptibly, semaphore::release);
      }
    },
    CONDITION {
      @Override
      Wait make() {
        ReentrantLock lock = new ReentrantLock();
        Condition condition = lock.newCondition();
        boolean[] signalled = new boolean[1];
        return new Wait(() -> {}, () -> {
          lock.lock();
          try {
            while (!signalled[0]) {
              condition.awaitUninterruptibly();
            }
          } finally {
            lock.unlock();
          }
        }, () -> {
          lock.lock();
          try {
            signalled[0] = true;
            condition.signal();
          } finally {
            lock.unlock();
          }
        });
      }
    },
    COMPLETABLE_FUTURE {
      @Override
      Wait make() {
        CompletableFuture<String> future = new CompletableFuture<>();
        return new Wait(() -> {}, future::join, () -> future.complete(""));
      }
    },
    FORK_JOIN_TASK {
      @Override
      Wait make() {
        CountDownLatch begun = new CountDownLatch(1); // else who joins it runs it
        CompletableFuture<String> result = new CompletableFuture<>();
        ForkJoinTask<String> task = ForkJoinPool.commonPool().submit(() -> {
          begun.countDown();
          return result.get();
        });
        return new Wait(() -> Confined.awaitThat(() -> begun.getCount() == 0), task::join, () -> result.complete(""));
      }
    },
    PHASER {
      @Override
      Wait make() {
        Phaser phaser = new Phaser(2);
        return new Wait(() -> {}, phaser::arriveAndAwaitAdvance, phaser::arrive);
      }
    };

    abstract Wait make();
  }

  @TempDir
  Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void cancel_ofATaskInAWaitThatNoInterruptEnds_leavesASharedFileOpen(Kind kind) throws Exception {
    try (FileChannel shared = open()) {
      Confined.runOnJumpingClock(() -> {
        Wait wait = kind.make();
        List<String> steps = new ArrayList<>();
        wait.begin();
        Task<Void> task = Async.createTask(() -> {
          wait.await();
          steps.add("interrupted: " + Thread.currentThread().isInterrupted());
          shared.read(ByteBuffer.allocate(1), 0);
          try {
            Async.sleep(HOUR);
          } catch (CancelledError cancelled) {
            steps.add("cancelled");
          }
          Async.sleep(HOUR);
          Thread.sleep(1);
          shared.read(ByteBuffer.allocate(1), 0);
          steps.add("went on");
        });
        Async.sleep(HOUR);
        task.cancel();
        Async.sleep(HOUR);
        wait.end();
        task.await();
        assertThat(steps).containsExactly("interrupted: false", "cancelled", "went on");
        assertThat(shared.isOpen()).isTrue();
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void timeout_thatPassesInAWaitThatNoInterruptEnds_endsTheNextOneThatItDoes(Kind kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      Wait wait = kind.make();
      wait.begin();
      Async.createTask(() -> {
        Async.sleep(TWO_HOURS);
        wait.end();
      });
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        wait.await();
        new ArrayBlockingQueue<String>(1).take();
      })).isInstanceOf(DeadlineExceededException.class);
      Thread.sleep(1);
    });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void timeout_thatIsOverWhenTheWaitEnds_isTakenBack(Kind kind) throws Exception {
    Confined.runOnJumpingClock(() -> {
      Wait wait = kind.make();
      wait.begin();
      Async.createTask(() -> {
        Async.sleep(TWO_HOURS);
        wait.end();
      });
      Async.timeout(HOUR, wait::await);
      Thread.sleep(1);
      Async.sleep(HOUR);
      Thread.sleep(1);
    });
  }

  @Test
  void uncancel_byAnotherTaskDuringSuchAWait_takesTheRequestBack() throws Exception {
    Confined.runOnJumpingClock(() -> {
      Semaphore semaphore = new Semaphore(0);
      Task<Void> task = Async.createTask(() -> {
        semaphore.acquireUninterruptibly();
        Thread.sleep(1);
        Async.sleep(HOUR);
      });
      Async.sleep(HOUR);
      task.cancel();
      task.uncancel();
      semaphore.release();
      task.await();
    });
  }

  @Test
  void cancel_ofATaskThatHasItsElementAlready_leavesNoInterrupt() throws Exception {
    try (FileChannel shared = open()) {
      Confined.runOnJumpingClock(() -> {
        BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
        Task<String> task = Async.createTask(() -> {
          String element = queue.take();
          shared.read(ByteBuffer.allocate(1), 0);
          return element;
        });
        Async.sleep(HOUR);
        queue.add("element"); // it has been woken, and goes on in the next turn
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(shared.isOpen()).isTrue();
      });
    }
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // what is tested
  void cancel_ofATaskThatOnlyYieldsItsThread_isSeenInTheInterruptStatus() throws Exception {
    Confined.run(() -> {
      Semaphore semaphore = new Semaphore(0);
      Task<Void> task = Async.createTask(() -> {
        semaphore.acquireUninterruptibly();
        while (!Thread.currentThread().isInterrupted()) {
          Thread.yield();
        }
      });
      Async.sleep(Duration.ZERO);
      task.cancel(); // in the wait
      semaphore.release();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      Task<Void> other = Async.createTask(() -> {
        while (!Thread.currentThread().isInterrupted()) {
          Thread.yield();
        }
      });
      Async.sleep(Duration.ZERO);
      other.cancel(); // between two yields
      assertThatThrownBy(other::await).isInstanceOf(CancelledError.class);
    });
  }

  @Test
  void cancel_ofAGeneratorInSuchAWait_leavesNothingToItsNextCode() throws Exception {
    Confined.runOnJumpingClock(() -> {
      Semaphore semaphore = new Semaphore(0);
      AsyncGenerator<String> generator = Async.generator(output -> {
        semaphore.acquireUninterruptibly();
        output.yield("first");
        Thread.sleep(1);
        output.yield("second");
      });
      Async.createTask(() -> {
        Async.sleep(TWO_HOURS);
        semaphore.release();
      });
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        assertThat(generator.next()).isEqualTo("first");
        Async.sleep(DAY);
      })).isInstanceOf(DeadlineExceededException.class);
      assertThat(generator.next()).isEqualTo("second");
    });
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(Files.writeString(folder.resolve("shared"), "content"), StandardOpenOption.READ);
  }
}
