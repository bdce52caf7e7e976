package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** {@link TaskOptions#withEagerStart}. */
class EagerStartTest extends ConstructTestCase {
  private static final ContextVar<String> USER = ContextVar.withDefault("user", "nobody");
  private static final TaskOptions EAGER = TaskOptions.DEFAULT.withEagerStart(true);

  @Test
  void eager_endsWithoutSuspending_isDoneAtOnceAndNotAmongTheTasks() {
    run(() -> {
      EventLoop.running().callSoon(() -> log.add("a turn"));
      Task<String> task = Async.createTask(EAGER, () -> "result");
      assertThat(task.isDone()).isTrue();
      assertThat(task.await()).isEqualTo("result");
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
      assertThat(log).isEmpty();
    });
  }

  @Test
  void eager_failsWithoutSuspending_keepsItForWhoAwaits() {
    run(() -> {
      IOException checked = new IOException("checked");
      Task<?> task = Async.createTask(EAGER, () -> {
        throw checked;
      });
      assertThat(task.isDone()).isTrue();
      assertThatThrownBy(task::await).isInstanceOf(CompletionException.class).cause().isSameAs(checked);
    });
  }

  @Test
  void eager_always_isItsOwnCurrentTaskInItsOwnContext() {
    run(() -> {
      USER.set("ada");
      Task<?> creator = Async.currentTask();
      List<Task<?>> seen = new ArrayList<>();
      Task<?> task = Async.createTask(EAGER, () -> {
        seen.add(Async.currentTask());
        assertThat(USER.get()).isEqualTo("ada");
        USER.set("bob");
        Async.sleep(SECOND);
        seen.add(Async.currentTask());
        assertThat(USER.get()).isEqualTo("bob");
      });
      assertThat(Async.currentTask()).isSameAs(creator);
      assertThat(USER.get()).isEqualTo("ada");
      task.await();
      assertThat(seen).containsExactly(task, task);
    });
  }

  @Test
  void eager_inAnEagerOne_runsInnermostFirst() {
    run(() -> {
      Task<?> outer = Async.createTask(EAGER, () -> {
        Task<?> inner = Async.createTask(EAGER, () -> {
          log.add("inner");
          Async.sleep(SECOND);
          log.add("inner goes on");
        });
        log.add("outer");
        inner.await();
        log.add("outer goes on");
      });
      log.add("creator");
      outer.await();
      assertThat(log).containsExactly("inner", "outer", "creator", "inner goes on", "outer goes on");
    });
  }

  @Test
  void eager_cancelsItsCreator_isDeliveredAtTheCreatorsNextWait() {
    run(() -> {
      Task<?> creator = Async.createTask(() -> {
        Task<?> me = Async.currentTask();
        Async.createTask(EAGER, () -> me.cancel("by what it made"));
        log.add("goes on to its next wait");
        Async.sleep(HOUR);
      });
      CancelledError error = (CancelledError) thrownBy(creator::await);
      assertThat(error.reason()).isEqualTo("by what it made");
      assertThat(log).hasSize(1);
    });
  }

  @Test
  void eager_cancelsItself_isDeliveredAtItsNextWait() {
    run(() -> {
      Task<?> task = Async.createTask(EAGER, () -> {
        Async.currentTask().cancel();
        sleepLogging("eager");
      });
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
      assertThat(log).containsExactly("eager cancelled");
    });
  }

  @Test
  void eager_inACallback_runsAtOnceToo() {
    run(() -> {
      Task<String> task = inCallback(() -> {
        Task<String> made = Async.createTask(EAGER, () -> {
          log.add("begun");
          return after(SECOND, "result");
        });
        log.add("made");
        return made;
      });
      assertThat(task.await()).isEqualTo("result");
      assertThat(log).containsExactly("begun", "made");
    });
  }

  @Test
  void eager_loopIdle_startsAsAnyOther() {
    try (Runner runner = newRunner()) {
      Task<String> task = runner.loop().createTask(EAGER, () -> {
        log.add("begun");
        return "result";
      });
      assertThat(log).isEmpty();
      runner.run(() -> assertThat(task.await()).isEqualTo("result"));
    }
  }
}
