package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code FutureGatherTests} of {@code test_tasks.py}: gathering futures. */
public abstract class FutureGatherTests extends PortedTests {
  protected FutureGatherTests(LoopSource source) {
    super(source);
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
  @Conformance("test_tasks.FutureGatherTests.test_constructor_empty_sequence_without_loop")
  void test_constructor_empty_sequence_without_loop() {
    assertThatIllegalStateException().isThrownBy(() -> Async.gather(List.of()))
        .withMessageContaining("no running event loop");
    assertThatIllegalStateException().isThrownBy(() -> Async.gatherOutcomes(List.of()))
        .withMessageContaining("no running event loop");
  }

  /** There is nothing to wait for, so not one turn is given. */
  @Test
  @Conformance("test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_running_loop")
  void test_constructor_empty_sequence_use_running_loop() {
    List<String> turns = new ArrayList<>();

    runUntilComplete(() -> {
      EventLoop.running().callSoon(() -> turns.add("turn"));
      assertThat(Async.gather(List.<AsyncFuture<String>>of())).isEmpty();
      assertThat(Async.gatherOutcomes(List.<AsyncFuture<String>>of())).isEmpty();
      assertThat(turns).isEmpty();
    });
  }

  @Test
  @Conformance("test_tasks.FutureGatherTests.test_constructor_heterogenous_futures")
  void test_constructor_heterogenous_futures() {
    AsyncFuture<Integer> own = loop().createFuture();
    AsyncFuture<Integer> foreign = newEventLoop().createFuture();

    runUntilComplete(() -> {
      assertThatIllegalArgumentException().isThrownBy(() -> Async.gather(own, foreign))
          .withMessageContaining("found one of " + foreign.loop());
      assertThatIllegalArgumentException().isThrownBy(() -> Async.gatherOutcomes(own, foreign))
          .withMessageContaining("found one of " + foreign.loop());
    });

    assertThat(own.isDone()).isFalse();
    assertThat(foreign.isDone()).isFalse();
  }

  /** The loop is that of the task that gathers. */
  @Test
  @Conformance("test_tasks.FutureGatherTests.test_constructor_homogenous_futures")
  void test_constructor_homogenous_futures() {
    LoopEngine other = newEventLoop();
    List<CompletableAsyncFuture<Integer>> children = futures(other, 3);

    Task<List<Integer>> first = other.createTask(() -> Async.gather(children));
    runReady(other);
    assertThat(first.isDone()).isFalse();
    Task<List<Integer>> second = other.createTask(() -> Async.gather(children));
    runReady(other);
    assertThat(first.isDone()).isFalse();
    assertThat(second.isDone()).isFalse();

    for (int i = 0; i < 3; i++) {
      children.get(i).setResult(i);
    }
    assertThat(other.runUntilComplete(first)).containsExactly(0, 1, 2);
    assertThat(other.runUntilComplete(second)).containsExactly(0, 1, 2);
  }

  /** The wait ends with the child's cancellation; the task that gathers was not cancelled itself, and goes on. */
  @Test
  @Conformance("test_tasks.FutureGatherTests.test_one_cancellation")
  void test_one_cancellation() {
    Reports reports = reportsOf(loop());
    List<CompletableAsyncFuture<Integer>> children = futures(loop(), 5);
    Task<CancelledError> gathering = loop().createTask(() -> {
      try {
        throw new AssertionError("expected a cancellation, found " + Async.gather(children));
      } catch (CancelledError cancelled) {
        assertThat(Async.currentTask().cancelling()).isZero();
        return cancelled;
      }
    });
    List<AsyncFuture<?>> called = new ArrayList<>();
    gathering.addDoneCallback(called::add);
    runReady(loop());

    children.get(0).setResult(1);
    children.get(1).cancel("of one child");
    runReady(loop());

    assertThat(called).containsExactly(gathering);
    assertThat(gathering.isCancelled()).isFalse();
    assertThat(gathering.result().reason()).isEqualTo("of one child");

    children.get(2).setResult(3);
    children.get(3).cancel();
    children.get(4).setException(new RuntimeException());
    runReady(loop());
    assertThat(called).containsExactly(gathering);
    loop().close();
    assertThat(reports.take()).isEmpty();
  }

  @Test
  @Conformance("test_tasks.FutureGatherTests.test_result_exception_one_cancellation")
  void test_result_exception_one_cancellation() {
    List<CompletableAsyncFuture<Integer>> children = futures(loop(), 6);
    Task<List<Outcome<Integer>>> gathering = loop().createTask(() -> Async.gatherOutcomes(children));
    List<AsyncFuture<?>> called = new ArrayList<>();
    gathering.addDoneCallback(called::add);
    runReady(loop());
    ArithmeticException second = new ArithmeticException();
    RuntimeException sixth = new RuntimeException();

    children.get(0).setResult(1);
    children.get(1).setException(second);
    children.get(2).cancel();
    runReady(loop());
    assertThat(gathering.isDone()).isFalse();
    children.get(3).setResult(3);
    children.get(4).cancel();
    children.get(5).setException(sixth);
    List<Outcome<Integer>> outcomes = new ArrayList<>(loop().runUntilComplete(gathering));

    assertThat(outcomes.remove(4)).isInstanceOf(Outcome.Cancelled.class);
    assertThat(outcomes.remove(2)).isInstanceOf(Outcome.Cancelled.class);
    assertThat(outcomes).containsExactly(new Outcome.Success<>(1), new Outcome.Failure<>(second),
        new Outcome.Success<>(3), new Outcome.Failure<>(sixth));
    assertThat(called).containsExactly(gathering);
  }
}
