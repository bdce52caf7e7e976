package io.asyncrunner.tck.freethreading;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Outcome;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** {@code TestFreeThreading} of {@code test_free_threading.py}; run with lazy and with eager tasks. */
public abstract class TestFreeThreading extends PortedTests {
  private static final int THREADS = 10;

  protected TestFreeThreading(LoopSource source) {
    super(source);
  }

  /** Starts some threads of the same work. */
  private static <T> List<FutureTask<T>> start(int number, Callable<T> work) {
    List<FutureTask<T>> started = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      FutureTask<T> result = new FutureTask<>(work);
      Thread thread = new Thread(result);
      thread.setDaemon(true);
      thread.start();
      started.add(result);
    }
    return started;
  }

  @Test
  @Conformance("test_free_threading.TestFreeThreading.test_all_tasks_race")
  void test_all_tasks_race() throws Exception {
    List<FutureTask<Integer>> counts = start(THREADS, () -> {
      try (Runner runner = builder().build()) {
        return runner.run(() -> {
          EventLoop loop = EventLoop.running();
          CompletableAsyncFuture<String> future = loop.createFuture();
          return TaskGroup.call(group -> {
            List<Task<?>> expected = new ArrayList<>();
            expected.add(Async.currentTask());
            for (int i = 0; i < 100; i++) {
              expected.add(group.createTask(() -> {
                future.await();
              }));
            }
            List<Task<?>> all = loop.allTasks();
            assertThat(all).containsExactlyElementsOf(expected);
            assertThat(all).allSatisfy(task -> {
              assertThat(task.loop()).isSameAs(loop);
              assertThat(task.isDone()).isFalse();
            });
            future.setResult("go on");
            return all.size();
          });
        });
      }
    });

    for (FutureTask<Integer> count : counts) {
      assertThat(count.get()).isEqualTo(101);
    }
  }

  /** Each thread looks again and again, until all tasks are there, and leaves the tasks some of the processor. */
  @Test
  @SuppressWarnings("ThreadPriorityCheck") // yields to be fair, relies on nothing
  @Conformance("test_free_threading.TestFreeThreading.test_all_tasks_different_thread")
  void test_all_tasks_different_thread() throws Exception {
    int number = 1000;
    AtomicReference<List<Task<?>>> published = new AtomicReference<>(List.of());
    CountDownLatch looked = new CountDownLatch(THREADS);
    EventLoop loop = loop();

    List<FutureTask<Integer>> lookers = start(THREADS, () -> {
      try {
        int looks = 0;
        for (;;) {
          List<Task<?>> before = published.get();
          List<Task<?>> seen = loop.allTasks();
          if (seen.size() < before.size() || !seen.subList(0, before.size()).equals(before)) {
            throw new AssertionError("published: " + before.size() + " tasks, seen: " + seen);
          }
          looks++;
          if (before.size() == number + 1) {
            return looks;
          }
          Thread.yield();
        }
      } finally {
        looked.countDown();
      }
    });
    runUntilComplete(() -> {
      List<Task<?>> waiting = new ArrayList<>();
      for (int i = 0; i < number; i++) {
        waiting.add(Async.createTask(() -> waitForever()));
        published.set(loop.allTasks());
      }
      Async.toThread(() -> looked.await());
      waiting.forEach(Task::cancel);
      giveATurn();
    });

    assertThat(published.get()).hasSize(number + 1);
    for (FutureTask<Integer> looker : lookers) {
      assertThat(looker.get()).isPositive();
    }
  }

  /** A wait in vain is ended by the timeout of the test. */
  @Test
  @Conformance("test_free_threading.TestFreeThreading.test_task_different_thread_finalized")
  void test_task_different_thread_finalized() throws Exception {
    FutureTask<WeakReference<Task<?>>> made = start(1, () -> {
      try (Runner runner = builder().build()) {
        return runner.run(() -> {
          Task<?> task = Async.createTask(() -> {});
          task.await();
          return new WeakReference<Task<?>>(task);
        });
      }
    }).get(0);

    WeakReference<Task<?>> task = made.get();
    EventLoop itsLoop = madeByRunners().get(0);
    while (task.get() != null) {
      System.gc();
    }

    assertThat(itsLoop.allTasks()).isEmpty(); // and the loop was there all the time
  }

  /** All wait for the loop at once: on a virtual clock, which waits for those that have not begun, there must be none that cannot. */
  private static ExecutorService threadForEach() {
    return Executors.newFixedThreadPool(THREADS);
  }

  @Test
  @Conformance("test_free_threading.TestFreeThreading.test_run_coroutine_threadsafe")
  void test_run_coroutine_threadsafe() {
    List<Integer> results = Collections.synchronizedList(new ArrayList<>());

    run(() -> {
      EventLoop loop = EventLoop.running();
      loop.handOverDefaultExecutor(threadForEach());
      TaskGroup.run(group -> {
        for (int i = 0; i < THREADS; i++) {
          group.createTask(() -> Async.toThread(() -> {
            results.add(Async.callThreadsafe(loop, () -> {
              sleep(100);
              return 42;
            }).get());
          }));
        }
      });
    });

    assertThat(results).hasSize(THREADS).containsOnly(42);
  }

  private static final class MyException extends Exception {
    private static final long serialVersionUID = 1L;

    MyException() {
      super("test");
    }
  }

  @Test
  @Conformance("test_free_threading.TestFreeThreading.test_run_coroutine_threadsafe_exception")
  void test_run_coroutine_threadsafe_exception() {
    List<Outcome<Integer>> outcomes = run(() -> {
      EventLoop loop = EventLoop.running();
      loop.handOverDefaultExecutor(threadForEach());
      List<Task<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        tasks.add(Async.createTask(() -> Async.toThread(() -> {
          try {
            return Async.<Integer>callThreadsafe(loop, () -> {
              sleep(1000);
              throw new MyException();
            }).get();
          } catch (ExecutionException failed) {
            throw failed.getCause();
          }
        })));
      }
      return Async.gatherOutcomes(tasks);
    });

    assertThat(outcomes).hasSize(THREADS).allSatisfy(outcome -> {
      assertThat(outcome).isInstanceOf(Outcome.Failure.class);
      assertThat(((Outcome.Failure<Integer>) outcome).exception())
          .isExactlyInstanceOf(MyException.class)
          .hasMessage("test");
    });
  }

  @Test
  @Conformance("test_free_threading.TestFreeThreading.test_all_tasks_from_other_thread_includes_eager_tasks")
  void test_all_tasks_from_other_thread_includes_eager_tasks() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      List<String> begun = new ArrayList<>();
      Task<?> eager = Async.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
        begun.add("eager");
        waitForever();
      });
      assertThat(begun).containsExactly("eager"); // and is suspended
      Task<?> lazy = Async.createTask(TaskOptions.DEFAULT.withEagerStart(false), () -> {
        waitForever();
      });

      List<Task<?>> seen = Async.toThread(loop::allTasks);

      assertThat(seen).containsExactly(Async.currentTask(), eager, lazy);
      Async.sleep(Duration.ZERO);
      eager.cancel();
      lazy.cancel();
    });
  }
}
