package io.asyncrunner.tck.baseevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Handle;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.ChildJvm;
import io.asyncrunner.tck.support.DebugPrograms;
import io.asyncrunner.tck.support.DebugPrograms.Whose;
import io.asyncrunner.tck.support.LogPrograms;
import io.asyncrunner.tck.support.LogPrograms.Program;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import io.asyncrunner.tck.support.VirtualTime;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code BaseEventLoopTests} of {@code test_base_events.py}. */
public abstract class BaseEventLoopTests extends PortedTests {
  private final Class<?> kit;

  protected BaseEventLoopTests(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_close")
  void test_close() {
    LoopEngine loop = loop();
    assertThat(loop.isClosed()).isFalse();
    loop.close();
    assertThat(loop.isClosed()).isTrue();
    loop.close();
    loop.close();
    assertThat(loop.isClosed()).isTrue();

    AsyncFuture<String> future = loop.createFuture();
    assertThatIllegalStateException().isThrownBy(loop::runForever).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(() -> loop.runUntilComplete(future)).withMessageContaining("closed");
  }

  /** What is ready is not waited for; a timer is. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test__add_callback_handle")
  void test__add_callback_handle() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    List<String> called = new ArrayList<>();
    long begin = loop.time();

    Handle handle = loop.callSoon(() -> called.add("called"));
    runOnce(loop);

    assertThat(handle.isCancelled()).isFalse();
    assertThat(called).containsExactly("called");
    assertThat(loop.time()).isEqualTo(begin);
    assertThat(time.deadlines()).isEmpty();
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test__add_callback_cancelled_handle")
  void test__add_callback_cancelled_handle() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    List<String> called = new ArrayList<>();

    loop.callSoon(() -> called.add("cancelled")).cancel();
    loop.callSoonThreadsafe(() -> called.add("cancelled, from any thread")).cancel();
    loop.callLater(Duration.ofMillis(1), () -> called.add("cancelled timer")).cancel();
    long end = loop.time() + 10_000_000;
    loop.callAt(end, loop::stop);
    loop.runForever();

    assertThat(called).isEmpty();
    assertThat(time.deadlines()).isSubsetOf(end);
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_set_default_executor")
  void test_set_default_executor() {
    LoopEngine loop = loop();
    List<Thread> threads = new ArrayList<>();
    ExecutorService executor = Executors.newSingleThreadExecutor(body -> {
      Thread thread = new Thread(body);
      threads.add(thread);
      return thread;
    });

    loop.handOverDefaultExecutor(executor);

    if (loopsWaitInRealTime()) { // others watch what it does, and hand out what watches it
      assertThat(loop.defaultExecutor()).isSameAs(executor);
    }
    Thread used = runUntilComplete(() -> Async.toThread(Thread::currentThread));
    assertThat(threads).containsExactly(used);
    loop.close();
    assertThat(executor.isShutdown()).isTrue();
  }

  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_base_events.BaseEventLoopTests.test_set_default_executor_error")
  void test_set_default_executor_error() {
    EventLoop loop = loop();

    assertThatNullPointerException().isThrownBy(() -> loop.setDefaultExecutor(null)).withMessageContaining("executor");
    assertThatNullPointerException().isThrownBy(() -> loop.handOverDefaultExecutor(null))
        .withMessageContaining("executor");

    assertThat(runUntilComplete(() -> Async.toThread(() -> "of the loop's own"))).isEqualTo("of the loop's own");
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopTests.test_shutdown_default_executor_timeout")
  void test_shutdown_default_executor_timeout() throws Exception {
    List<String> output = LogPrograms.outputOf(Program.EXECUTOR, kit);

    assertThat(output).hasSize(3);
    assertThat(output.get(0)).startsWith("WARN: the default executor did not end within PT0.01S");
    assertThat(output.subList(1, 3)).containsExactly("ended before: false", "end");
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_call_soon")
  void test_call_soon() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();

    Handle handle = loop.callSoon(() -> called.add("called"));

    assertThat(handle).isNotNull().isNotInstanceOf(TimerHandle.class);
    assertThat(called).isEmpty();
    runOnce(loop);
    assertThat(called).containsExactly("called");
  }

  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_base_events.BaseEventLoopTests.test_call_soon_non_callable")
  void test_call_soon_non_callable() {
    LoopEngine loop = loop();
    for (boolean debug : new boolean[] {true, false}) {
      loop.setDebug(debug);
      assertThatNullPointerException().isThrownBy(() -> loop.callSoon(null)).withMessageContaining("callback");
    }
    runOnce(loop); // nothing was queued
  }

  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_base_events.BaseEventLoopTests.test_call_later")
  void test_call_later() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    long begin = loop.time();

    TimerHandle timer = loop.callLater(Duration.ofSeconds(10), () -> called.add("timer"));

    assertThat(timer.when()).isBetween(begin + 10_000_000_000L, loop.time() + 10_000_000_000L);
    runOnce(loop);
    assertThat(called).as("what is ready").isEmpty();
    runUntilComplete(() -> sleep(11_000));
    assertThat(called).containsExactly("timer");
    assertThatNullPointerException().isThrownBy(() -> loop.callLater(null, () -> {})).withMessageContaining("delay");
  }

  /** Negative delays count as zero; only a time can lie in the past. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_call_later_negative_delays")
  void test_call_later_negative_delays() {
    LoopEngine loop = loop();
    List<String> calls = new ArrayList<>();

    loop.callLater(Duration.ofSeconds(-1), () -> calls.add("a"));
    loop.callLater(Duration.ofSeconds(-2), () -> calls.add("b"));
    loop.callAt(loop.time() - 1_000_000_000L, () -> calls.add("c"));
    loop.callAt(loop.time() - 2_000_000_000L, () -> calls.add("d"));
    runBriefly(loop);

    assertThat(calls).containsExactly("d", "c", "a", "b");
  }

  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_base_events.BaseEventLoopTests.test_time_and_call_at")
  void test_time_and_call_at() {
    LoopEngine loop = loop();
    long begin = loop.time();

    loop.callAt(begin + 100_000_000, loop::stop);
    loop.runForever();

    assertThat(elapsed(loop, begin)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    assertThatNullPointerException().isThrownBy(() -> loop.callAt(loop.time(), null)).withMessageContaining("callback");
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_check_thread")
  void test_check_thread() throws Exception {
    EventLoop loop = loop();
    List<String> called = new ArrayList<>();
    for (boolean debug : new boolean[] {true, false}) {
      loop.setDebug(debug);
      for (boolean withLoop : new boolean[] {false, true}) {
        Runnable check = () -> assertThatIsRefused(loop, called);
        FutureTask<Boolean> onThread = new FutureTask<>(() -> {
          if (withLoop) {
            run(() -> check.run());
          } else {
            check.run();
          }
          return true;
        });
        runUntilComplete(() -> {
          Async.toThread(onThread::run);
        });
        assertThat(onThread.get()).isTrue();
      }
    }
    runUntilComplete(() -> {
      loop.callSoon(() -> called.add("by a task"));
      loop.callSoon(() -> loop.callSoon(() -> called.add("by a callback")));
      sleep(120_000);
    });

    assertThat(called).containsExactly("by a task", "by a callback");
  }

  private static void assertThatIsRefused(EventLoop loop, List<String> called) {
    Runnable callback = () -> called.add("by another thread");
    List<Runnable> calls = List.of(() -> loop.callSoon(callback),
        () -> loop.callLater(Duration.ofSeconds(60), callback), () -> loop.callAt(60_000_000_000L, callback));
    for (Runnable call : calls) {
      assertThatIllegalStateException().isThrownBy(call::run).withMessageContaining("callSoonThreadsafe");
    }
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test__run_once")
  void test__run_once() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    List<String> called = new ArrayList<>();
    long begin = loop.time();
    TimerHandle cancelled = loop.callAt(begin + 5_000_000_000L, () -> called.add("cancelled"));
    loop.callAt(begin + 10_000_000_000L, () -> {
      called.add("timer");
      loop.stop();
    });

    cancelled.cancel();
    loop.runForever();

    assertThat(called).containsExactly("timer");
    assertThat(loop.time()).isEqualTo(begin + 10_000_000_000L);
    assertThat(time.deadlines()).as("waits").isSubsetOf(begin + 10_000_000_000L);
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_set_debug")
  void test_set_debug() {
    EventLoop loop = loop();
    loop.setDebug(true);
    assertThat(loop.isDebug()).isTrue();
    loop.setDebug(false);
    assertThat(loop.isDebug()).isFalse();
  }

  /** A loop that was stopped before it runs does one iteration. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test__run_once_schedule_handle")
  void test__run_once_schedule_handle() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    loop.callAt(loop.time() - 1, () -> {
      called.add("timer");
      loop.callSoon(() -> called.add("of the timer"));
    });

    loop.stop();
    loop.runForever();
    assertThat(called).containsExactly("timer");

    loop.stop();
    loop.runForever();
    assertThat(called).containsExactly("timer", "of the timer");
  }

  /** A wait in vain for callbacks to be garbage is ended by the timeout of the test. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test__run_once_cancelled_event_cleanup")
  void test__run_once_cancelled_event_cleanup() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    List<Integer> called = new ArrayList<>();
    List<WeakReference<TimerHandle>> cancelled = new ArrayList<>();
    long begin = loop.time();
    for (int i = 0; i < 100; i++) {
      int number = i;
      TimerHandle timer = loop.callAt(begin + 1_000_000L * (number + 1), () -> called.add(number));
      if (number % 2 == 0) {
        timer.cancel();
        cancelled.add(new WeakReference<>(timer));
      }
    }

    while (cancelled.stream().anyMatch(reference -> reference.get() != null)) { // without an iteration
      System.gc();
    }
    loop.callAt(begin + 200_000_000L, loop::stop);
    loop.runForever();

    assertThat(cancelled).hasSize(50);
    assertThat(called).hasSize(50).isSorted().allMatch(number -> number % 2 == 1);
    assertThat(time.deadlines()).as("waits for cancelled timers")
        .noneMatch(when -> when <= begin + 100_000_000L && (when - begin) / 1_000_000L % 2 == 1);
  }

  @Test
  @SuppressWarnings("NullAway") // what is tested
  @Conformance("test_base_events.BaseEventLoopTests.test_run_until_complete_type_error")
  void test_run_until_complete_type_error() {
    LoopEngine loop = loop();

    assertThatNullPointerException().isThrownBy(() -> loop.runUntilComplete(null)).withMessageContaining("future");

    assertThat(loop.isRunning()).isFalse();
    runBriefly(loop);
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_run_until_complete_loop")
  void test_run_until_complete_loop() {
    AsyncFuture<String> future = loop().createFuture();
    LoopEngine other = newEventLoop();

    assertThatIllegalArgumentException().isThrownBy(() -> other.runUntilComplete(future))
        .withMessageContaining("future");

    assertThat(other.isRunning()).isFalse();
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_run_until_complete_loop_orphan_future_close_loop")
  void test_run_until_complete_loop_orphan_future_close_loop() {
    LoopEngine loop = loop();
    KeyboardInterrupt showStopper = new KeyboardInterrupt("show stopper");
    loop.callSoon(() -> {
      throw showStopper;
    });
    Task<?> abandoned = loop.createTask(() -> sleep(100));

    assertThatExceptionOfType(KeyboardInterrupt.class).isThrownBy(() -> loop.runUntilComplete(abandoned))
        .isSameAs(showStopper);
    assertThat(abandoned.isDone()).isFalse();

    List<String> ended = new ArrayList<>();
    runUntilComplete(() -> {
      sleep(200); // longer than the abandoned one
      ended.add("the other one");
    });
    assertThat(ended).containsExactly("the other one");
    assertThat(abandoned.isDone()).isTrue();
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopTests.test_default_exc_handler_callback")
  void test_default_exc_handler_callback() throws Exception {
    List<String> output = LogPrograms.outputOf(Program.CALLBACKS, kit);

    assertThat(output).hasSize(5);
    assertThat(List.of(output.get(0), output.get(2))).allSatisfy(BaseEventLoopTests::assertThatFailureIsLogged);
    assertThat(List.of(output.get(1), output.get(3), output.get(4))).containsExactly("goes on", "goes on", "end");
  }

  private static void assertThatFailureIsLogged(String line) {
    assertThat(line).startsWith("ERROR: exception in callback " + LogPrograms.Failing.class.getName())
        .endsWith(" <- java.lang.ArithmeticException: one divided by zero");
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopTests.test_default_exc_handler_coro")
  void test_default_exc_handler_coro() throws Exception {
    List<String> output = LogPrograms.outputOf(Program.NEVER_RETRIEVED, kit);

    assertThat(output).hasSize(2);
    assertThat(output.get(0)).startsWith("ERROR: ")
        .contains("never retrieved", "zero error")
        .endsWith(" <- java.lang.ArithmeticException: one divided by zero");
    assertThat(output.get(1)).isEqualTo("end");
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopTests.test_set_exc_handler_custom")
  void test_set_exc_handler_custom() throws Exception {
    LoopEngine loop = loop();
    loop.setDebug(true);
    assertThat(loop.exceptionHandler()).isNull();
    List<EventLoop> loops = new ArrayList<>();
    List<ExceptionContext> contexts = new ArrayList<>();
    loop.setExceptionHandler((of, context) -> {
      loops.add(of);
      contexts.add(context);
    });
    assertThat(loop.exceptionHandler()).isNotNull();

    Handle handle = loop.callSoon(new LogPrograms.Failing());
    runOnce(loop);

    assertThat(loops).containsExactly(loop);
    assertThat(contexts).singleElement().satisfies(context -> {
      assertThat(context.message()).isEqualTo("exception in callback " + LogPrograms.Failing.class.getName());
      assertThat(context.exception()).isInstanceOf(ArithmeticException.class);
      assertThat(Objects.requireNonNull(context.exception()).getSuppressed())
          .as("where it was given to the loop")
          .hasSize(1);
      assertThat(context.handle()).isSameAs(handle);
      assertThat(context.future()).isNull();
    });

    List<String> output = LogPrograms.outputOf(Program.HANDLER_TAKEN_AWAY, kit);
    assertThat(output).hasSize(3);
    assertThat(output.get(0)).isEqualTo("the handler: java.lang.ArithmeticException: one divided by zero");
    assertThatFailureIsLogged(output.get(1));
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopTests.test_set_exc_handler_broken")
  void test_set_exc_handler_broken() throws Exception {
    List<String> output = LogPrograms.outputOf(Program.BROKEN_HANDLER, kit);

    assertThat(output).hasSize(3);
    assertThat(output.get(0)).startsWith("ERROR: the exception handler failed while handling: exception in callback ")
        .endsWith(" <- java.lang.UnsupportedOperationException: spam");
    assertThat(output.subList(1, 3)).containsExactly("goes on", "end");
  }

  /** Makes the loop's own tasks, and remembers them. */
  private static final class Remembering implements TaskFactory {
    final List<Task<?>> made = new ArrayList<>();

    @Override
    public <T extends @Nullable Object> Task<T> newTask(EventLoop loop, TaskOptions options,
        Coroutine<T, ?> coroutine) {
      Task<T> task = loop.newTask(options, coroutine);
      made.add(task);
      return task;
    }
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_set_task_factory")
  void test_set_task_factory() {
    LoopEngine loop = loop();
    loop.setTaskFactory(null);
    Remembering factory = new Remembering();
    loop.setTaskFactory(factory);

    assertThat(loop.taskFactory()).isSameAs(factory);
    Task<String> made = loop.createTask(() -> "result");
    assertThat(factory.made).containsExactly(made);
    assertThat(loop.runUntilComplete(made)).isEqualTo("result");

    loop.setTaskFactory(null);
    assertThat(loop.taskFactory()).isNull();
    Task<String> own = loop.createTask(() -> "other");
    assertThat(factory.made).containsExactly(made);
    assertThat(loop.runUntilComplete(own)).isEqualTo("other");
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopTests.test_env_var_debug")
  void test_env_var_debug() throws Exception {
    assertThat(loop().isDebug()).as("a loop without a Runner").isFalse();

    assertThat(isDebugByDefault(null)).isFalse();
    assertThat(isDebugByDefault("1")).isTrue();
    assertThat(isDebugByDefault(null, "-Dasyncrunner.debug")).isTrue();
    assertThat(isDebugByDefault("1", "-Dasyncrunner.debug=false")).isFalse();
  }

  private boolean isDebugByDefault(@Nullable String variable, String... flags) throws Exception {
    return DebugPrograms.isDebug(Whose.KITS, kit, variable, flags);
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_create_task")
  void test_create_task() {
    EventLoop loop = loop();
    Remembering factory = new Remembering();
    loop.setTaskFactory(factory);

    Task<?> fromOutside = loop.createTask(() -> {});
    Task<?> fromInside = runUntilComplete(() -> Async.createTask(() -> {}));

    assertThat(factory.made).hasSize(3).startsWith(fromOutside).endsWith(fromInside);
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_create_task_error_closes_coro")
  void test_create_task_error_closes_coro() {
    LoopEngine loop = loop();
    Reports reports = reportsOf(loop);
    List<String> called = new ArrayList<>();
    loop.close();

    assertThatIllegalStateException().isThrownBy(() -> loop.createTask(() -> {
      called.add("body");
    })).withMessageContaining("closed");

    assertThat(called).isEmpty();
    assertThat(loop.allTasks()).isEmpty();
    assertThat(reports.take()).isEmpty();
  }

  private void assertThatTaskIsNamed() {
    Task<String> task = loop().createTask(TaskOptions.named("test_task"), () -> Async.currentTask().name());

    assertThat(task.name()).isEqualTo("test_task");
    assertThat(loop().runUntilComplete(task)).isEqualTo("test_task");
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_create_named_task_with_default_factory")
  void test_create_named_task_with_default_factory() {
    assertThatTaskIsNamed();
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_create_named_task_with_custom_factory")
  void test_create_named_task_with_custom_factory() {
    Remembering factory = new Remembering();
    loop().setTaskFactory(factory);
    assertThatTaskIsNamed();
    assertThat(factory.made).hasSize(1);
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_run_forever_keyboard_interrupt")
  void test_run_forever_keyboard_interrupt() {
    LoopEngine loop = loop();
    Reports reports = reportsOf(loop);

    assertThatExceptionOfType(KeyboardInterrupt.class).isThrownBy(() -> runUntilComplete(() -> {
      throw new KeyboardInterrupt();
    }));
    loop.close();

    assertThat(reports.take()).isEmpty();
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_run_until_complete_baseexception")
  void test_run_until_complete_baseexception() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    assertThatExceptionOfType(KeyboardInterrupt.class).isThrownBy(() -> runUntilComplete(() -> {
      throw new KeyboardInterrupt();
    }));

    loop.callSoon(() -> loop.callSoon(() -> {
      loop.stop();
      called.add("in the second iteration");
    }));
    loop.runForever();

    assertThat(called).containsExactly("in the second iteration");
  }

  /** What comes from outside comes through the queue of the other threads. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_single_selecter_event_callback_after_stopping")
  void test_single_selecter_event_callback_after_stopping() throws Exception {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    FutureTask<Handle> event = new FutureTask<>(() -> loop.callSoonThreadsafe(() -> {
      called.add("event");
      loop.callSoon(() -> called.add("after the event"));
    }));
    Thread other = new Thread(event);
    loop.callSoon(loop::stop);
    other.start();
    event.get();

    loop.runForever();
    assertThat(called).containsExactly("event");

    runOnce(loop);
    assertThat(called).containsExactly("event", "after the event");
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_run_once")
  void test_run_once() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();

    loop.callSoon(() -> called.add("callback"));
    runOnce(loop);
    assertThat(called).containsExactly("callback");

    runOnce(loop);
    assertThat(called).containsExactly("callback");
  }

  /** One iteration that does not wait, although there is a timer to wait for. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_run_forever_pre_stopped")
  void test_run_forever_pre_stopped() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    List<String> called = new ArrayList<>();
    long begin = loop.time();
    loop.callLater(Duration.ofSeconds(1), () -> called.add("timer"));
    loop.callSoon(() -> {
      called.add("first iteration");
      loop.callSoon(() -> called.add("second iteration"));
    });

    loop.stop();
    loop.runForever();

    assertThat(called).containsExactly("first iteration");
    assertThat(loop.time()).isEqualTo(begin);
    assertThat(time.deadlines()).isEmpty();
    assertThat(loop.isRunning()).isFalse();
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_custom_run_forever_integration")
  void test_custom_run_forever_integration() {
    LoopEngine loop = loop();
    List<String> called = new ArrayList<>();
    loop.callSoon(() -> called.add("callback"));

    for (int i = 0; i < 10; i++) {
      loop.callSoon(() -> {
        assertThat(EventLoop.running()).isSameAs(loop);
        assertThat(loop.isRunning()).isTrue();
        called.add("iteration");
      });
      loop.stop();
      loop.runForever();
      assertThat(EventLoop.runningOrNull()).isNull();
      assertThat(loop.isRunning()).isFalse();
      assertThat(called).hasSize(i + 2);
    }

    assertThat(called.get(0)).isEqualTo("callback");
    assertThat(called.subList(1, 11)).containsOnly("iteration");
  }

  /** Takes some values of a generator, and leaves it; gives what its code has done. */
  private List<String> leaveGenerator() {
    List<String> events = new ArrayList<>();
    runUntilComplete(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        events.add("started");
        try {
          for (String item : List.of("ZERO", "ONE", "TWO", "THREE", "FOUR")) {
            out.yield(item);
          }
        } finally {
          events.add("finalized");
        }
      });
      while (!generator.next().equals("THREE")) {
        giveATurn();
      }
      events.add("stopped");
    });
    return events;
  }

  /** A generator that has begun is held by its loop, which closes it when asked. */
  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_asyncgen_finalization_by_gc")
  void test_asyncgen_finalization_by_gc() {
    List<String> events = leaveGenerator();
    System.gc();
    runBriefly(loop());
    assertThat(events).containsExactly("started", "stopped");

    runUntilComplete(() -> loop().shutdownGenerators());

    assertThat(events).containsExactly("started", "stopped", "finalized");
  }

  @Test
  @Conformance("test_base_events.BaseEventLoopTests.test_asyncgen_finalization_by_gc_in_other_thread")
  void test_asyncgen_finalization_by_gc_in_other_thread() {
    LoopEngine loop = loop();
    loop.setDebug(true);
    List<String> events = leaveGenerator();
    assertThat(events).containsExactly("started", "stopped");

    runUntilComplete(() -> Async.toThread(() -> {
      Async.callThreadsafe(loop, () -> loop.shutdownGenerators()).get();
    }));

    assertThat(events).containsExactly("started", "stopped", "finalized");
  }
}
