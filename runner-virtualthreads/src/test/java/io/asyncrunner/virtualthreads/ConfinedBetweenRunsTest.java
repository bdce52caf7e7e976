package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** Tasks that are blocked in calls of the JDK when {@code run} returns, and are unblocked before the next run. */
@ExtendWith(Watchdog.class)
@SuppressWarnings("LockNotBeforeTry") // locks that are held beyond a run are what this is about
class ConfinedBetweenRunsTest {
  private static Runner runner() {
    return Runner.builder().loopFactory(VirtualThreadLoops.confined()).build();
  }

  /** Lets the tasks that were created begin. */
  private static void aTurn() {
    Async.sleep(Duration.ZERO);
  }

  @Test
  void lock_givenToATaskBetweenRuns_isGivenBack() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch inside = new CountDownLatch(1);
    try (Runner runner = runner()) {
      lock.lock();
      runner.run(() -> {
        Async.createTask(() -> {
          lock.lock();
          try {
            inside.countDown();
          } finally {
            lock.unlock();
          }
        });
        aTurn();
      });
      lock.unlock();
      inside.await();
      lock.lock(); // returns
      lock.unlock();
    }
  }

  @Test
  void monitor_givenToATaskBetweenRuns_isGivenBack() throws Exception {
    Object monitor = new Object();
    CountDownLatch inside = new CountDownLatch(1);
    try (Runner runner = runner()) {
      synchronized (monitor) {
        runner.run(() -> {
          Async.createTask(() -> {
            synchronized (monitor) {
              inside.countDown();
            }
          });
          aTurn();
        });
      }
      inside.await();
      synchronized (monitor) {
        assertThat(inside.getCount()).isZero();
      }
    }
  }

  @Test
  void lock_heldByATaskThatSleeps_isGivenBackBetweenRuns() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    try (Runner runner = runner()) {
      runner.run(() -> {
        Async.createTask(() -> {
          lock.lock();
          try {
            new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
          } finally {
            lock.unlock();
          }
        });
        aTurn();
      });
      lock.lock();
      lock.unlock();
    }
  }

  @Test
  void lock_thatACallbackQueuesFor_isGivenBackAndTheNextCallbackWaitsForTheNextRun() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch inside = new CountDownLatch(1);
    AtomicInteger later = new AtomicInteger();
    try (Runner runner = runner()) {
      lock.lock();
      runner.run(() -> {
        EventLoop.running().callSoon(() -> {
          lock.lock();
          try {
            EventLoop.running().callSoon(later::incrementAndGet);
            inside.countDown();
          } finally {
            lock.unlock();
          }
        });
        aTurn();
      });
      lock.unlock();
      inside.await();
      lock.lock();
      lock.unlock();
      assertThat(later).hasValue(0);
      runner.run(() -> aTurn());
      assertThat(later).hasValue(1);
    }
  }

  @Test
  void step_unblockedBetweenRuns_endsAtItsNextSuspensionPoint() throws Exception {
    List<String> order = new ArrayList<>(); // of one fiber, or one run, after another
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch beforeItsEnd = new CountDownLatch(1);
    try (Runner runner = runner()) {
      Task<Void> task = runner.run(() -> {
        Task<Void> made = Async.createTask(() -> {
          gate.await();
          order.add(Thread.currentThread().isVirtual() + " step");
          Task<String> eager = Async.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
            order.add("eager child");
            return "its result";
          });
          try (AsyncGenerator<String> generator = Async.generator(out -> out.yield("a value"))) {
            order.add(generator.next());
          }
          order.add(eager.await());
          beforeItsEnd.countDown();
          aTurn(); // queues, before the next run's own coroutine
          order.add("in the next run");
        });
        aTurn();
        return made;
      });
      gate.countDown();
      beforeItsEnd.await();
      runner.run(() -> {
        task.await();
        order.add("the next run");
      });
    }
    assertThat(order)
        .containsExactly("true step", "eager child", "a value", "its result", "in the next run", "the next run");
  }

  @Test
  void run_whileAHelperHasTheLoop_waitsForTheStepToEnd() throws Exception {
    List<String> order = new ArrayList<>();
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch inStep = new CountDownLatch(1);
    CountDownLatch caller = new CountDownLatch(1);
    try (Runner runner = runner()) {
      runner.run(() -> {
        Async.createTask(() -> {
          gate.await();
          inStep.countDown();
          while (caller.getCount() > 0) {
            Thread.onSpinWait(); // keeps the helper
          }
          order.add("step");
        });
        aTurn();
      });
      gate.countDown();
      inStep.await();
      Thread other = Thread.ofPlatform().start(() -> runner.run(() -> {
        order.add("run");
      }));
      Confined.awaitBlocked(other);
      caller.countDown();
      other.join();
    }
    assertThat(order).containsExactly("step", "run");
  }

  @Test
  void tasks_unblockedBetweenRunsFromManyThreads_runOneAtATime() throws Exception {
    int tasks = 200;
    int rounds = 20;
    Semaphore permits = new Semaphore(0);
    int[] inside = new int[1]; // of one fiber at a time
    int[] steps = new int[1];
    AtomicInteger overlaps = new AtomicInteger();
    try (Runner runner = runner()) {
      List<Task<Void>> all = runner.run(() -> {
        List<Task<Void>> made = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
          made.add(Async.createTask(() -> {
            for (int round = 0; round < rounds; round++) {
              permits.acquire();
              if (++inside[0] != 1) {
                overlaps.incrementAndGet();
              }
              steps[0]++;
              inside[0]--;
            }
          }));
        }
        aTurn();
        return made;
      });
      List<Thread> releasing = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        releasing.add(Thread.ofPlatform().start(() -> {
          for (int permit = 0; permit < tasks * rounds / 4; permit++) {
            permits.release();
          }
        }));
      }
      // Meanwhile the caller comes and goes, and changes what the steps change as well.
      int[] called = new int[1];
      int calls = 0;
      while (releasing.stream().anyMatch(Thread::isAlive)) {
        runner.loop().callSoon(() -> called[0]++);
        runner.loop().createTask(() -> {
          called[0]++;
        });
        calls += 2;
        runner.run(() -> aTurn());
      }
      runner.run(() -> Async.gather(all));
      runner.run(() -> aTurn());
      assertThat(called[0]).isEqualTo(calls);
    }
    assertThat(overlaps).hasValue(0);
    assertThat(steps[0]).isEqualTo(tasks * rounds);
  }

  @Test
  void cancel_betweenRunsOfABlockedTask_endsIt() throws Exception {
    CountDownLatch cleanedUp = new CountDownLatch(1);
    try (Runner runner = runner()) {
      Task<Void> task = runner.run(() -> {
        Task<Void> made = Async.createTask(() -> {
          try {
            new CountDownLatch(1).await();
          } finally {
            cleanedUp.countDown();
          }
        });
        aTurn();
        return made;
      });
      task.cancel();
      cleanedUp.await();
      runner.run(() -> aTurn());
      assertThat(task.isCancelled()).isTrue();
    }
  }

  @Test
  void close_afterAHelperHasWorked_leavesNoThread() throws Exception {
    Runner runner = runner();
    CountDownLatch gate = new CountDownLatch(1);
    runner.run(() -> {
      Async.createTask(() -> {
        gate.await();
        Confined.awaitThat(() -> Thread.currentThread().isInterrupted()); // never comes to a suspension point of the library
      });
      aTurn();
    });
    gate.countDown();
    runner.close();
    assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain("asyncrunner-helper");
  }

  /** A log whose lock a task queues for when the run ends: neither the report nor the caller's own line may hang. */
  @Test
  void run_inDebugModeWithATaskThatQueuesForTheLog_returns() throws Exception {
    ReentrantLock log = new ReentrantLock(true);
    List<String> lines = new ArrayList<>(); // guarded by log
    UnsynchronizedAppenderBase<ILoggingEvent> appender = new UnsynchronizedAppenderBase<>() {
      @Override
      protected void append(ILoggingEvent event) {
        log.lock();
        try {
          lines.add(event.getFormattedMessage());
        } finally {
          log.unlock();
        }
      }
    };
    appender.start();
    Logger logger = (Logger) LoggerFactory.getLogger("io.asyncrunner");
    boolean additive = logger.isAdditive();
    logger.setAdditive(false);
    logger.addAppender(appender);
    CountDownLatch locked = new CountDownLatch(1);
    Thread holder = Thread.ofPlatform().start(() -> {
      log.lock();
      locked.countDown();
      Confined.awaitThat(() -> log.getQueueLength() == 2); // the task, and behind it the caller of run with its report
      log.unlock();
    });
    try (Runner runner = Runner.builder().debug(true).loopFactory(VirtualThreadLoops.confined()).build()) {
      locked.await();
      runner.run(() -> {
        Async.createTask(TaskOptions.named("who queues"), () -> logger.warn("the task's line"));
        aTurn();
      });
      holder.join();
    } finally {
      logger.detachAppender(appender);
      logger.setAdditive(additive);
    }
    assertThat(lines).first().isEqualTo("the task's line");
    assertThat(lines).anyMatch(line -> line.contains("task who queues was blocked in a call outside the library"));
  }
}
