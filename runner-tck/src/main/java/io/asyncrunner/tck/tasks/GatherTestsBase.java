package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.ChildJvm;
import io.asyncrunner.tck.support.DebugPrograms;
import io.asyncrunner.tck.support.DebugPrograms.Whose;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code GatherTestsBase} of {@code test_tasks.py}: what holds for futures and for coroutines. Gathering is a wait here, so a task
 * that gathers stands for the future that asyncio's {@code gather} returns.
 */
public abstract class GatherTestsBase extends PortedTests {
  private final Class<?> kit;

  protected GatherTestsBase(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  /** Whether futures are gathered, or coroutines that wait for them. */
  private enum Form {
    FUTURES,
    COROUTINES;

    Task<List<Integer>> gather(EventLoop loop, List<CompletableAsyncFuture<Integer>> futures) {
      return loop.createTask(() -> this == FUTURES ? Async.gather(futures) : Async.gather(coroutines(futures)));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know nothing of type arguments
    private static Coroutine<Integer, RuntimeException>[] coroutines(List<CompletableAsyncFuture<Integer>> futures) {
      return futures.stream()
          .map(future -> (Coroutine<Integer, RuntimeException>) future::await)
          .toArray(Coroutine[]::new);
    }

    Task<List<Outcome<Integer>>> gatherOutcomes(EventLoop loop, List<CompletableAsyncFuture<Integer>> futures) {
      return loop.createTask(() -> Async.gatherOutcomes(this == FUTURES
          ? futures
          : Stream.of(coroutines(futures)).map(Async::createTask).toList()));
    }
  }

  private static List<CompletableAsyncFuture<Integer>> futures(EventLoop loop, int number) {
    return Stream.generate(() -> loop.<Integer>createFuture()).limit(number).toList();
  }

  /** Runs what is ready, and what becomes ready by it. */
  private static void runReady(LoopEngine loop) {
    for (int turn = 0; turn < 8; turn++) {
      runOnce(loop);
    }
  }

  @Test
  @Conformance("test_tasks.GatherTestsBase.test_success")
  void test_success() {
    for (Form form : Form.values()) {
      LoopEngine loop = newEventLoop();
      List<CompletableAsyncFuture<Integer>> children = futures(loop, 3);
      Task<List<Integer>> gathering = form.gather(loop, children);

      assertThat(endOf(loop, children, gathering)).as("%s", form).containsExactly(2, 1, 3);
    }
  }

  @Test
  @Conformance("test_tasks.GatherTestsBase.test_result_exception_success")
  void test_result_exception_success() {
    for (Form form : Form.values()) {
      LoopEngine loop = newEventLoop();
      List<CompletableAsyncFuture<Integer>> children = futures(loop, 3);
      Task<List<Outcome<Integer>>> gathering = form.gatherOutcomes(loop, children);

      assertThat(endOf(loop, children, gathering)).as("%s", form)
          .containsExactly(new Outcome.Success<>(2), new Outcome.Success<>(1), new Outcome.Success<>(3));
    }
  }

  /** Completes three children, the last one later. */
  private static <T> T endOf(LoopEngine loop, List<CompletableAsyncFuture<Integer>> children, Task<T> gathering) {
    List<AsyncFuture<?>> called = new ArrayList<>();
    gathering.addDoneCallback(called::add);
    runReady(loop);

    children.get(1).setResult(1);
    children.get(0).setResult(2);
    runReady(loop);
    assertThat(called).isEmpty();
    assertThat(gathering.isDone()).isFalse();

    children.get(2).setResult(3);
    runReady(loop);
    assertThat(called).containsExactly(gathering);
    return gathering.result();
  }

  @Test
  @Conformance("test_tasks.GatherTestsBase.test_one_exception")
  void test_one_exception() {
    for (Form form : Form.values()) {
      LoopEngine loop = newEventLoop();
      Reports reports = reportsOf(loop);
      List<CompletableAsyncFuture<Integer>> children = futures(loop, 5);
      Task<List<Integer>> gathering = form.gather(loop, children);
      List<AsyncFuture<?>> called = new ArrayList<>();
      gathering.addDoneCallback(called::add);
      runReady(loop);
      ArithmeticException exception = new ArithmeticException();

      children.get(0).setResult(1);
      children.get(1).setException(exception);
      runReady(loop);

      assertThat(called).as("%s", form).containsExactly(gathering);
      assertThat(gathering.exception()).isSameAs(exception);
      assertThat(children.get(2).isDone()).isFalse();

      children.get(2).setResult(3);
      children.get(3).cancel();
      children.get(4).setException(new RuntimeException());
      runReady(loop);
      assertThat(called).containsExactly(gathering);
      assertThat(gathering.exception()).isSameAs(exception);
      loop.close();
      assertThat(reports.take()).isEmpty();
    }
  }

  @Test
  @Conformance("test_tasks.GatherTestsBase.test_return_exceptions")
  void test_return_exceptions() {
    for (Form form : Form.values()) {
      LoopEngine loop = newEventLoop();
      List<CompletableAsyncFuture<Integer>> children = futures(loop, 4);
      Task<List<Outcome<Integer>>> gathering = form.gatherOutcomes(loop, children);
      List<AsyncFuture<?>> called = new ArrayList<>();
      gathering.addDoneCallback(called::add);
      runReady(loop);
      ArithmeticException third = new ArithmeticException();
      RuntimeException fourth = new RuntimeException();

      children.get(1).setResult(1);
      children.get(2).setException(third);
      children.get(0).setResult(3);
      runReady(loop);
      assertThat(gathering.isDone()).as("%s", form).isFalse();
      children.get(3).setException(fourth);
      runReady(loop);

      assertThat(called).containsExactly(gathering);
      assertThat(gathering.result()).containsExactly(new Outcome.Success<>(3), new Outcome.Success<>(1),
          new Outcome.Failure<>(third), new Outcome.Failure<>(fourth));
    }
  }

  /** The default is the Runner's, so any loop that it finds by itself will do. A property goes before the environment. */
  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_tasks.GatherTestsBase.test_env_var_debug")
  void test_env_var_debug() throws Exception {
    assertThat(isDebugByDefault(null)).isFalse();
    assertThat(isDebugByDefault("")).isFalse();
    assertThat(isDebugByDefault("1")).isTrue();
    assertThat(isDebugByDefault("1", "-Dasyncrunner.debug=false")).isFalse();
    assertThat(isDebugByDefault(null, "-Dasyncrunner.debug")).isTrue();
  }

  private boolean isDebugByDefault(@Nullable String variable, String... flags) throws Exception {
    return DebugPrograms.isDebug(Whose.RUNNERS_OWN, kit, variable, flags);
  }
}
