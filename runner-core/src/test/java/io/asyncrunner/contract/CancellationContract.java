package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Requests to cancel, on their way through tasks that wait for each other. */
public abstract class CancellationContract extends Contract {
  /** More than a stack has room for, if each task took some frames of it. */
  private static final int LONG_CHAIN = 30_000;
  protected static final int SHORT_CHAIN = 1_000;

  private final List<String> trace = new ArrayList<>();

  /** How many tasks a chain has, which is fewer where each is a thread, as it always is on old JDKs. */
  protected int chain() {
    return Runtime.version().feature() < 21 ? SHORT_CHAIN : LONG_CHAIN;
  }

  private Task<Void> begin(String name, VoidCoroutine<?> coroutine) {
    return Async.createTask(TaskOptions.named(name), () -> {
      try {
        coroutine.run();
      } finally {
        trace.add(name);
      }
    });
  }

  @Test
  void cancel_aLongChainOfTasksThatAwaitEachOther_endsAllFromTheInnermostOn() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        AsyncFuture<String> innermost = EventLoop.running().createFuture();
        List<Task<?>> tasks = new ArrayList<>();
        AsyncFuture<?> next = innermost;
        for (int i = 0; i < chain(); i++) {
          AsyncFuture<?> awaited = next;
          Task<?> task = Async.createTask(() -> awaited.await());
          tasks.add(task);
          next = task;
        }
        letOthersRun();
        Task<?> last = tasks.get(tasks.size() - 1);
        last.cancel("all of you");
        Async.awaitAll(List.of(last));
        assertThat(innermost.isCancelled()).isTrue();
        assertThat(tasks).allMatch(task -> task.isCancelled() && task.cancelling() == 1);
      });
    }
  }

  @Test
  void cancel_aLongChainOfGathers_endsAll() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        List<Task<?>> tasks = new ArrayList<>();
        AsyncFuture<?> next = EventLoop.running().createFuture();
        for (int i = 0; i < chain(); i++) {
          List<AsyncFuture<?>> awaited = List.of(next);
          Task<?> task = Async.createTask(() -> Async.gatherOutcomes(awaited));
          tasks.add(task);
          next = task;
        }
        letOthersRun();
        Task<?> last = tasks.get(tasks.size() - 1);
        last.cancel();
        Async.awaitAll(List.of(last));
        assertThat(tasks).allMatch(AsyncFuture::isCancelled);
      });
    }
  }

  @Test
  void cancel_gathersOfChains_cancelsInTheOrderOfARecursion() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        VoidCoroutine<RuntimeException> sleep = () -> Async.sleep(HOUR);
        Task<?> a = begin("a", sleep);
        Task<?> b = begin("b", sleep);
        Task<?> c = begin("c", sleep);
        Task<?> d = begin("d", sleep);
        Task<?> ab = begin("a and b", () -> Async.gather(b, a));
        Task<?> outer = begin("outer", () -> Async.gather(d, ab, c));
        letOthersRun();
        outer.cancel();
        Async.awaitAll(List.of(outer));
      });
    }
    assertThat(trace).startsWith("d", "b", "a", "c");
  }

  @Test
  void cancel_twoWhoAwaitTheSame_isTwoRequestsToThat() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Task<?> shared = Async.createTask(() -> {
          try {
            Async.sleep(HOUR);
          } finally {
            trace.add("cancelling " + Async.currentTask().cancelling());
          }
        });
        Task<?> both = Async.createTask(() -> Async.gather(Async.createTask(() -> shared.await()),
            Async.createTask(() -> shared.await())));
        letOthersRun();
        both.cancel();
        Async.awaitAll(List.of(both, shared));
        assertThat(shared.isCancelled()).isTrue();
      });
    }
    assertThat(trace).containsExactly("cancelling 2");
  }

  /** Tasks that wait for each other in a circle: the first for the second, and so on, the last for the first. */
  private List<Task<Void>> circle(int size, boolean byGather) {
    List<Task<Void>> circle = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int next = (i + 1) % size;
      circle.add(begin("task " + i, () -> {
        if (byGather) {
          Async.gather(circle.get(next));
        } else {
          circle.get(next).await();
        }
      }));
    }
    return circle;
  }

  @Test
  void cancel_tasksThatWaitForEachOtherInACircle_endsAll() {
    for (int size : new int[] {2, 3, 100}) {
      for (boolean byGather : new boolean[] {false, true}) {
        try (Runner runner = newRunner()) {
          runner.run(() -> {
            List<Task<Void>> circle = circle(size, byGather);
            Task<?> outside = begin("outside", () -> circle.get(1).await());
            letOthersRun();
            outside.cancel("no way out");
            Async.awaitAll(circle);
            letOthersRun();
            assertThat(circle).allMatch(AsyncFuture::isCancelled);
            assertThat(outside.isCancelled()).isTrue();
          });
        }
      }
    }
  }

  @Test
  void close_tasksThatWaitForEachOtherInACircle_closesAll() {
    for (boolean byGather : new boolean[] {false, true}) {
      trace.clear();
      Runner runner = builder().closeTimeout(Duration.ofSeconds(20)).build();
      List<Thread> threads = new ArrayList<>();
      runner.run(() -> {
        begin("bystander", () -> Async.sleep(HOUR));
        circle(3, byGather);
        threads.add(Async.toThread(Thread::currentThread));
        letOthersRun();
      });
      runner.close();
      assertThat(trace).hasSize(4).contains("bystander");
      assertThat(threads).allMatch(Contract::endsSoon);
    }
  }

  @Test
  void await_thatClosesACircleWhileACancellationIsDue_endsAll() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        AtomicReference<Task<?>> first = new AtomicReference<>();
        Task<?> second = begin("second", () -> first.get().await());
        first.set(begin("first", () -> {
          Async.sleep(Duration.ZERO); // the other one waits for this
          Async.currentTask().cancel();
          second.await();
        }));
        Async.awaitAll(List.of(first.get(), second));
        assertThat(first.get().isCancelled()).isTrue();
        assertThat(second.isCancelled()).isTrue();
      });
    }
  }

  // --- races ---

  @Test
  void race_contestantsAllCancelledByOthers_isCancelled() {
    for (boolean begun : new boolean[] {true, false}) {
      try (Runner runner = newRunner()) {
        assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> runner.run(() -> {
          Task<?> main = Async.currentTask();
          EventLoop.running().callSoon(() -> {
            if (!begun) {
              cancelAllBut(main);
            }
          });
          Async.createTask(() -> {
            letOthersRun();
            cancelAllBut(main, Async.currentTask());
          });
          Async.race(() -> slow(), () -> slow());
        }));
      }
    }
  }

  @Test
  void race_aContestantCancelledByOthersAndOneThatFails_throwsTheFailure() {
    try (Runner runner = newRunner()) {
      Throwable thrown = catchThrowable(() -> runner.run(() -> Async.race(() -> {
        Async.currentTask().cancel();
        return slow();
      }, () -> {
        throw new IllegalArgumentException("lost");
      })));
      assertThat(thrown).isInstanceOfSatisfying(ExceptionGroup.class,
          group -> assertThat(group.exceptions()).singleElement().isInstanceOf(IllegalArgumentException.class));
    }
  }

  private static String slow() {
    Async.sleep(HOUR);
    return "slow";
  }

  private static void cancelAllBut(Task<?>... spared) {
    for (Task<?> task : EventLoop.running().allTasks()) {
      if (!List.of(spared).contains(task)) {
        task.cancel();
      }
    }
  }
}
