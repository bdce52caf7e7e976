package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link AsyncEvent}. */
class EventTest extends ConstructTestCase {
  private final AsyncEvent event = new AsyncEvent();

  @Test
  void set_severalWait_letsAllGoOnInTheirOrderAlsoIfItIsClearedAtOnce() {
    run(() -> {
      TaskGroup.run(group -> {
        for (String name : List.of("a", "b", "c")) {
          group.createTask(() -> {
            event.await();
            log.add(name + " " + event.isSet());
          });
        }
        letOthersRun();
        event.set();
        event.clear();
      });
      assertThat(log).containsExactly("a false", "b false", "c false");
    });
  }

  @Test
  void await_set_returnsWithoutATurn() {
    run(() -> {
      Task<?> other = Async.createTask(() -> log.add("a turn"));
      event.set();
      event.set();
      event.await();
      assertThat(log).isEmpty();
      other.await();
    });
  }

  @Test
  void await_cleared_waitsForTheNextSet() {
    run(() -> {
      event.set();
      event.clear();
      Task<?> waiting = Async.createTask(event::await);
      letOthersRun();
      assertThat(waiting.isDone()).isFalse();
      event.set();
      waiting.await();
    });
  }

  @Test
  void await_cancelled_leavesTheOthersWaiting() {
    run(() -> {
      Task<?> cancelled = Async.createTask(event::await);
      Task<?> other = Async.createTask(event::await);
      letOthersRun();
      end(cancelled);
      assertThat(event).hasToString("AsyncEvent[not set, waiters=1]");
      event.set();
      other.await();
    });
  }
}
