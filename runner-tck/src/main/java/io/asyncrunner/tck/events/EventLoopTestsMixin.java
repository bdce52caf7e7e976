package io.asyncrunner.tck.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Handle;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.ChildJvm;
import io.asyncrunner.tck.support.CountingTicker;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import io.asyncrunner.tck.support.SignalPrograms;
import io.asyncrunner.tck.support.SignalPrograms.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code EventLoopTestsMixin} of {@code test_events.py}, but for its tests of transports. */
public abstract class EventLoopTestsMixin extends PortedTests {
  private final Class<?> kit;

  protected EventLoopTestsMixin(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  /** Runs something on a thread of its own, and gives what came of it once that is asked for. */
  private static <T extends @Nullable Object> FutureTask<T> onThread(Callable<T> work) {
    FutureTask<T> result = new FutureTask<>(work);
    Thread thread = new Thread(result);
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_run_until_complete_nesting")
  void test_run_until_complete_nesting() {
    LoopEngine loop = loop();

    runUntilComplete(() -> {
      assertThat(loop.isRunning()).isTrue();
      Task<?> inner = loop.createTask(() -> Async.sleep(Duration.ZERO));
      assertThatIllegalStateException().isThrownBy(() -> loop.runUntilComplete(inner))
          .withMessageContaining("running event loop");
      inner.await(); // nothing has happened to it
    });
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_run_until_complete")
  void test_run_until_complete() {
    EventLoop loop = loop();
    long begin = loop.time();

    runUntilComplete(() -> sleep(100));

    assertThat(elapsed(loop, begin)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_run_until_complete_stopped")
  void test_run_until_complete_stopped() {
    LoopEngine loop = loop();
    reportsOf(loop); // of the task that is left
    Task<?> task = loop.createTask(() -> {
      loop.stop();
      sleep(100);
    });

    assertThatIllegalStateException().isThrownBy(() -> loop.runUntilComplete(task)).withMessageContaining("stopped");

    assertThat(task.isDone()).isFalse();
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_later")
  void test_call_later() {
    LoopEngine loop = loop();
    List<String> results = new ArrayList<>();
    String argument = "hello world";
    long begin = loop.time();

    loop.callLater(Duration.ofMillis(100), () -> {
      results.add(argument);
      loop.stop();
    });
    loop.runForever();

    assertThat(results).containsExactly("hello world");
    assertThat(elapsed(loop, begin)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon")
  void test_call_soon() {
    LoopEngine loop = loop();
    List<String> results = new ArrayList<>();
    String hello = "hello";
    String world = "world";

    loop.callSoon(() -> {
      results.add(hello + " " + world);
      loop.stop();
    });
    loop.runForever();

    assertThat(results).containsExactly("hello world");
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon_threadsafe")
  void test_call_soon_threadsafe() throws Exception {
    LoopEngine loop = loop();
    List<String> results = new ArrayList<>();

    onThread(() -> loop.callSoonThreadsafe(() -> results.add("hello"))).get();
    loop.callSoon(() -> {
      results.add("world");
      loop.stop();
    });
    loop.runForever();

    assertThat(results).containsExactly("hello", "world");
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon_threadsafe_same_thread")
  void test_call_soon_threadsafe_same_thread() {
    LoopEngine loop = loop();
    List<String> results = new ArrayList<>();

    loop.callSoonThreadsafe(() -> results.add("hello"));
    loop.callSoon(() -> {
      results.add("world");
      loop.stop();
    });
    loop.runForever();

    assertThat(results).containsExactly("hello", "world");

    runUntilComplete(() -> { // and while it runs
      loop.callSoon(() -> results.add("goodbye"));
      loop.callSoonThreadsafe(() -> results.add("hello"));
      loop.callSoon(() -> results.add("world"));
      giveATurn();
    });

    assertThat(results).containsExactly("hello", "world", "goodbye", "hello", "world");
  }

  /** A callback that holds its loop until it may end, and says that it has begun. */
  private static final class Held implements Runnable {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final AtomicReference<String> effect = new AtomicReference<>("none");
    private final LoopEngine loop;

    Held(LoopEngine loop) {
      this.loop = loop;
    }

    @Override
    public void run() {
      begun.countDown();
      try {
        mayEnd.await();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
      effect.set("done");
      loop.stop();
    }
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon_threadsafe_handle_block_check_cancelled")
  void test_call_soon_threadsafe_handle_block_check_cancelled() throws Exception {
    LoopEngine loop = loop();
    Held callback = new Held(loop);

    FutureTask<List<Boolean>> other = onThread(() -> {
      Handle handle = loop.callSoonThreadsafe(callback);
      callback.begun.await();
      boolean meanwhile = handle.isCancelled(); // returns at once: the callback waits for this thread
      callback.mayEnd.countDown();
      return List.of(meanwhile, handle.isCancelled());
    });
    loop.runForever();

    assertThat(other.get()).containsExactly(false, false);
    assertThat(callback.effect.get()).isEqualTo("done");
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon_threadsafe_handle_block_cancellation")
  void test_call_soon_threadsafe_handle_block_cancellation() throws Exception {
    LoopEngine loop = loop();
    Held callback = new Held(loop);

    FutureTask<Boolean> other = onThread(() -> {
      Handle handle = loop.callSoonThreadsafe(callback);
      callback.begun.await();
      handle.cancel(); // returns at once, too
      callback.mayEnd.countDown();
      return handle.isCancelled();
    });
    loop.runForever();

    assertThat(other.get()).as("cancelled, although too late").isFalse();
    assertThat(callback.effect.get()).isEqualTo("done");
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon_threadsafe_handle_cancel_same_thread")
  void test_call_soon_threadsafe_handle_cancel_same_thread() throws Exception {
    LoopEngine loop = loop();
    List<String> effects = new ArrayList<>();
    AtomicReference<@Nullable Handle> itself = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);

    FutureTask<Boolean> other = onThread(() -> {
      Handle handle = loop.callSoonThreadsafe(() -> {
        Handle mine = awaited(itself, known);
        effects.add("cancelled before: " + mine.isCancelled());
        mine.cancel();
        effects.add("cancelled now: " + mine.isCancelled());
        ended.countDown();
        loop.stop();
      });
      itself.set(handle);
      known.countDown();
      ended.await();
      return handle.isCancelled();
    });
    loop.runForever();

    assertThat(effects).containsExactly("cancelled before: false", "cancelled now: false");
    assertThat(other.get()).as("cancelled, although it ran").isFalse();
  }

  private static Handle awaited(AtomicReference<@Nullable Handle> handle, CountDownLatch known) {
    try {
      known.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
    Handle found = handle.get();
    if (found == null) {
      throw new AssertionError("no handle");
    }
    return found;
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_call_soon_threadsafe_handle_cancel_other_thread")
  void test_call_soon_threadsafe_handle_cancel_other_thread() throws Exception {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();

    Handle handle = loop.callSoonThreadsafe(() -> called.add("the cancelled one"));
    boolean cancelled = onThread(() -> {
      handle.cancel();
      return handle.isCancelled();
    }).get();
    loop.callSoonThreadsafe(() -> {
      called.add("the next one");
      loop.stop();
    });
    loop.runForever();

    assertThat(cancelled).isTrue();
    assertThat(handle.isCancelled()).isTrue();
    assertThat(called).containsExactly("the next one");
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_run_in_executor")
  void test_run_in_executor() {
    Thread mine = Thread.currentThread();
    List<Thread> threads = new ArrayList<>();

    String result = runUntilComplete(() -> {
      threads.add(Thread.currentThread());
      String argument = "yo";
      return Async.toThread(() -> {
        threads.add(Thread.currentThread());
        return argument;
      });
    });

    assertThat(result).isEqualTo("yo");
    assertThat(threads).hasSize(2).doesNotHaveDuplicates();
    assertThat(threads.get(1)).isNotSameAs(mine);
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_run_in_executor_cancel")
  void test_run_in_executor_cancel() throws Exception {
    LoopEngine loop = loop();
    Reports reports = reportsOf(loop);
    CompletableAsyncFuture<Boolean> begun = loop.createFuture();
    CountDownLatch mayEnd = new CountDownLatch(1);
    List<@Nullable Throwable> ended = new ArrayList<>(); // read once the executor has ended
    ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
      @Override
      protected void afterExecute(Runnable command, @Nullable Throwable thrown) {
        ended.add(thrown);
      }
    };
    loop.handOverDefaultExecutor(executor);

    runUntilComplete(() -> {
      Task<?> task = loop.createTask(() -> Async.toThread(() -> {
        loop.callSoonThreadsafe(() -> begun.setResult(true));
        boolean interrupted = true;
        while (interrupted) { // nothing ends it early
          try {
            mayEnd.await();
            interrupted = false;
          } catch (InterruptedException shutDown) {
            // goes on
          }
        }
      }));
      begun.await();
      task.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(task::await);
      loop.shutdownDefaultExecutor(Duration.ofMillis(1));
    });
    loop.close();
    mayEnd.countDown();

    assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(ended).hasSize(1).containsOnlyNulls();
    assertThat(reports.take()).isEmpty();
  }

  /** The signal handler is the Runner's: the first SIGINT fires it and puts the one before back, which gets the second. */
  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_events.EventLoopTestsMixin.test_add_signal_handler")
  void test_add_signal_handler() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.STUBBORN, kit)) {
      child.expect("ready");
      child.signal("INT");
      child.expect("cancelled, requests: 1");
      child.signal("INT");
      assertThat(child.exitStatus()).isEqualTo(130);
      assertThat(child.output()).containsExactly("ready", "cancelled, requests: 1");
    }
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_events.EventLoopTestsMixin.test_signal_handling_while_selecting")
  void test_signal_handling_while_selecting() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.WAIT, kit)) {
      child.expect("ready"); // and nothing else to do, or to wait for
      child.signal("INT");
      assertThat(child.output().stream().filter(line -> line.equals("cancelled"))).hasSize(1);
    }
  }

  /** What the handler gets is the signal, which the exception then names. */
  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_events.EventLoopTestsMixin.test_signal_handling_args")
  void test_signal_handling_args() throws Exception {
    assumeThatLoopsWaitInRealTime();
    try (ChildJvm child = SignalPrograms.start(Program.SLEEP, kit)) {
      child.expect("ready");
      child.signal("INT");
      assertThat(child.output().stream().filter(line -> line.contains("SIG")))
          .containsExactly("KeyboardInterrupt: received SIGINT");
    }
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_prompt_cancellation")
  void test_prompt_cancellation() {
    EventLoop loop = loop();
    List<String> events = new ArrayList<>();
    Task<?> task = loop.createTask(() -> {
      waitForever();
    });
    long begin = loop.time();

    runUntilComplete(() -> {
      loop.callLater(Duration.ofMillis(10), task::cancel);
      try {
        task.await();
        events.add("not cancelled");
      } catch (CancelledError cancelled) {
        events.add("cancelled");
      }
    });

    assertThat(events).containsExactly("cancelled");
    assertThat(task.isCancelled()).isTrue();
    assertThatExceptionOfType(CancelledError.class).isThrownBy(task::result);
    assertThat(elapsed(loop, begin)).isBetween(Duration.ofMillis(10), Duration.ofMillis(100));
  }

  /** In real time: an iteration that has nothing to run asks the clock how long it may wait. */
  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_timeout_rounding")
  void test_timeout_rounding() {
    CountingTicker ticker = new CountingTicker();
    LoopEngine loop = newEventLoop(ticker);
    List<Long> slept = new ArrayList<>();
    List<Long> nanos = List.of(10_000_000L, 100_000L, 1_000L, 10L, 1L);

    loop.runUntilComplete(loop.createTask(() -> {
      for (long time : nanos) {
        long begin = loop.time();
        Async.sleep(Duration.ofNanos(time));
        slept.add(loop.time() - begin);
      }
    }));

    for (int i = 0; i < nanos.size(); i++) {
      assertThat(slept.get(i)).isGreaterThanOrEqualTo(nanos.get(i));
    }
    assertThat(ticker.waits()).isLessThanOrEqualTo(20);
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_close_running_event_loop")
  void test_close_running_event_loop() {
    LoopEngine loop = loop();

    runUntilComplete(() -> {
      assertThatIllegalStateException().isThrownBy(loop::close).withMessageContaining("while it runs");
      giveATurn(); // it goes on
    });

    assertThat(loop.isClosed()).isFalse();
  }

  @Test
  @Conformance("test_events.EventLoopTestsMixin.test_close")
  void test_close() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    AsyncFuture<String> future = loop.createFuture();
    loop.close();

    List<Runnable> refused = List.of(
        loop::runForever,
        () -> loop.runUntilComplete(future),
        () -> loop.callSoon(() -> called.add("soon")),
        () -> loop.callSoonThreadsafe(() -> called.add("threadsafe")),
        () -> loop.callLater(Duration.ZERO, () -> called.add("later")),
        () -> loop.callAt(loop.time(), () -> called.add("at")),
        () -> loop.createTask(() -> {
          called.add("task");
        }),
        loop::defaultExecutor);
    for (int i = 0; i < refused.size(); i++) {
      assertThatIllegalStateException().as("call %d", i)
          .isThrownBy(refused.get(i)::run)
          .withMessageContaining("closed");
    }

    assertThat(called).isEmpty();
    assertThat(future.isDone()).isFalse();
  }
}
