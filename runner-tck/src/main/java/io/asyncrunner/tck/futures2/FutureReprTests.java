package io.asyncrunner.tck.futures2;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code FutureReprTests} of {@code test_futures2.py}. */
public abstract class FutureReprTests extends PortedTests {
  protected FutureReprTests(LoopSource source) {
    super(source);
  }

  /** The text of a task leaves its result out, so nothing has to be cut short. */
  @Test
  @Conformance("test_futures2.FutureReprTests.test_recursive_repr_for_pending_tasks")
  void test_recursive_repr_for_pending_tasks() {
    run(() -> {
      Async.currentTask().setName("main");
      Task<List<Task<?>>> task = Async.createTask(TaskOptions.named("all"), Async::allTasks);

      List<Task<?>> all = Async.waitFor(Duration.ofSeconds(10), task);

      assertThat(all).contains(task);
      assertThat(all.toString()).isEqualTo("[Task[main, pending], Task[all, finished]]");
    });
  }
}
