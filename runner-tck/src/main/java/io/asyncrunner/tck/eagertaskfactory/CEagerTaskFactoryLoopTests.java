package io.asyncrunner.tck.eagertaskfactory;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.EagerTasks;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code CEagerTaskFactoryLoopTests} of {@code test_eager_task_factory.py}. */
public abstract class CEagerTaskFactoryLoopTests extends PortedTests {
  protected CEagerTaskFactoryLoopTests(LoopSource source) {
    super(EagerTasks.on(source));
  }

  @Test
  @Conformance("test_eager_task_factory.CEagerTaskFactoryLoopTests.test_issue122332")
  void test_issue122332() {
    runUntilComplete(() -> {
      List<StackTraceElement> during = new ArrayList<>();
      Task<?> task = Async.createTask(() -> {
        during.addAll(Async.currentTask().stack());
      });
      task.await();

      assertThat(during).isNotEmpty();
      assertThat(task.stack()).isEmpty(); // it holds nothing of its body any more
    });
  }

  @Test
  @Conformance("test_eager_task_factory.CEagerTaskFactoryLoopTests.test_name")
  void test_name() {
    runUntilComplete(() -> {
      List<String> names = new ArrayList<>();
      Task<?> task = Async.createTask(TaskOptions.named("test name"), () -> {
        names.add(Async.currentTask().name());
      });

      assertThat(names).containsExactly("test name");
      assertThat(task.name()).isEqualTo("test name");
    });
  }
}
