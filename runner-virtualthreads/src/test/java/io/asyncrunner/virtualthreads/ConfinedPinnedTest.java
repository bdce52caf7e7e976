package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Awaiting where that is not possible: in a class initialiser, which pins the thread, and at the end of the stack. Each test
 * has a class of its own, because a class is initialised once.
 */
@ExtendWith(Watchdog.class)
class ConfinedPinnedTest {
  /** What a class initialiser does, set before the class is used. */
  private static final AtomicReference<Runnable> INITIALIZER = new AtomicReference<>();

  /** Runs code while a class is being initialised. */
  private static void initialize(Runnable code, Runnable use) {
    INITIALIZER.set(code);
    use.run();
  }

  private static final class InitializedWithAnAwait {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void await_inAClassInitializer_throwsAndSaysWhere() {
    Confined.run(() -> {
      CompletableAsyncFuture<String> untouched = EventLoop.running().createFuture();
      CompletableAsyncFuture<String> later = EventLoop.running().createFuture();
      assertThatThrownBy(() -> initialize(untouched::await, InitializedWithAnAwait::use))
          .isInstanceOf(ExceptionInInitializerError.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("class initialiser")
          .hasMessageContaining("Async.toThread");
      assertThat(untouched.isDone()).isFalse();
      List<String> steps = new ArrayList<>();
      Task<Void> other = Async.createTask(() -> {
        untouched.setResult("wakes nobody");
        for (int turn = 0; turn < 5; turn++) {
          Async.sleep(Duration.ZERO);
        }
        steps.add("five turns later");
        later.setResult("later");
      });
      steps.add(later.await());
      assertThat(steps).containsExactly("five turns later", "later");
      other.await();
    });
  }

  private static final class InitializedWithAYield {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void yieldNow_inAClassInitializer_throwsAndIsNotResumedLater() {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      assertThatThrownBy(() -> initialize(loop::yieldNow, InitializedWithAYield::use))
          .hasCauseInstanceOf(IllegalStateException.class);
      assertAwaitsInTurn();
    });
  }

  private static final class InitializedWithATimeout {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void timeout_inAClassInitializer_leavesNothingBehind() {
    Confined.run(() -> {
      assertThatThrownBy(
          () -> initialize(() -> Async.timeout(Duration.ofMillis(1), () -> Async.sleep(Duration.ofHours(1))),
              InitializedWithATimeout::use))
          .hasCauseInstanceOf(IllegalStateException.class);
      Async.sleep(Duration.ofMillis(2));
      assertThat(Async.currentTask().cancelling()).isZero();
      assertAwaitsInTurn();
    });
  }

  private static final class InitializedWhileCancelled {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void await_inAClassInitializerOfACancelledTask_leavesTheCancellationToTheNextAwait() {
    Confined.run(() -> {
      AsyncFuture<String> future = EventLoop.running().createFuture();
      List<String> steps = new ArrayList<>();
      Task<Void> task = Async.createTask(() -> {
        Async.currentTask().cancel();
        assertThatThrownBy(() -> initialize(future::await, InitializedWhileCancelled::use))
            .hasCauseInstanceOf(IllegalStateException.class);
        try {
          Async.sleep(Duration.ZERO);
          steps.add("not cancelled");
        } catch (CancelledError cancelled) {
          steps.add("cancelled");
        }
        Async.sleep(Duration.ZERO);
      });
      task.await();
      assertThat(steps).containsExactly("cancelled");
    });
  }

  private static final class InitializedWithAnEagerTask {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void createTask_eagerlyInAClassInitializer_doesNotBreakTheLoop() {
    Confined.run(() -> {
      List<Task<String>> tasks = new ArrayList<>();
      List<String> steps = new ArrayList<>();
      try {
        initialize(() -> tasks.add(EventLoop.running().createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
          steps.add("runs");
          Async.sleep(Duration.ZERO);
          return "result";
        })), InitializedWithAnEagerTask::use);
      } catch (ExceptionInInitializerError refused) { // allowed, if nothing of the task is left
        assertThat(refused).hasCauseInstanceOf(IllegalStateException.class);
      }
      assertAwaitsInTurn();
      if (tasks.isEmpty()) {
        assertThat(steps).isEmpty();
      } else {
        assertThat(tasks.get(0).await()).isEqualTo("result");
      }
      assertThat(Async.allTasks()).containsExactly(Async.currentTask());
    });
  }

  private static final class InitializedWithAGenerator {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void generator_askedInAClassInitializer_doesNotBreakTheLoop() {
    Confined.run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        out.yield("one");
        out.yield("two");
      });
      assertThatThrownBy(() -> initialize(generator::next, InitializedWithAGenerator::use))
          .isInstanceOf(ExceptionInInitializerError.class)
          .hasCauseInstanceOf(IllegalStateException.class);
      assertAwaitsInTurn();
      assertThat(generator.next()).isEqualTo("one");
      assertThat(generator.next()).isEqualTo("two");
      assertThat(generator.hasNext()).isFalse();
    });
  }

  private static final class InitializedByAGenerator {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void yield_ofAGeneratorInAClassInitializer_throwsThere() {
    Confined.run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> {
        assertThatThrownBy(() -> initialize(() -> out.yield("not given"), InitializedByAGenerator::use))
            .isInstanceOf(ExceptionInInitializerError.class)
            .hasCauseInstanceOf(IllegalStateException.class);
        Async.sleep(Duration.ZERO);
        out.yield("given");
      });
      assertThat(generator.next()).isEqualTo("given");
      assertAwaitsInTurn();
      assertThat(generator.hasNext()).isFalse();
      assertAwaitsInTurn();
    });
  }

  /** The calling task is resumed when it is due, not before. */
  private static void assertAwaitsInTurn() {
    CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
    List<String> steps = new ArrayList<>();
    Task<Void> other = Async.createTask(() -> {
      for (int turn = 0; turn < 5; turn++) {
        Async.sleep(Duration.ZERO);
      }
      steps.add("five turns later");
      future.setResult("resumed");
    });
    steps.add(future.await());
    assertThat(steps).containsExactly("five turns later", "resumed");
    other.await();
  }

  private static final class InitializedInACallback {
    static {
      INITIALIZER.get().run();
    }

    static void use() {}
  }

  @Test
  void callbacksAndTasks_createdInAClassInitializer_runAsEver() {
    Confined.run(() -> {
      List<String> steps = new ArrayList<>();
      initialize(() -> {
        EventLoop.running().callSoon(() -> steps.add("callback"));
        var _ = Async.createTask(() -> steps.add("task"));
      }, InitializedInACallback::use);
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
      assertThat(steps).containsExactly("callback", "task");
    });
  }

  // --- the end of the stack ---

  @Test
  void await_atTheEndOfTheStack_throwsAndStrandsNobody() throws Exception {
    assertThat(ChildJvm.onClassPath()
        .withFlags("--add-opens", ChildJvm.OPEN_DOOR, "-XX:+UseSerialGC", "-XX:-StackTraceInThrowable")
        .run(AwaitsAtTheEndOfTheStack.class)).contains("all turns taken");
  }

  /**
   * In a JVM of its own, because the JDK's answer to a stack that does not fit again is the end of the JVM. Without a reserve it
   * ended around the sixtieth carrier, compiled by then.
   */
  static final class AwaitsAtTheEndOfTheStack {
    private static final int CARRIERS = 80;

    private AwaitsAtTheEndOfTheStack() {}

    public static void main(String[] arguments) throws InterruptedException {
      for (int i = 0; i < CARRIERS; i++) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread carrier = new Thread(null, () -> {
          try {
            dive();
          } catch (Throwable thrown) {
            failure.set(thrown);
          }
        }, "small stack", (200 + i % 17 * 8) * 1024 + i % 4 * 16);
        carrier.start();
        carrier.join();
        if (failure.get() != null) {
          throw new AssertionError("carrier " + i, failure.get());
        }
      }
      System.out.println("all turns taken");
    }

    private static void dive() {
      Confined.run(() -> {
        int[] otherTurns = new int[1];
        int[] made = new int[1];
        int[] begun = new int[1];
        Task<Void> other = Async.createTask(() -> {
          while (true) {
            Async.sleep(Duration.ZERO);
            otherTurns[0]++;
          }
        });
        awaitACallback(); // so that all classes are there
        for (int turn = 0; turn < 5_000; turn++) {
          EventLoop.running().yieldNow(); // the reserve is smaller afterwards
        }
        int turns = 0;
        for (int round = 0; round < 3; round++) {
          Diver yielding = new Diver(EventLoop.running()::yieldNow);
          Diver awaiting = new Diver(AwaitsAtTheEndOfTheStack::awaitACallback);
          Diver starting = new Diver(() -> {
            Async.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
              begun[0]++;
              Async.sleep(Duration.ZERO);
            });
            made[0]++;
          });
          for (Diver diver : List.of(yielding, awaiting, starting)) {
            Async.createTask(diver::dive).await();
            assertThat(diver.succeeded).isPositive();
            assertThat(diver.overflown).isPositive();
          }
          turns += yielding.succeeded;
        }
        assertThat(otherTurns[0]).isGreaterThanOrEqualTo(5_000 + turns);
        EventLoop.running().yieldNow();
        assertThat(begun[0]).as("eager tasks that have begun").isEqualTo(made[0]);
        assertAwaitsInTurn();
        other.cancel();
        assertThatThrownBy(other::await).isInstanceOf(CancelledError.class);
      });
    }

    private static void awaitACallback() {
      CompletableAsyncFuture<String> future = EventLoop.running().createFuture();
      EventLoop.running().callSoon(() -> future.setResult("done"));
      assertThat(future.await()).isEqualTo("done");
    }
  }

  /** Goes down to the end of the stack, and awaits in every frame on the way up. */
  private static final class Diver {
    final Runnable await;
    int succeeded;
    int overflown;

    Diver(Runnable await) {
      this.await = await;
    }

    @SuppressWarnings("InfiniteRecursion") // what is wanted
    void dive() {
      try {
        dive();
      } catch (StackOverflowError end) {
        overflown++;
      }
      if (succeeded < 100) {
        try {
          await.run();
          succeeded++;
        } catch (StackOverflowError end) {
          overflown++;
        }
      }
    }
  }

  @Test
  void stackOverflow_inATask_leavesTheLoopUsable() {
    assertThatThrownBy(() -> Confined.run(() -> {
      Async.createTask(ConfinedPinnedTest::recurse).await();
    })).isInstanceOf(StackOverflowError.class);
    Confined.run(ConfinedPinnedTest::assertAwaitsInTurn);
  }

  @SuppressWarnings("InfiniteRecursion") // what is wanted
  private static void recurse() {
    recurse();
  }
}
