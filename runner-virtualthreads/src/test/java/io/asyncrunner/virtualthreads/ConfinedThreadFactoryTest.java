package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Threads that are fibers of a confined loop. */
@ExtendWith(Watchdog.class)
class ConfinedThreadFactoryTest {
  @Test
  void newThread_started_isAFiberThatCanAwait() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      Thread carrier = Confined.carrier();
      AsyncFuture<String> future = loop.createFuture();
      List<String> steps = new ArrayList<>();
      Thread thread = loop.threadFactory().newThread(() -> {
        assertThat(Confined.carrier()).isSameAs(carrier);
        assertThat(EventLoop.running()).isSameAs(loop);
        assertThat(Thread.currentThread().isVirtual()).isTrue();
        steps.add("awaits");
        steps.add(future.await());
        Async.sleep(Duration.ofMillis(1));
        steps.add("slept");
      });
      assertThat(thread.isAlive()).isFalse();
      thread.start();
      steps.add("started");
      Async.sleep(Duration.ZERO);
      future.setResult("has it");
      thread.join();
      assertThat(steps).containsExactly("started", "awaits", "has it", "slept");
    });
  }

  @Test
  void executor_ofThreadsPerTask_forksFibersThatShareData() throws Exception {
    Confined.run(() -> {
      int[] count = new int[1];
      List<Future<Integer>> forks = new ArrayList<>();
      try (ExecutorService executor = Executors.newThreadPerTaskExecutor(EventLoop.running().threadFactory())) {
        for (int i = 0; i < 100; i++) {
          int number = i;
          forks.add(executor.submit(() -> {
            for (int j = 0; j < 10; j++) {
              int value = count[0];
              Thread.onSpinWait();
              count[0] = value + 1;
              Async.sleep(Duration.ZERO);
            }
            return number;
          }));
        }
      }
      assertThat(count[0]).isEqualTo(1_000);
      for (int i = 0; i < forks.size(); i++) {
        assertThat(forks.get(i).get()).isEqualTo(i);
      }
    });
  }

  @Test
  void newThread_isATaskWithACopyOfTheContext() throws Exception {
    ContextVar<String> variable = ContextVar.named("variable");
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      variable.set("main's");
      List<String> seen = new ArrayList<>();
      Thread thread = loop.threadFactory().newThread(() -> {
        seen.add(variable.get());
        variable.set("fork's");
        assertThat(loop.allTasks()).contains(Async.currentTask());
      });
      int before = loop.allTasks().size();
      variable.set("main's later");
      thread.start();
      assertThat(loop.allTasks()).hasSize(before + 1);
      thread.join();
      assertThat(loop.allTasks()).hasSize(before);
      assertThat(seen).containsExactly("main's");
      assertThat(variable.get()).isEqualTo("main's later");
    });
  }

  @Test
  void fork_leftBehind_isCancelledByTheClosingRunner() {
    List<String> steps = new ArrayList<>();
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      Thread thread = loop.threadFactory().newThread(() -> {
        try {
          loop.createFuture().await();
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
          throw cancelled;
        }
      });
      thread.start();
      Async.sleep(Duration.ZERO);
    });
    assertThat(steps).containsExactly("cancelled");
  }

  @Test
  void fork_thatThrows_failsItsTaskAlone() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      List<Task<?>> tasks = new ArrayList<>();
      Thread thread = loop.threadFactory().newThread(() -> {
        tasks.add(Async.currentTask());
        throw new IllegalStateException("thrown by the fork");
      });
      thread.start();
      thread.join();
      assertThat(tasks.get(0).exception()).hasMessage("thrown by the fork");
      Async.sleep(Duration.ZERO);
    });
  }

  @Test
  void threadFactory_onOtherThreads_isRefused() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      ThreadFactory factory = loop.threadFactory();
      AtomicBoolean called = new AtomicBoolean();
      Thread made = factory.newThread(() -> called.set(true));
      Async.toThread(() -> {
        assertThatThrownBy(loop::threadFactory).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> factory.newThread(() -> called.set(true))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(made::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("Thread.start");
      });
      Thread.ofVirtual().start(() -> {
        assertThatThrownBy(() -> factory.newThread(() -> called.set(true))).isInstanceOf(IllegalStateException.class);
      }).join();
      Async.sleep(Duration.ofMillis(1));
      assertThat(called).isFalse();
      assertThat(loop.allTasks()).containsExactly(Async.currentTask());
    });
  }

  @Test
  void threadFactory_afterTheClose_isRefused() {
    ThreadFactory[] factory = new ThreadFactory[1];
    Thread[] made = new Thread[1];
    Confined.run(() -> {
      factory[0] = EventLoop.running().threadFactory();
      made[0] = factory[0].newThread(() -> {});
    });
    assertThatThrownBy(() -> factory[0].newThread(() -> {})).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(made[0]::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
  }

  @Test
  void threadFactory_ofAHandoffLoop_isRefused() {
    EventLoop loop = VirtualThreadLoops.handoff().newEventLoop();
    try {
      assertThatThrownBy(loop::threadFactory).isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("VirtualThreadLoops.confined()");
    } finally {
      loop.close();
    }
  }
}
