package io.asyncrunner.tck.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.asyncrunner.Async;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * What all ported tests share: loops of the factory under test, on virtual time, and their closing.
 *
 * <p>Time is read from the loop ({@link EventLoop#time()}, {@link #elapsed}) and never from a clock: a factory may have a
 * virtual clock of its own. Tests do not sleep. One that hangs is ended by its timeout.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(PortedTests.Closing.class)
public abstract class PortedTests {
  private final LoopSource source;
  private final List<LoopEngine> made = new CopyOnWriteArrayList<>(); // some tests make loops on several threads
  private final List<EventLoop> madeByRunners = new CopyOnWriteArrayList<>();
  private @Nullable LoopEngine loop;

  /** With the loops of a factory. */
  protected PortedTests(LoopSource source) {
    this.source = source;
  }

  // --- loops ---

  /** A new loop on virtual time; closed after the test if the test has not done so. */
  protected final LoopEngine newEventLoop() {
    return newEventLoop(new VirtualTime());
  }

  /** A new loop on a given clock; closed after the test if the test has not done so. */
  protected final LoopEngine newEventLoop(Ticker ticker) {
    LoopEngine newLoop = source.newEventLoop(ticker);
    made.add(newLoop);
    return newLoop;
  }

  /** The loop of the test: made at the first call, closed after the test. */
  protected final LoopEngine loop() {
    LoopEngine existing = loop;
    if (existing == null) {
      existing = newEventLoop();
      loop = existing;
    }
    return existing;
  }

  /** Builds a Runner whose loop is one of the factory under test, on virtual time. */
  protected final Runner.Builder builder() {
    return Runner.builder().loopFactory(() -> {
      LoopEngine newLoop = newEventLoop();
      madeByRunners.add(newLoop);
      return newLoop;
    });
  }

  /** The loops that Runners of {@link #builder()} have made so far. */
  protected final List<EventLoop> madeByRunners() {
    return madeByRunners;
  }

  /** Runs a coroutine on a Runner of its own, which is then closed. */
  protected final <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> coroutine) throws X {
    try (Runner runner = builder().build()) {
      return runner.run(coroutine);
    }
  }

  /** Runs a coroutine on a Runner of its own, which is then closed. */
  protected final <X extends Throwable> void run(VoidCoroutine<X> coroutine) throws X {
    run(coroutine.returningNull());
  }

  /** Runs a coroutine on {@link #loop()}, as CPython's {@code self.loop.run_until_complete(coroutine())}. */
  protected final <T extends @Nullable Object> T runUntilComplete(Coroutine<T, ?> coroutine) {
    return loop().runUntilComplete(loop().createTask(coroutine));
  }

  /** Runs a coroutine on {@link #loop()}. */
  protected final void runUntilComplete(VoidCoroutine<?> coroutine) {
    loop().runUntilComplete(loop().createTask(coroutine));
  }

  /** Runs one iteration of a loop that does not run, as CPython's {@code test_utils.run_briefly}. */
  protected static void runBriefly(LoopEngine loop) {
    loop.runUntilComplete(loop.createTask(() -> {}));
  }

  /** Runs a loop until nothing is ready but what is in the callbacks of this iteration, as {@code test_utils.run_once}. */
  protected static void runOnce(LoopEngine loop) {
    loop.callSoon(loop::stop);
    loop.runForever();
  }

  /** Has what a loop reports kept, instead of logged. */
  protected static Reports reportsOf(EventLoop loop) {
    Reports reports = new Reports();
    loop.setExceptionHandler(reports);
    return reports;
  }

  /**
   * Has garbage collected and the loop run until it has reported something, and gives that; closes loops that report then. A wait in
   * vain is ended by the timeout of the test.
   */
  protected final List<ExceptionContext> reportsOnGarbage(LoopEngine loop, Reports reports) {
    if (!source.reportsGarbageWhileRunning()) {
      runBriefly(loop);
      assertThat(reports.take()).isEmpty();
      loop.close();
      return reports.take();
    }
    for (;;) {
      System.gc();
      loop.runUntilComplete(loop.createTask(() -> Async.sleep(Duration.ofMillis(1)))); // idle, which is when it looks
      List<ExceptionContext> taken = reports.take();
      if (!taken.isEmpty()) {
        return taken;
      }
    }
  }

  /** Whether the loops go by the clock that they are given; else they have one of their own. */
  protected final boolean loopsWaitInRealTime() {
    return source.waitsInRealTime();
  }

  /** For tests of how a loop waits, and those in which it waits for a signal, with nothing else to come. */
  protected final void assumeThatLoopsWaitInRealTime() {
    assumeTrue(loopsWaitInRealTime(), "the loops have a clock of their own, and wait for neither time nor signals");
  }

  /** The time since an earlier {@link EventLoop#time()}. */
  protected static Duration elapsed(EventLoop loop, long since) {
    return Duration.ofNanos(loop.time() - since);
  }

  // --- in a task ---

  /** A duration that never ends: CPython's {@code None} as a timeout or a delay. */
  protected static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  /** Sleeps. */
  protected static void sleep(long millis) {
    Async.sleep(Duration.ofMillis(millis));
  }

  /** Lets all that is ready run once: {@code sleep(0)}. */
  protected static void giveATurn() {
    Async.sleep(Duration.ZERO);
  }

  /** Waits until it is cancelled. */
  protected static void waitForever() {
    EventLoop.running().createFuture().await();
  }

  /** Throws CPython's favourite exception: that of {@code 1 / 0}. */
  @SuppressWarnings("DoNotCallSuggester") // to be called
  protected static void crash() {
    throw new ArithmeticException("one divided by zero");
  }

  private void closeLoops() {
    List<EventLoop> leftOpen = madeByRunners.stream().filter(madeByRunner -> !madeByRunner.isClosed()).toList();
    made.forEach(LoopEngine::close);
    assertThat(leftOpen).as("loops that a Runner has left open").isEmpty();
  }

  /**
   * Closes the loops on the thread of the test, which {@code @AfterEach} would not because of the timeout: a loop may belong to the
   * first thread that ran it.
   */
  static final class Closing implements InvocationInterceptor {
    @Override
    @SuppressWarnings("try") // the resource is there to be closed, and does not throw what AutoCloseable may
    public void interceptTestMethod(Invocation<Void> invocation,
        ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
      PortedTests test = (PortedTests) context.getRequiredTestInstance();
      try (AutoCloseable closing = test::closeLoops) {
        invocation.proceed();
      }
    }
  }
}
