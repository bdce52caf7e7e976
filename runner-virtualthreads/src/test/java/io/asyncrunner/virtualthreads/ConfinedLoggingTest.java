package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/**
 * A logger with a lock that foreign threads, tasks, callbacks, timers and handlers all want. Whoever has it parks with it, as
 * one that writes to a socket does; so a bare loop thread that queued for it would never be woken.
 */
@ExtendWith(Watchdog.class)
class ConfinedLoggingTest {
  private static final int ROUNDS = 200;
  private static final int TASKS = 4;

  private interface Log {
    void log();

    int lines();
  }

  private static final class LockedLog implements Log {
    private final ReentrantLock lock = new ReentrantLock();
    private int lines;

    @Override
    public void log() {
      lock.lock();
      try {
        lines++;
        LockSupport.parkNanos(1);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int lines() {
      return lines;
    }
  }

  private static final class SynchronizedLog implements Log {
    private int lines;

    @Override
    public synchronized void log() {
      lines++;
      LockSupport.parkNanos(1);
    }

    @Override
    public synchronized int lines() {
      return lines;
    }
  }

  @Test
  void logger_withAContendedLock_doesNotHangTheLoop() throws Exception {
    assertAllGetThrough(new LockedLog());
  }

  @Test
  void logger_withAContendedMonitor_doesNotHangTheLoop() throws Exception {
    assertAllGetThrough(new SynchronizedLog());
  }

  private static void assertAllGetThrough(Log log) throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    int[] foreignLines = new int[2];
    List<Thread> foreign = new ArrayList<>();
    for (int i = 0; i < foreignLines.length; i++) {
      int number = i;
      foreign.add(Thread.ofPlatform().start(() -> {
        while (!over.get()) {
          log.log();
          foreignLines[number]++;
        }
      }));
    }
    int[] loopLines = new int[1]; // the loop's
    try {
      Confined.run(() -> {
        EventLoop loop = EventLoop.running();
        Runnable line = () -> {
          log.log();
          loopLines[0]++;
        };
        loop.setExceptionHandler((failing, context) -> line.run());
        List<Task<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
          tasks.add(Async.createTask(() -> {
            for (int round = 0; round < ROUNDS; round++) {
              line.run();
              loop.callSoon(line);
              loop.callLater(Duration.ofNanos(round), line);
              loop.callSoon(() -> {
                throw new IllegalStateException("for the exception handler");
              });
              CompletableAsyncFuture<String> future = loop.createFuture();
              future.addDoneCallback(done -> line.run());
              future.setResult("done");
              future.await();
              Async.sleep(Duration.ZERO);
            }
          }));
        }
        Async.gather(tasks);
        while (loopLines[0] < TASKS * ROUNDS * 5) { // callbacks that are still queued, or wait for the lock
          Async.sleep(Duration.ZERO);
        }
      });
    } finally {
      over.set(true);
    }
    for (Thread thread : foreign) {
      thread.join();
    }
    assertThat(loopLines[0]).isEqualTo(TASKS * ROUNDS * 5);
    assertThat(log.lines()).isEqualTo(loopLines[0] + foreignLines[0] + foreignLines[1]);
  }

  @Test
  void libraryLogger_withAContendedLock_doesNotHangTheLoop() throws Exception {
    LockedLog log = new LockedLog();
    AtomicInteger events = new AtomicInteger();
    UnsynchronizedAppenderBase<ILoggingEvent> appender = new UnsynchronizedAppenderBase<>() {
      @Override
      protected void append(ILoggingEvent event) {
        log.log();
        events.incrementAndGet();
      }
    };
    appender.start();
    Logger logger = (Logger) LoggerFactory.getLogger("io.asyncrunner");
    boolean additive = logger.isAdditive();
    logger.setAdditive(false);
    logger.addAppender(appender);
    AtomicBoolean over = new AtomicBoolean();
    int[] foreignLines = new int[1];
    Thread foreign = Thread.ofPlatform().start(() -> {
      while (!over.get()) {
        log.log();
        foreignLines[0]++;
      }
    });
    try {
      Confined.run(() -> {
        EventLoop loop = EventLoop.running();
        for (int round = 0; round < ROUNDS; round++) {
          loop.callSoon(() -> {
            throw new IllegalStateException("for the default exception handler");
          });
          CompletableAsyncFuture<String> shielded = loop.createFuture();
          Async.shield(shielded).cancel();
          Async.sleep(Duration.ZERO); // the shield hears of it
          shielded.setException(new IllegalStateException("nobody waits for it any more"));
          Async.sleep(Duration.ofNanos(round));
        }
        while (events.get() < 2 * ROUNDS) { // reports that are still queued, or wait for the lock
          Async.sleep(Duration.ZERO);
        }
      });
    } finally {
      over.set(true);
      foreign.join();
      logger.detachAppender(appender);
      logger.setAdditive(additive);
    }
    assertThat(events).hasValue(2 * ROUNDS);
    assertThat(log.lines()).isEqualTo(2 * ROUNDS + foreignLines[0]);
  }
}
