package io.asyncrunner.tck.eagertaskfactory;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code BaseTaskCountingTests} of {@code test_eager_task_factory.py}, with a lazy and with an eager task factory. */
public abstract class BaseTaskCountingTests extends PortedTests {
  private static final int WIDTH = 5;
  private static final int DEPTH = 4;
  private static final int TASKS = 781; // 1 + 5 + 25 + 125 + 625

  private final boolean eager;
  private final Counter counter = new Counter();

  protected BaseTaskCountingTests(LoopSource source, boolean eager) {
    super(source);
    this.eager = eager;
  }

  /** Makes the tasks and counts them by how they are to start. */
  private final class Counter implements TaskFactory {
    private int eagerTasks;
    private int lazyTasks;

    @Override
    public <T extends @Nullable Object> Task<T> newTask(
        EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine) {
      boolean atOnce = options.eagerStartOr(eager);
      if (atOnce) {
        eagerTasks++;
      } else {
        lazyTasks++;
      }
      return loop.newTask(options.withEagerStart(atOnce), coroutine);
    }
  }

  private void assertTasks(int expected) {
    assertThat(counter.lazyTasks).isEqualTo(eager ? 0 : expected);
    assertThat(counter.eagerTasks).isEqualTo(eager ? expected : 0);
  }

  @Test
  @Conformance("test_eager_task_factory.BaseTaskCountingTests.test_awaitables_chain")
  void test_awaitables_chain() {
    loop().setTaskFactory(counter);

    assertThat(this.<Integer>runUntilComplete(() -> chain(100))).isEqualTo(100);
    assertTasks(1);
  }

  private static int chain(int depth) {
    return depth == 0 ? 0 : 1 + chain(depth - 1);
  }

  @Test
  @Conformance("test_eager_task_factory.BaseTaskCountingTests.test_recursive_taskgroups")
  void test_recursive_taskgroups() {
    loop().setTaskFactory(counter);

    runUntilComplete(() -> groups(DEPTH));
    assertTasks(TASKS);
  }

  private static void groups(int depth) {
    if (depth == 0) {
      return;
    }
    TaskGroup.run(group -> {
      for (int i = 0; i < WIDTH; i++) {
        group.createTask(() -> groups(depth - 1));
      }
    });
  }

  @Test
  @Conformance("test_eager_task_factory.BaseTaskCountingTests.test_recursive_gather")
  void test_recursive_gather() {
    loop().setTaskFactory(counter);

    assertThat(this.<Integer>runUntilComplete(() -> gathers(DEPTH))).isEqualTo(TASKS);
    assertTasks(TASKS);
  }

  /** Gives the number of coroutines that ran, with this one. */
  private static int gathers(int depth) {
    if (depth == 0) {
      return 1;
    }
    Coroutine<Integer, RuntimeException> child = () -> gathers(depth - 1);
    int below = Async.gather(child, child, child, child, child).stream().mapToInt(count -> count).sum();
    return 1 + below;
  }
}
