package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code BaseTaskIntrospectionTests} of {@code test_tasks.py}. Tasks are the loop's own, and are registered, entered and left by
 * it alone: what is tested is what shows of that.
 */
public abstract class BaseTaskIntrospectionTests extends PortedTests {
  protected BaseTaskIntrospectionTests(LoopSource source) {
    super(source);
  }

  private static @Nullable Task<?> currentTask() {
    Fiber fiber = Fiber.current();
    return fiber == null ? null : fiber.task();
  }

  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__register_task_1")
  void test__register_task_1() {
    assertThat(loop().allTasks()).isEmpty();

    Task<?> task = loop().createTask(() -> {});

    assertThat(loop().allTasks()).containsExactly(task);
    loop().runUntilComplete(task);
  }

  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__register_task_2")
  void test__register_task_2() {
    LoopEngine other = newEventLoop();

    Task<?> task = loop().createTask(() -> {});
    Task<?> ofOther = other.createTask(() -> {});

    assertThat(task.loop().allTasks()).containsExactly(task);
    assertThat(ofOther.loop().allTasks()).containsExactly(ofOther);
    loop().runUntilComplete(task);
    assertThat(other.allTasks()).containsExactly(ofOther);
    other.runUntilComplete(ofOther);
  }

  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__register_task_3")
  void test__register_task_3() {
    runUntilComplete(() -> {
      Task<?> done = Async.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {});
      assertThat(done.isDone()).isTrue();
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    });
  }

  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__enter_task")
  void test__enter_task() {
    List<@Nullable Task<?>> seen = new ArrayList<>();
    Task<?> task = loop().createTask(() -> {
      seen.add(currentTask());
    });
    assertThat(currentTask()).isNull();

    loop().runUntilComplete(task);

    assertThat(seen).containsExactly(task);
    assertThat(currentTask()).isNull();
  }

  /** A task is not entered while another one runs: another loop does not run inside it. */
  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__enter_task_failure")
  void test__enter_task_failure() {
    LoopEngine other = newEventLoop();
    AtomicBoolean entered = new AtomicBoolean();
    Task<?> second = other.createTask(() -> entered.set(true));
    Task<Boolean> first = loop().createTask(() -> {
      Task<?> before = Async.currentTask();
      assertThatIllegalStateException().isThrownBy(() -> other.runUntilComplete(second))
          .withMessageContaining("from inside a running event loop");
      return Async.currentTask() == before;
    });

    assertThat(loop().runUntilComplete(first)).isTrue();

    assertThat(entered).isFalse();
    assertThat(second.isDone()).isFalse();
    other.runUntilComplete(second);
    assertThat(entered).isTrue();
  }

  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__leave_task")
  void test__leave_task() {
    List<@Nullable Task<?>> seen = new ArrayList<>();
    Task<?> task = loop().createTask(() -> {
      EventLoop.running().callSoon(() -> seen.add(currentTask())); // the task is suspended then
      Async.sleep(Duration.ZERO);
      seen.add(currentTask());
      EventLoop.running().callSoon(() -> seen.add(currentTask())); // the task has ended then
    });

    loop().runUntilComplete(task);
    runBriefly(loop());

    assertThat(seen).containsExactly(null, task, null);
    assertThat(currentTask()).isNull();
  }

  @Test
  @Conformance("test_tasks.BaseTaskIntrospectionTests.test__unregister_task")
  void test__unregister_task() {
    Task<?> returning = loop().createTask(() -> {});
    Task<?> failing = loop().createTask(() -> {
      throw new ArithmeticException();
    });
    Task<?> cancelled = loop().createTask(() -> {});
    assertThat(loop().allTasks()).containsExactly(returning, failing, cancelled);

    cancelled.cancel();
    runBriefly(loop());

    assertThat(failing.exception()).isExactlyInstanceOf(ArithmeticException.class);
    assertThat(loop().allTasks()).isEmpty();
  }
}
