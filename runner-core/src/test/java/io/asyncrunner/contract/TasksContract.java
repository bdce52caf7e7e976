package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Tasks: their steps, their cancellation, their factory, and what they carry along. */
public abstract class TasksContract extends Contract {
  private static final ContextVar<String> VARIABLE = ContextVar.withDefault("variable", "default");

  private final List<String> trace = Collections.synchronizedList(new ArrayList<>());

  private void onALoop(Consumer<EventLoop> test) {
    try (Runner runner = newRunner()) {
      runner.run(() -> test.accept(EventLoop.running()));
    }
  }

  // --- steps ---

  @Test
  void createTask_always_beginsInALaterTurn() {
    onALoop(loop -> {
      Task<String> task = loop.createTask(() -> {
        trace.add("begun");
        return "result";
      });
      assertThat(trace).isEmpty();
      assertThat(task.isDone()).isFalse();
      assertThat(task.await()).isEqualTo("result");
    });
  }

  @Test
  void createTask_eagerly_runsUpToItsFirstWait() {
    onALoop(loop -> {
      Task<String> task = loop.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
        trace.add("begun");
        loop.yieldNow();
        trace.add("went on");
        return "result";
      });
      assertThat(trace).containsExactly("begun");
      assertThat(task.isDone()).isFalse();
      assertThat(task.await()).isEqualTo("result");
      Task<String> atOnce = loop.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> "at once");
      assertThat(atOnce.isDone()).isTrue();
      assertThat(Async.currentTask()).isNotSameAs(atOnce);
    });
    assertThat(trace).containsExactly("begun", "went on");
  }

  // --- groups ---

  @Test
  void group_oneOfTheLastFails_cancelsThoseThatAreLeftInOrder() {
    int tasks = 200;
    AtomicReference<TaskGroup> made = new AtomicReference<>();
    onALoop(loop -> assertThatThrownBy(() -> TaskGroup.call((TaskGroup group) -> {
      made.set(group);
      for (int i = 0; i < tasks; i++) {
        int own = i;
        group.createTask(() -> {
          if (own % 50 != 0) {
            return; // most of them end at once, between those that stay
          }
          try {
            Async.sleep(Duration.ofDays(1));
          } finally {
            trace.add("cancelled " + own);
          }
        });
      }
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
      assertThat(group.toString()).contains("tasks=4");
      throw new IllegalArgumentException("the body");
    })).isInstanceOf(ExceptionGroup.class));
    assertThat(trace).containsExactly("cancelled 0", "cancelled 50", "cancelled 100", "cancelled 150");
    assertThat(made.get().toString()).contains("ended", "tasks=0");
  }

  @Test
  void group_abortCallsCodeThatWaits_goesOnWithTheRest() {
    int tasks = 100;
    onALoop(loop -> assertThatThrownBy(() -> TaskGroup.call((TaskGroup group) -> {
      AtomicReference<CompletableAsyncFuture<String>> asked = new AtomicReference<>();
      asked.set(LoopEngine.of(loop).createFuture((message, source) -> {
        trace.add("asked");
        Async.sleep(Duration.ZERO); // the tasks that were cancelled before end meanwhile
        Async.sleep(Duration.ZERO);
        loop.callSoon(() -> asked.get().setResult("late"));
        return false;
      }));
      for (int i = 0; i < tasks; i++) {
        int own = i;
        group.createTask(() -> {
          if (own == tasks / 2) {
            return asked.get().await();
          }
          Async.sleep(Duration.ofDays(1));
          return "never";
        });
      }
      Async.sleep(Duration.ZERO);
      throw new IllegalArgumentException("the body");
    })).isInstanceOfSatisfying(ExceptionGroup.class,
        group -> assertThat(group.exceptions()).singleElement().isInstanceOf(IllegalArgumentException.class)));
    assertThat(trace).containsExactly("asked");
  }

  @Test
  void currentTask_inEachTask_isThatTask() {
    onALoop(loop -> {
      Task<?> main = Async.currentTask();
      List<Object> found = new ArrayList<>();
      Task<?> one = loop.createTask(() -> {
        found.add(Async.currentTask());
        loop.yieldNow();
        found.add(Async.currentTask());
        return null;
      });
      one.await();
      assertThat(found).containsExactly(one, one);
      assertThat(Async.currentTask()).isSameAs(main);
      assertThat(awaitInCallback(() -> catchThrowable(Async::currentTask)))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("callback");
    });
  }

  @Test
  void allTasks_always_listsTheUnfinishedInTheOrderOfCreation() {
    onALoop(loop -> {
      List<Task<?>> tasks = new ArrayList<>();
      tasks.add(Async.currentTask());
      for (int i = 0; i < 5; i++) {
        tasks.add(loop.createTask(() -> {
          Async.sleep(HOUR);
          return null;
        }));
      }
      assertThat(Async.allTasks()).isEqualTo(tasks);
      assertThat(awaitOnAnotherThread(loop::allTasks)).isEqualTo(tasks);
      Task<?> third = tasks.remove(2);
      third.cancel();
      letOthersRun();
      assertThat(loop.allTasks()).isEqualTo(tasks);
    });
  }

  /** Whatever ends and begins while a thread looks, it sees all those that are there throughout. */
  @Test
  void allTasks_whileOthersComeAndGo_listsAllThatStay() {
    onALoop(loop -> {
      List<Task<?>> staying = new ArrayList<>();
      staying.add(Async.currentTask());
      CompletableFuture<String> looks = new CompletableFuture<>();
      for (int i = 0; i < 5; i++) {
        loop.createTask(() -> {
          while (!looks.isDone()) {
            Task<?> passing = loop.createTask(() -> {
              loop.yieldNow();
              return null;
            });
            loop.yieldNow();
            loop.yieldNow();
            passing.await();
          }
          return null;
        });
        staying.add(loop.createTask(() -> {
          Async.sleep(HOUR);
          return null;
        }));
      }
      Thread reader = new Thread(() -> {
        try {
          for (int look = 0; look < 2_000; look++) {
            assertThat(loop.allTasks()).containsSubsequence(staying).doesNotHaveDuplicates();
          }
          looks.complete("done");
        } catch (Throwable missing) {
          looks.completeExceptionally(missing);
        }
      });
      reader.start();
      Async.await(looks);
    });
  }

  @Test
  void yieldNow_always_givesAllOthersOneTurn() {
    onALoop(loop -> {
      for (String name : List.of("a", "b")) {
        loop.createTask(() -> {
          for (int i = 0; i < 3; i++) {
            trace.add(name + i);
            loop.yieldNow();
          }
          return null;
        });
      }
      for (int i = 0; i < 3; i++) {
        loop.yieldNow();
        trace.add("main" + i);
      }
    });
    assertThat(trace).containsExactly("a0", "b0", "main0", "a1", "b1", "main1", "a2", "b2", "main2");
  }

  @Test
  void tasks_always_areForTheirCoroutinesToComplete() {
    onALoop(loop -> {
      Task<String> task = loop.createTask(() -> "its own");
      assertThat(task).isNotInstanceOf(CompletableAsyncFuture.class);
      assertThat(task.await()).isEqualTo("its own");
    });
  }

  @Test
  void await_itself_refused() {
    onALoop(loop -> {
      AsyncFuture<?> own = Async.currentTask();
      assertThatIllegalStateException().isThrownBy(own::await).withMessageContaining("itself");
      loop.yieldNow();
    });
  }

  @Test
  void name_givenOrGenerated_canBeChanged() {
    onALoop(loop -> {
      Task<?> named = loop.createTask(TaskOptions.named("given"), () -> null);
      Task<?> unnamed = loop.createTask(() -> null);
      assertThat(named.name()).isEqualTo("given");
      assertThat(unnamed.name()).startsWith("Task-");
      unnamed.setName("changed");
      assertThat(awaitOnAnotherThread(unnamed::name)).isEqualTo("changed");
      assertThat(unnamed.toString()).contains("changed");
    });
  }

  @Test
  void stack_waitingTask_showsWhere() {
    onALoop(loop -> {
      Task<?> task = loop.createTask(() -> {
        waitHere();
        return null;
      });
      assertThat(task.stack()).isEmpty();
      letOthersRun();
      assertThat(task.stack()).extracting(StackTraceElement::getMethodName).contains("waitHere");
      assertThat(awaitOnAnotherThread(task::stack)).extracting(StackTraceElement::getMethodName)
          .contains("waitHere");
      task.cancel();
      letOthersRun();
      assertThat(task.stack()).isEmpty();
    });
  }

  private static void waitHere() {
    Async.sleep(HOUR);
  }

  // --- cancellation ---

  @Test
  void cancel_notBegun_neverCallsTheCoroutine() {
    onALoop(loop -> {
      Task<?> task = loop.createTask(() -> trace.add("never"));
      assertThat(task.cancel("early")).isTrue();
      letOthersRun();
      assertThat(task.isCancelled()).isTrue();
      assertThatThrownBy(task::result).isInstanceOf(CancelledError.class).hasMessageContaining("early");
    });
    assertThat(trace).isEmpty();
  }

  @Test
  void cancel_waiting_isThrownWhereItWaits() {
    onALoop(loop -> {
      Task<?> task = loop.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError error) {
          trace.add(error.reason());
          throw error;
        }
        return null;
      });
      letOthersRun();
      assertThat(task.cancel("enough")).isTrue();
      assertThat(task.isCancelled()).as("at once").isFalse();
      letOthersRun();
      assertThat(task.isCancelled()).isTrue();
      assertThat(task.cancel()).isFalse();
    });
    assertThat(trace).containsExactly("enough");
  }

  @Test
  void cancel_byItself_isThrownAtItsNextWait() {
    onALoop(loop -> {
      Task<?> task = loop.createTask(() -> {
        Async.currentTask().cancel();
        trace.add("goes on");
        loop.yieldNow();
        trace.add("never");
        return null;
      });
      letOthersRun();
      assertThat(task.isCancelled()).isTrue();
    });
    assertThat(trace).containsExactly("goes on");
  }

  @Test
  void cancel_swallowed_deliversEachRequestOnce() {
    onALoop(loop -> {
      Task<String> task = loop.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError swallowed) {
          trace.add("swallowed");
        }
        loop.yieldNow();
        return "result";
      });
      letOthersRun();
      task.cancel();
      assertThat(task.await()).isEqualTo("result");
      assertThat(task.isCancelled()).isFalse();
    });
    assertThat(trace).containsExactly("swallowed");
  }

  @Test
  void uncancel_countsDown_andDropsWhatWasNotDelivered() {
    onALoop(loop -> {
      Task<?> task = Async.currentTask();
      assertThat(task.cancelling()).isZero();
      assertThat(task.uncancel()).isZero();
      task.cancel();
      task.cancel();
      assertThat(task.cancelling()).isEqualTo(2);
      assertThat(task.uncancel()).isEqualTo(1);
      assertThat(task.uncancel()).isZero();
      loop.yieldNow(); // the request is gone
      trace.add("went on");
    });
    assertThat(trace).containsExactly("went on");
  }

  @Test
  void cancel_byATask_saysWho() {
    onALoop(loop -> {
      Task<?> task = loop.createTask(() -> {
        Async.sleep(HOUR);
        return null;
      });
      letOthersRun();
      loop.createTask(TaskOptions.named("canceller"), () -> task.cancel("enough"));
      letOthersRun();
      assertThatThrownBy(task::result).isInstanceOfSatisfying(CancelledError.class, error -> {
        assertThat(error.reason()).isEqualTo("enough");
        assertThat(error.source().canceller()).isEqualTo("canceller");
      });
    });
  }

  // --- what a task carries along ---

  @Test
  void context_ofATask_isACopyOfItsCreators() {
    onALoop(loop -> {
      VARIABLE.set("creator's");
      Task<?> task = loop.createTask(() -> {
        trace.add(VARIABLE.get());
        VARIABLE.set("task's");
        loop.yieldNow();
        trace.add(VARIABLE.get());
        return null;
      });
      VARIABLE.set("creator's, later");
      task.await();
      trace.add(VARIABLE.get());
      assertThat(task.context().get(VARIABLE)).isEqualTo("task's");
    });
    assertThat(trace).containsExactly("creator's", "task's", "creator's, later");
  }

  @Test
  void context_given_isUsedItself() {
    Context context = new Context();
    onALoop(loop -> {
      Task<?> task = loop.createTask(TaskOptions.DEFAULT.withContext(context),
          () -> VARIABLE.set("in the given one"));
      task.await();
      assertThat(task.context()).isSameAs(context);
      assertThat(context.get(VARIABLE)).isEqualTo("in the given one");
      assertThat(VARIABLE.get()).isEqualTo("default");
    });
  }

  private ContextPropagator tracing(String name) {
    return () -> {
      trace.add("capture " + name);
      return new ContextPropagator.Snapshot() {
        @Override
        public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
          trace.add("enter " + name);
          try {
            return body.run();
          } finally {
            trace.add("leave " + name);
          }
        }
      };
    };
  }

  @Test
  void propagators_several_theFirstIsTheOutermost() {
    try (Runner runner = builder().propagate(tracing("a"), tracing("b")).build()) {
      runner.run(() -> {
        trace.clear();
        Task<?> task = Async.createTask(() -> {
          trace.add("task");
          Async.sleep(Duration.ZERO);
        });
        assertThat(trace).as("captured at creation").containsExactlyInAnyOrder("capture a", "capture b");
        trace.clear();
        task.await();
        assertThat(trace).containsExactly("enter a", "enter b", "task", "leave b", "leave a");
      });
    }
  }

  @Test
  void propagators_toThreadAndCallThreadsafe_areAsked() {
    try (Runner runner = builder().propagate(tracing("a")).build()) {
      runner.run(() -> {
        trace.clear();
        Async.toThread(() -> trace.add("thread"));
        assertThat(trace).containsExactly("capture a", "enter a", "thread", "leave a");
        trace.clear();
        EventLoop loop = EventLoop.running();
        awaitOnAnotherThread(() -> get(Async.callThreadsafe(loop, () -> trace.add("called"))));
        assertThat(trace).containsSubsequence("capture a", "enter a", "called", "leave a");
      });
    }
  }

  @Test
  void propagators_plainCallbacks_areAskedWhereTheyAreGiven() {
    try (Runner runner = builder().propagate(tracing("a")).build()) {
      runner.run(() -> {
        trace.clear();
        EventLoop loop = EventLoop.running();
        loop.callSoon(() -> trace.add("callback"));
        loop.callSoonThreadsafe(() -> trace.add("callback"));
        loop.callLater(Duration.ZERO, () -> trace.add("callback"));
        assertThat(trace).containsExactly("capture a", "capture a", "capture a");
        trace.clear();
        letOthersRun();
        assertThat(trace).containsExactly("enter a", "callback", "leave a", "enter a", "callback", "leave a", "enter a",
            "callback",
            "leave a");
      });
    }
  }

  @Test
  void propagator_captureFails_refusesTheTaskAndMakesNone() {
    RuntimeException failure = new RuntimeException("no capture");
    boolean[] fails = {false};
    try (Runner runner = builder().propagate(() -> {
      if (fails[0]) {
        throw failure;
      }
      return tracing("a").capture();
    }).build()) {
      runner.run(() -> {
        fails[0] = true;
        assertThatThrownBy(() -> Async.createTask(() -> trace.add("never"))).isSameAs(failure);
        fails[0] = false;
        assertThat(Async.allTasks()).containsExactly(Async.currentTask());
      });
    }
    assertThat(trace).doesNotContain("never");
  }

  // --- the task factory ---

  /** Counts, and names what it makes. */
  private final class NamingFactory implements TaskFactory {
    @Override
    public <T> Task<T> newTask(EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine) {
      trace.add("factory");
      return loop.newTask(options.withName("made by the factory"), coroutine);
    }
  }

  @Test
  void taskFactory_set_makesAllTasks() {
    try (Runner runner = newRunner()) {
      TaskFactory factory = new NamingFactory();
      runner.loop().setTaskFactory(factory);
      assertThat(runner.loop().taskFactory()).isSameAs(factory);
      runner.run(() -> {
        assertThat(Async.currentTask().name()).isEqualTo("made by the factory");
        Task<?> task = Async.createTask(() -> "result");
        assertThat(task.name()).isEqualTo("made by the factory");
        EventLoop.running().setTaskFactory(null);
        assertThat(Async.createTask(() -> "result").name()).startsWith("Task-");
      });
    }
    assertThat(trace).hasSize(2);
  }

  @Test
  void taskFactory_failsOrGivesNull_refusesTheTask() {
    RuntimeException failure = new RuntimeException("no task");
    onALoop(loop -> {
      loop.setTaskFactory(new TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
          throw failure;
        }
      });
      assertThatThrownBy(() -> Async.createTask(() -> trace.add("never"))).isSameAs(failure);
      loop.setTaskFactory(new TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
          return null;
        }
      });
      assertThatNullPointerException().isThrownBy(() -> Async.createTask(() -> trace.add("never")))
          .withMessageContaining("factory");
      letOthersRun();
    });
    assertThat(trace).isEmpty();
  }

  @Test
  void taskFactory_fails_runThrowsItAndTheRunnerIsReady() {
    RuntimeException failure = new RuntimeException("no task");
    try (Runner runner = newRunner()) {
      runner.loop().setTaskFactory(new TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
          throw failure;
        }
      });
      assertThatThrownBy(() -> runner.run(() -> "never")).isSameAs(failure);
      runner.loop().setTaskFactory(null);
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  @Test
  void callThreadsafe_taskFactoryFails_endsWithThat() {
    RuntimeException failure = new RuntimeException("no task");
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.setTaskFactory(new TaskFactory() {
          @Override
          public <T> Task<T> newTask(EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
            throw failure;
          }
        });
        assertThatThrownBy(() -> Async.await(Async.callThreadsafe(loop, () -> "never"))).isSameAs(failure);
      });
    }
    assertThat(reports.take()).as("the callback that failed").hasSize(1);
  }

  @Test
  void memory_plainFieldsBetweenWaits_losesNoUpdate() {
    int[] counter = {0};
    onALoop(loop -> {
      List<Task<?>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        tasks.add(loop.createTask(() -> {
          for (int i = 0; i < 200; i++) {
            int before = counter[0];
            Thread.onSpinWait();
            counter[0] = before + 1;
            loop.yieldNow();
          }
          return null;
        }));
      }
      Async.awaitAll(tasks);
    });
    assertThat(counter[0]).isEqualTo(800);
  }
}
