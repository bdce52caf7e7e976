package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/**
 * What all parts of the suite share. After each test nothing may be left that the test did not ask for: no report to the
 * exception handler, no warning on the log, no uncaught exception, no thread.
 *
 * <p>Tests do not sleep: time is virtual, and threads wait for each other. A test that hangs is ended by its timeout.
 */
@ExtendWith(NoVirtualMachineErrors.class)
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class Contract implements LoopKind {
  /** Longer than anything may take that is waited for. */
  static final Duration LONG = Duration.ofMinutes(1);

  static final Duration HOUR = Duration.ofHours(1);

  /** What the loops of {@link #builder()} and {@link #virtual} report. */
  final Reports reports = new Reports();

  final VirtualTime time = new VirtualTime();

  private final Log log = new Log();
  private final List<Throwable> uncaught = new ArrayList<>(); // guarded by itself
  private Thread.UncaughtExceptionHandler handlerBefore;
  private Set<Thread> threadsBefore;
  private Level levelBefore;

  /** Keeps warnings and errors of the library. */
  private static final class Log extends AppenderBase<ILoggingEvent> {
    private final List<ILoggingEvent> events = new ArrayList<>(); // guarded by this

    @Override
    protected synchronized void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
        events.add(event);
      }
    }

    synchronized List<ILoggingEvent> take() {
      List<ILoggingEvent> taken = List.copyOf(events);
      events.clear();
      return taken;
    }
  }

  @BeforeEach
  void watch() {
    handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
      synchronized (uncaught) {
        uncaught.add(thrown);
      }
    });
    threadsBefore = libraryThreads();
    Logger logger = logger();
    levelBefore = logger.getLevel();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void nothingIsLeft() {
    Logger logger = logger();
    logger.detachAppender(log);
    logger.setAdditive(true);
    logger.setLevel(levelBefore);
    Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
    Set<Thread> left = libraryThreads();
    left.removeAll(threadsBefore);
    left.removeIf(Contract::endsSoon);
    assertThat(left).as("threads that are left").isEmpty();
    synchronized (uncaught) {
      assertThat(uncaught).as("uncaught exceptions").isEmpty();
    }
    assertThat(reports.take()).as("reports that the test did not expect").isEmpty();
    assertThat(takeLog()).as("log that the test did not expect").isEmpty();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.asyncrunner");
  }

  private static Set<Thread> libraryThreads() {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .filter(thread -> thread.getName().startsWith("asyncrunner"))
        .collect(Collectors.toSet());
  }

  /** Waits for a thread that may be about to end. */
  static boolean endsSoon(Thread thread) {
    try {
      thread.join(LONG.toMillis());
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
    return !thread.isAlive();
  }

  /** Warnings and errors that were logged since the last call. */
  final List<ILoggingEvent> takeLog() {
    return log.take();
  }

  // --- loops ---

  /** A Runner on this kind of loop, whose reports go to {@link #reports}. */
  final Runner.Builder builder() {
    return Runner.builder().loopFactory(reporting(loops()));
  }

  final Runner newRunner() {
    return builder().build();
  }

  /** A Runner on this kind of loop, on the virtual clock {@link #time}. */
  final Runner.Builder virtual() {
    return Runner.builder()
        .loopFactory(reporting(() -> EventLoops.of(EventLoops.parkingPoller(), fibers(), time)));
  }

  private EventLoopFactory reporting(EventLoopFactory factory) {
    return () -> {
      LoopEngine loop = factory.newEventLoop();
      loop.setExceptionHandler(reports);
      return loop;
    };
  }

  // --- threads ---

  /** Calls something on a thread of its own and waits for it. Not for use in a task. */
  static <T> T onAnotherThread(Callable<T> body) {
    return get(start(body));
  }

  /** Calls something on a thread of its own. */
  public static <T> CompletableFuture<T> start(Callable<T> body) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      try {
        result.complete(body.call());
      } catch (Throwable thrown) {
        result.completeExceptionally(thrown);
      }
    }, "another-thread");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  static <T> T get(CompletableFuture<T> result) {
    try {
      return result.get(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new CompletionException(failed.getCause() == null ? failed : failed.getCause());
    }
  }

  /** Blocks the calling thread. */
  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).as("the latch was released").isTrue();
    } catch (InterruptedException unexpected) {
      throw new AssertionError("interrupted", unexpected);
    }
  }

  // --- in tasks ---

  /** Calls something on a thread of its own while the calling task waits for it, and the loop runs on. */
  public static <T> T awaitOnAnotherThread(Callable<T> body) {
    return Async.await(start(body));
  }

  /** Calls something in a callback while the calling task waits for it. */
  static <T> T awaitInCallback(Callable<T> body) {
    EventLoop loop = EventLoop.running();
    CompletableAsyncFuture<T> result = loop.createFuture();
    loop.callSoon(() -> {
      try {
        result.setResult(body.call());
      } catch (Throwable thrown) {
        result.setException(thrown);
      }
    });
    return result.await();
  }

  /** Gives the loop some turns, so that whatever is ready or comes of it has run. */
  static void letOthersRun() {
    for (int i = 0; i < 5; i++) {
      EventLoop.running().yieldNow();
    }
  }

  /** Waits, spinning, for something that other threads bring about. */
  static boolean becomesTrue(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + LONG.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }
}
