package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
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
      CompletableAsyncFuture<String> future = loop.createFuture();
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
      Async.toThread(() -> {
        assertThatThrownBy(loop::threadFactory).isInstanceOf(IllegalStateException.class);
      });
    });
  }

  // --- from any thread ---

  @Test
  void newThread_madeAndStartedOnOtherThreads_isAFiberOfTheLoop() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      Thread carrier = Confined.carrier();
      ThreadFactory factory = loop.threadFactory();
      List<String> names = new ArrayList<>();
      Runnable body = () -> {
        assertThat(Confined.carrier()).isSameAs(carrier);
        Async.sleep(Duration.ZERO);
        names.add(Async.currentTask().name());
      };
      List<Thread> threads = List.of(Async.toThread(() -> started(factory.newThread(body))),
          ForkJoinPool.commonPool().submit(() -> started(factory.newThread(body))).get(),
          started(factory.newThread(body)));
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(names).hasSize(3).doesNotHaveDuplicates();
    });
  }

  private static Thread started(Thread thread) {
    thread.start();
    return thread;
  }

  @Test
  void thread_startedBetweenRuns_runsInTheNext() throws Exception {
    List<String> steps = new ArrayList<>();
    try (Runner runner = Confined.runner()) {
      ThreadFactory factory = runner.run(() -> EventLoop.running().threadFactory());
      Thread thread = factory.newThread(() -> steps.add("ran"));
      Thread.ofPlatform().start(thread::start).join();
      runner.run(() -> {
        thread.join();
      });
    }
    assertThat(steps).containsExactly("ran");
  }

  @Test
  void thread_startedOnALoopThatIsThenClosed_endsWithoutRunning() throws Exception {
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    List<String> steps = new ArrayList<>();
    Thread here = loop.threadFactory().newThread(() -> steps.add("ran"));
    Thread there = loop.threadFactory().newThread(() -> steps.add("ran"));
    here.start();
    Thread.ofPlatform().start(there::start).join();
    loop.close();
    here.join();
    there.join();
    assertThat(steps).isEmpty();
  }

  @Test
  void thread_whoseTaskIsCancelledBeforeItBegan_endsWithoutRunning() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      List<String> steps = new ArrayList<>();
      Thread thread = loop.threadFactory().newThread(() -> steps.add("ran"));
      thread.start();
      loop.allTasks().get(1).cancel();
      thread.join();
      assertThat(steps).isEmpty();
    });
  }

  // --- interrupts ---

  @Test
  void interrupt_ofAThreadThatAwaits_cancelsItsTask() throws Exception {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      List<Task<?>> tasks = new ArrayList<>();
      Thread thread = started(EventLoop.running().threadFactory().newThread(() -> {
        tasks.add(Async.currentTask());
        try {
          EventLoop.running().createFuture().await();
        } catch (CancelledError cancelled) {
          steps.add("cancelled by " + cancelled.source().canceller() + ", interrupted: "
              + Thread.currentThread().isInterrupted());
          Async.sleep(Duration.ZERO); // delivered once
          throw cancelled;
        }
      }));
      Async.sleep(Duration.ZERO);
      Async.toThread(thread::interrupt);
      thread.join();
      assertThat(steps).containsExactly("cancelled by an interrupt, interrupted: false");
      assertThat(tasks.get(0).isCancelled()).isTrue();
      assertThat(tasks.get(0).cancelling()).isEqualTo(1);
    });
  }

  @Test
  void interrupt_ofAThreadByAnotherTaskOfTheLoop_cancelsItsTask() throws Exception {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      Thread thread = started(EventLoop.running().threadFactory().newThread(() -> {
        try {
          Async.sleep(Duration.ofDays(1));
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
      }));
      Async.sleep(Duration.ZERO);
      thread.interrupt();
      thread.interrupt(); // the same one
      thread.join();
      assertThat(steps).containsExactly("cancelled");
    });
  }

  @Test
  void interrupt_beforeTheThreadAwaits_isDeliveredWhenItDoes() throws Exception {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      Thread thread = started(EventLoop.running().threadFactory().newThread(() -> {
        steps.add("interrupted: " + Thread.currentThread().isInterrupted());
        try {
          Async.sleep(Duration.ofDays(1));
        } catch (CancelledError cancelled) {
          steps.add("cancelled, interrupted: " + Thread.currentThread().isInterrupted());
        }
      }));
      thread.interrupt();
      thread.join();
      assertThat(steps).containsExactly("interrupted: true", "cancelled, interrupted: false");
    });
  }

  @Test
  void interrupt_ofAThreadInABlockingCall_isAnOrdinaryOne() throws Exception {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      Thread thread = started(EventLoop.running().threadFactory().newThread(() -> {
        try {
          Thread.sleep(Duration.ofDays(1));
        } catch (InterruptedException interrupted) {
          steps.add("interrupted");
        }
        Async.sleep(Duration.ZERO);
        steps.add("cancelling: " + Async.currentTask().cancelling());
      }));
      Async.sleep(Duration.ZERO);
      thread.interrupt();
      thread.join();
      assertThat(steps).containsExactly("interrupted", "cancelling: 0");
    });
  }

  @Test
  void interrupt_ofAThreadThatAsksAGenerator_cancelsItsTask() throws Exception {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      Thread thread = started(EventLoop.running().threadFactory().newThread(() -> {
        AsyncGenerator<String> generator = Async.generator(output -> {
          Async.sleep(Duration.ofDays(1));
          output.yield("late");
        });
        try {
          generator.next();
        } catch (CancelledError cancelled) {
          steps.add("cancelled, interrupted: " + Thread.currentThread().isInterrupted());
        }
        Async.sleep(Duration.ZERO);
      }));
      Async.sleep(Duration.ZERO);
      thread.interrupt();
      thread.join();
      assertThat(steps).containsExactly("cancelled, interrupted: false");
    });
  }

  /** As a StructuredTaskScope does it. */
  @Test
  void shutdownNow_ofAnExecutorWhoseTasksAwait_endsThem() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      List<Future<String>> forks = new ArrayList<>();
      try (ExecutorService executor = Executors.newThreadPerTaskExecutor(loop.threadFactory())) {
        for (int i = 0; i < 100; i++) {
          forks.add(executor.submit(() -> {
            Async.sleep(Duration.ofDays(1));
            return "late";
          }));
        }
        Async.sleep(Duration.ZERO);
        executor.shutdownNow();
      }
      for (Future<String> fork : forks) {
        assertThat(fork.state()).isEqualTo(Future.State.FAILED);
        assertThat(fork.exceptionNow()).isInstanceOf(CancelledError.class);
      }
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
    LoopEngine loop = VirtualThreadLoops.handoff().newEventLoop();
    try {
      assertThatThrownBy(loop::threadFactory).isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("VirtualThreadLoops.confined()");
    } finally {
      loop.close();
    }
  }
}
