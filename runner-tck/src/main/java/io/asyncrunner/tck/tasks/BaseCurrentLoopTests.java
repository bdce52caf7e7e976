package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code BaseCurrentLoopTests} of {@code test_tasks.py}. */
public abstract class BaseCurrentLoopTests extends PortedTests {
  protected BaseCurrentLoopTests(LoopSource source) {
    super(source);
  }

  /** Libraries ask the fiber, which is {@code null} where no loop runs; of a loop one asks what has not ended. */
  @Test
  @Conformance("test_tasks.BaseCurrentLoopTests.test_current_task_no_running_loop")
  void test_current_task_no_running_loop() {
    assertThat(loop().isRunning()).isFalse();

    assertThat(Fiber.current()).isNull();
    assertThat(loop().allTasks()).isEmpty();
  }

  @Test
  @Conformance("test_tasks.BaseCurrentLoopTests.test_current_task_no_running_loop_implicit")
  void test_current_task_no_running_loop_implicit() {
    assertThatIllegalStateException().isThrownBy(Async::currentTask).withMessageContaining("no running event loop");
  }

  /** A callback is not inside a task either. */
  @Test
  @Conformance("test_tasks.BaseCurrentLoopTests.test_current_task_with_implicit_loop")
  void test_current_task_with_implicit_loop() {
    List<Task<?>> seen = new ArrayList<>();
    Task<?> task = loop().createTask(() -> {
      seen.add(Async.currentTask());
    });
    List<IllegalStateException> refusals = new ArrayList<>();
    loop().callSoon(() -> refusals.add(assertThatIllegalStateException().isThrownBy(Async::currentTask).actual()));

    loop().runUntilComplete(task);

    assertThat(seen).containsExactly(task);
    assertThat(refusals).singleElement()
        .satisfies(refusal -> assertThat(refusal).hasMessageContaining("found a callback"));
    assertThat(Fiber.current()).isNull();
    assertThatIllegalStateException().isThrownBy(Async::currentTask).withMessageContaining("no running event loop");
  }
}
