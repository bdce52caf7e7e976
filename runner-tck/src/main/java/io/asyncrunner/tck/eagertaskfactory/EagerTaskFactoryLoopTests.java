package io.asyncrunner.tck.eagertaskfactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.EagerTasks;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code EagerTaskFactoryLoopTests} of {@code test_eager_task_factory.py}. */
public abstract class EagerTaskFactoryLoopTests extends PortedTests {
  /** What happened, in order; used on the loop and, when that is over, by the test. */
  private final List<String> log = new ArrayList<>();

  protected EagerTaskFactoryLoopTests(LoopSource source) {
    super(EagerTasks.on(source));
  }

  /** Keeps what it made. */
  private static final class Recording implements TaskFactory {
    private final TaskFactory factory = new EagerTasks();
    final List<Task<?>> made = new ArrayList<>();

    @Override
    public <T extends @Nullable Object> Task<T> newTask(
        EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine) {
      Task<T> task = factory.newTask(loop, options, coroutine);
      made.add(task);
      return task;
    }
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_task_factory_set")
  void test_eager_task_factory_set() {
    Recording factory = new Recording();
    loop().setTaskFactory(factory);
    assertThat(loop().taskFactory()).isSameAs(factory);

    runUntilComplete(() -> {
      Task<?> task = Async.createTask(() -> {});
      assertThat(factory.made).hasSize(2); // that of the test first
      assertThat(factory.made.get(0)).isSameAs(Async.currentTask());
      assertThat(factory.made.get(1)).isSameAs(task);
      task.await();
    });
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_await_future_during_eager_step")
  void test_await_future_during_eager_step() {
    String result = runUntilComplete(() -> {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      Task<?> task = Async.createTask(() -> future.setResult("my message"));
      assertThat(task.isDone()).isTrue();
      return future.await();
    });

    assertThat(result).isEqualTo("my message");
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_completion")
  void test_eager_completion() {
    String result = runUntilComplete(() -> {
      Task<String> task = Async.createTask(() -> "hello");
      assertThat(task.isDone()).isTrue();
      return task.await();
    });

    assertThat(result).isEqualTo("hello");
  }

  private static String finishLater() {
    sleep(100);
    return "finished after blocking";
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_block_after_eager_step")
  void test_block_after_eager_step() {
    String result = runUntilComplete(() -> {
      Task<String> task = Async.createTask(EagerTaskFactoryLoopTests::finishLater);
      assertThat(task.isDone()).isFalse();
      String awaited = task.await();
      assertThat(task.isDone()).isTrue();
      return awaited;
    });

    assertThat(result).isEqualTo("finished after blocking");
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_cancellation_after_eager_completion")
  void test_cancellation_after_eager_completion() {
    String result = runUntilComplete(() -> {
      Task<String> task = Async.createTask(() -> "finished without blocking");
      assertThat(task.cancel()).isFalse();
      String awaited = task.await();
      assertThat(task.isCancelled()).isFalse();
      return awaited;
    });

    assertThat(result).isEqualTo("finished without blocking");
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_cancellation_after_eager_step_blocks")
  void test_cancellation_after_eager_step_blocks() {
    assertThatThrownBy(() -> this.<String>runUntilComplete(() -> {
      Task<String> task = Async.createTask(EagerTaskFactoryLoopTests::finishLater);
      assertThat(task.cancel("cancellation message")).isTrue();
      assertThat(task.cancelling()).isEqualTo(1);
      return task.await();
    })).isInstanceOfSatisfying(CancelledError.class,
        error -> assertThat(error.reason()).isEqualTo("cancellation message"));
  }

  // --- what the tasks see of themselves ---

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_current_task")
  void test_current_task() {
    runUntilComplete(() -> {
      Task<?> creator = Async.currentTask();
      List<Task<?>> seen = new ArrayList<>();
      Task<?> task = Async.createTask(() -> {
        seen.add(Async.currentTask());
        sleep(100);
        seen.add(Async.currentTask());
      });
      assertThat(seen).containsExactly(task);
      assertThat(Async.currentTask()).isSameAs(creator);

      task.await();
      assertThat(seen).containsExactly(task, task);
    });
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_all_tasks_with_eager_completion")
  void test_all_tasks_with_eager_completion() {
    runUntilComplete(() -> {
      List<Task<?>> seen = new ArrayList<>();
      Task<?> task = Async.createTask(() -> {
        seen.addAll(Async.allTasks());
      });
      assertThat(seen).containsExactly(Async.currentTask(), task);
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    });
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_all_tasks_with_blocking")
  void test_all_tasks_with_blocking() {
    runUntilComplete(() -> {
      List<Task<?>> seen = new ArrayList<>();
      CompletableAsyncFuture<String> goOn = EventLoop.running().createFuture();
      CompletableAsyncFuture<String> done = EventLoop.running().createFuture();
      Task<?> task = Async.createTask(() -> {
        seen.addAll(Async.allTasks());
        goOn.await();
        done.setResult("done");
      });
      assertThat(seen).containsExactly(Async.currentTask(), task);
      assertThat(Async.allTasks()).containsExactly(Async.currentTask(), task);

      goOn.setResult("go on");
      done.await();
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    });
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_context_vars")
  void test_context_vars() {
    ContextVar<Integer> variable = ContextVar.withDefault("variable", 0);
    runUntilComplete(() -> {
      List<Integer> seen = new ArrayList<>();
      variable.set(1);
      Task<?> task = Async.createTask(() -> {
        seen.add(variable.get());
        variable.set(2);
        seen.add(variable.get());
        sleep(100);
        seen.add(variable.get());
        variable.set(3);
        seen.add(variable.get());
      });
      assertThat(seen).containsExactly(1, 2);
      assertThat(variable.get()).isEqualTo(1);

      task.await();
      assertThat(seen).containsExactly(1, 2, 2, 3);
      assertThat(variable.get()).isEqualTo(1);
    });
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_start_false")
  void test_eager_start_false() {
    runUntilComplete(() -> {
      Task<?> task = Async.createTask(TaskOptions.named("example").withEagerStart(false), () -> {
        log.add(Async.currentTask().name());
      });
      assertThat(task.isDone()).isFalse();
      assertThat(log).isEmpty();

      task.await();
      assertThat(log).containsExactly("example");
    });
  }

  // --- staggered races ---

  private static Coroutine<String, RuntimeException> sleepFor(long millis) {
    return () -> {
      sleep(millis);
      return "slept for " + millis;
    };
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_staggered_race_with_eager_tasks")
  void test_staggered_race_with_eager_tasks() {
    runUntilComplete(() -> {
      Coroutine<String, RuntimeException> blocked = () -> {
        waitForever();
        return "blocked";
      };
      Coroutine<String, RuntimeException> failing = () -> {
        giveATurn();
        throw new IllegalArgumentException("no good");
      };
      Async.Staggered<String> race = Async.raceStaggered(
          Duration.ofMillis(250), List.of(blocked, sleepFor(1000), failing));

      assertThat(race.winner()).isEqualTo("slept for 1000");
      assertThat(race.winnerIndex()).isEqualTo(1);
      assertThat(race.exceptions()).hasSize(3);
      assertThat(race.exceptions().get(0)).isExactlyInstanceOf(CancelledError.class);
      assertThat(race.exceptions().get(1)).isNull();
      assertThat(race.exceptions().get(2)).isExactlyInstanceOf(IllegalArgumentException.class);
    });
  }

  @Test
  @Conformance("test_eager_task_factory.EagerTaskFactoryLoopTests.test_staggered_race_with_eager_tasks_no_delay")
  void test_staggered_race_with_eager_tasks_no_delay() {
    runUntilComplete(() -> {
      Coroutine<String, RuntimeException> failing = () -> {
        throw new IllegalArgumentException("no good");
      };
      Async.Staggered<String> race = Async.raceStaggered(FOREVER, List.of(failing, sleepFor(1000), sleepFor(0)));

      assertThat(race.winner()).isEqualTo("slept for 1000");
      assertThat(race.winnerIndex()).isEqualTo(1);
      assertThat(race.exceptions()).hasSize(2);
      assertThat(race.exceptions().get(0)).isExactlyInstanceOf(IllegalArgumentException.class);
      assertThat(race.exceptions().get(1)).isNull();
    });
  }
}
