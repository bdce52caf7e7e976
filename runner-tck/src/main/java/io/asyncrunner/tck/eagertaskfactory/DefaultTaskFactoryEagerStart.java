package io.asyncrunner.tck.eagertaskfactory;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code DefaultTaskFactoryEagerStart} of {@code test_eager_task_factory.py}. */
public abstract class DefaultTaskFactoryEagerStart extends PortedTests {
  protected DefaultTaskFactoryEagerStart(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_eager_task_factory.DefaultTaskFactoryEagerStart.test_eager_start_true_with_default_factory")
  void test_eager_start_true_with_default_factory() {
    runUntilComplete(() -> {
      List<String> names = new ArrayList<>();
      Task<String> task = EventLoop.running().createTask(TaskOptions.named("example").withEagerStart(true), () -> {
        names.add(Async.currentTask().name());
        return "result";
      });

      assertThat(task.isDone()).isTrue();
      assertThat(names).containsExactly("example");
      assertThat(task.await()).isEqualTo("result");
    });
  }
}
