package io.asyncrunner.tck.taskgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * {@code TestTaskGroup} of {@code test_taskgroups.py}, which since 3.14 runs with the default and with the eager task factory.
 */
public abstract class TestTaskGroup extends PortedTests {
  /** What happened, in order; used on the loop and, when that is over, by the test. */
  private final List<String> log = new ArrayList<>();

  protected TestTaskGroup(LoopSource source) {
    super(source);
  }

  /** CPython's {@code MyExc}; a checked one here. */
  private static final class MyException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** CPython's {@code MyBaseExc}: not an {@code Exception}, and it does not end the run either. */
  private static final class MyError extends Error {
    private static final long serialVersionUID = 1L;
  }

  // --- the coroutines that children are made of ---

  private static <T> Coroutine<T, RuntimeException> after(long millis, T result) {
    return () -> {
      sleep(millis);
      return result;
    };
  }

  private static VoidCoroutine<Throwable> throwAfter(long millis, Throwable exception) {
    return () -> {
      sleep(millis);
      throw exception;
    };
  }

  private static VoidCoroutine<RuntimeException> crashAfter(long millis) {
    return () -> {
      sleep(millis);
      crash();
    };
  }

  private static void crashWhenCancelled() {
    try {
      sleep(10_000);
    } finally {
      crash();
    }
  }

  private static <X extends Throwable> void throwWhenCancelled(X exception) throws X {
    try {
      sleep(10_000);
    } finally {
      raise(exception);
    }
  }

  /** Throws, where a statement that throws would be warned of. */
  private static <X extends Throwable> void raise(X exception) throws X {
    throw exception;
  }

  /** Sleeps; logs that it was cancelled, or was not. */
  private void sleepLogging(String who, long millis) {
    try {
      sleep(millis);
    } catch (CancelledError cancelled) {
      log.add(who + " cancelled");
      throw cancelled;
    }
    log.add(who + " went on");
  }

  // --- how groups end ---

  private static void assertFails(ThrowingCallable code, Class<?>... failures) {
    assertFailures(catchThrowable(code), failures);
  }

  private static void assertFailures(Throwable group, Class<?>... failures) {
    assertThat(failuresOf(group)).extracting(Object::getClass).isEqualTo(List.of(failures));
  }

  private static List<Throwable> failuresOf(Throwable group) {
    assertThat(group).isExactlyInstanceOf(ExceptionGroup.class);
    return ((ExceptionGroup) group).exceptions();
  }

  private static Class<?>[] times(int count, Class<?> failure) {
    return Collections.nCopies(count, failure).toArray(new Class<?>[0]);
  }

  /** A task that was cancelled after 100 ms, when it had not ended yet. */
  private static Task<?> cancelledAfter100Millis(VoidCoroutine<?> coroutine) {
    Task<?> task = Async.createTask(coroutine);
    sleep(100);
    assertThat(task.isDone()).isFalse();
    task.cancel();
    return task;
  }

  // --- waiting ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_01")
  void test_taskgroup_01() {
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      TaskGroup.run(group -> {
        tasks.add(group.createTask(after(100, 42)));
        tasks.add(group.createTask(after(200, 11)));
      });

      assertThat(tasks.get(0).result()).isEqualTo(42);
      assertThat(tasks.get(1).result()).isEqualTo(11);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_02")
  void test_taskgroup_02() {
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      TaskGroup.run(group -> {
        tasks.add(group.createTask(after(100, 42)));
        sleep(150);
        tasks.add(group.createTask(after(200, 11)));
      });

      assertThat(tasks.get(0).result()).isEqualTo(42);
      assertThat(tasks.get(1).result()).isEqualTo(11);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_03")
  void test_taskgroup_03() {
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      TaskGroup.run(group -> {
        tasks.add(group.createTask(after(1000, 42)));
        sleep(150);
        tasks.get(0).cancel();
        tasks.add(group.createTask(after(200, 11)));
      });

      assertThat(tasks.get(0).isCancelled()).isTrue();
      assertThat(tasks.get(1).result()).isEqualTo(11);
    });
  }

  // --- failures and cancellation ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_04")
  void test_taskgroup_04() {
    run(() -> {
      List<Task<?>> siblings = new ArrayList<>();
      Task<?> runner = Async.createTask(() -> {
        TaskGroup.run(group -> {
          group.createTask(crashAfter(100));
          siblings.add(group.createTask(() -> sleepLogging("sibling", 1000)));
        });
        log.add("behind the group");
      });

      assertFails(runner::await, ArithmeticException.class);
      assertThat(log).containsExactly("sibling cancelled");
      assertThat(siblings.get(0).isCancelled()).isTrue();
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_cancel_children_on_child_error")
  void test_cancel_children_on_child_error() {
    run(() -> {
      Task<?> runner = Async.createTask(() -> {
        TaskGroup.run(group -> {
          for (int i = 0; i < 3; i++) {
            group.createTask(crashAfter(100));
          }
          group.createTask(() -> sleepLogging("sibling", 5000));
          sleepLogging("body", 10_000);
        });
        log.add("behind the group");
      });

      assertFails(runner::await, times(3, ArithmeticException.class));
      assertThat(log).containsExactly("sibling cancelled", "body cancelled");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_cancellation")
  void test_cancellation() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(group -> {
        for (int i = 0; i < 5; i++) {
          String child = "child " + i;
          group.createTask(() -> sleepLogging(child, 5000));
        }
      }));

      assertThatThrownBy(runner::await).isExactlyInstanceOf(CancelledError.class);
      assertThat(log).containsExactly(
          "child 0 cancelled", "child 1 cancelled", "child 2 cancelled", "child 3 cancelled", "child 4 cancelled");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_07")
  void test_taskgroup_07() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(group -> {
        for (int i = 0; i < 5; i++) {
          String child = "child " + i;
          group.createTask(() -> sleepLogging(child, 5000));
        }
        sleepLogging("body", 10_000);
      }));

      assertThatThrownBy(runner::await).isExactlyInstanceOf(CancelledError.class);
      assertThat(log).containsExactly("body cancelled",
          "child 0 cancelled", "child 1 cancelled", "child 2 cancelled", "child 3 cancelled", "child 4 cancelled");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_08")
  void test_taskgroup_08() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(group -> {
        for (int i = 0; i < 5; i++) {
          group.createTask(() -> crashWhenCancelled());
        }
        sleep(10_000);
      }));

      assertFails(runner::await, times(5, ArithmeticException.class));
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_09")
  void test_taskgroup_09() {
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      assertFails(() -> TaskGroup.run(group -> {
        tasks.add(group.createTask(after(1000, 42)));
        tasks.add(group.createTask(after(2000, 11)));
        sleep(100);
        crash();
      }), ArithmeticException.class);

      assertThat(tasks).hasSize(2).allMatch(Task::isCancelled);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_10")
  void test_taskgroup_10() {
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      assertFails(() -> TaskGroup.run(group -> {
        tasks.add(group.createTask(after(1000, 42)));
        tasks.add(group.createTask(after(2000, 11)));
        crash();
      }), ArithmeticException.class);

      assertThat(tasks).hasSize(2).allMatch(Task::isCancelled);
    });
  }

  // --- groups in groups ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_11")
  void test_taskgroup_11() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(outer -> {
        TaskGroup.run(inner -> {
          for (int i = 0; i < 5; i++) {
            inner.createTask(() -> crashWhenCancelled());
          }
          sleep(10_000);
        });
      }));

      Throwable outer = catchThrowable(runner::await);
      assertFailures(outer, ExceptionGroup.class);
      assertFailures(failuresOf(outer).get(0), times(5, ArithmeticException.class));
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_12")
  void test_taskgroup_12() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(outer -> {
        outer.createTask(() -> sleep(10_000));
        TaskGroup.run(inner -> {
          for (int i = 0; i < 5; i++) {
            inner.createTask(() -> crashWhenCancelled());
          }
          sleep(10_000);
        });
      }));

      Throwable outer = catchThrowable(runner::await);
      assertFailures(outer, ExceptionGroup.class);
      assertFailures(failuresOf(outer).get(0), times(5, ArithmeticException.class));
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_13")
  void test_taskgroup_13() {
    run(() -> {
      Task<?> runner = Async.createTask(() -> TaskGroup.run(outer -> {
        outer.createTask(throwAfter(100, new IllegalArgumentException("outer")));
        TaskGroup.run(inner -> {
          inner.createTask(throwAfter(10_000, new IllegalArgumentException("inner")));
        });
      }));

      Throwable group = catchThrowable(runner::await);
      assertFailures(group, IllegalArgumentException.class);
      assertThat(failuresOf(group).get(0)).hasMessage("outer");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_14")
  void test_taskgroup_14() {
    run(() -> {
      List<Task<?>> children = new ArrayList<>();
      Task<?> runner = Async.createTask(() -> TaskGroup.run(outer -> {
        children.add(outer.createTask(throwAfter(10_000, new IllegalArgumentException("outer"))));
        TaskGroup.run(inner -> {
          inner.createTask(throwAfter(100, new IllegalArgumentException("inner")));
        });
      }));

      Throwable group = catchThrowable(runner::await);
      assertFailures(group, ExceptionGroup.class);
      Throwable nested = failuresOf(group).get(0);
      assertFailures(nested, IllegalArgumentException.class);
      assertThat(failuresOf(nested).get(0)).hasMessage("inner");
      assertThat(children.get(0).isCancelled()).isTrue();
    });
  }

  // --- bodies that make something else of their cancellation ---

  /** A child crashes after 300 ms; the body waits, and goes on to wait in the handler of its cancellation. */
  private void crashWhileTheBodyHandlesItsCancellation() {
    EventLoop loop = EventLoop.running();
    long begin = loop.time();
    TaskGroup.run(group -> {
      group.createTask(crashAfter(300));
      try {
        sleep(10_000);
      } catch (CancelledError cancelled) {
        log.add("cancelled after " + elapsed(loop, begin).toMillis());
        try {
          sleep(500);
        } catch (CancelledError again) {
          log.add("again after " + elapsed(loop, begin).toMillis());
          throw again;
        }
        throw cancelled;
      }
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_15")
  void test_taskgroup_15() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(this::crashWhileTheBodyHandlesItsCancellation);

      assertFails(runner::await, ArithmeticException.class);
      assertThat(log).containsExactly("cancelled after 100", "again after 300");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_16")
  void test_taskgroup_16() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(
          () -> Async.createTask(this::crashWhileTheBodyHandlesItsCancellation).await());

      assertFails(runner::await, ArithmeticException.class);
      assertThat(log).containsExactly("cancelled after 100", "again after 300");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_17")
  void test_taskgroup_17() {
    run(() -> {
      List<CancelledError> seen = new ArrayList<>();
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(group -> {
        try {
          sleep(10_000);
        } catch (CancelledError cancelled) {
          seen.add(cancelled);
          throw cancelled;
        }
      }));

      Throwable thrown = catchThrowable(runner::await);
      assertThat(seen).hasSize(1);
      assertThat(thrown).isSameAs(seen.get(0));
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_18")
  void test_taskgroup_18() {
    run(() -> {
      Task<?> runner = cancelledAfter100Millis(() -> TaskGroup.run(group -> {
        try {
          sleep(10_000);
        } catch (CancelledError cancelled) {
          log.add("body cancelled");
          throw new MyException();
        }
      }));

      assertFails(runner::await, MyException.class);
      assertThat(log).containsExactly("body cancelled");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_19")
  void test_taskgroup_19() {
    run(() -> {
      Task<?> runner = Async.createTask(() -> TaskGroup.run(group -> {
        group.createTask(crashAfter(100));
        throwWhenCancelled(new MyException());
      }));

      assertFails(runner::await, ArithmeticException.class, MyException.class);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_20")
  void test_taskgroup_20() {
    KeyboardInterrupt interrupt = new KeyboardInterrupt();
    run(() -> {
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        group.createTask(crashAfter(100));
        throwWhenCancelled(interrupt);
      })).isSameAs(interrupt);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_20a")
  void test_taskgroup_20a() {
    run(() -> {
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(crashAfter(100));
        throwWhenCancelled(new MyError());
      }), ArithmeticException.class, MyError.class);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_21a")
  void test_taskgroup_21a() {
    run(() -> {
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(throwAfter(100, new MyError()));
        throwWhenCancelled(new ClassCastException());
      }), MyError.class, ClassCastException.class);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_22")
  void test_taskgroup_22() {
    run(() -> {
      Task<?> runner = Async.createTask(() -> TaskGroup.run(group -> {
        group.createTask(after(1000, 42));
        group.createTask(after(2000, 11));
      }));
      sleep(50);
      runner.cancel();

      assertThatThrownBy(runner::await).isExactlyInstanceOf(CancelledError.class);
    });
  }

  // --- children that come and go ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_23")
  void test_taskgroup_23() {
    run(() -> {
      TaskGroup.run(group -> {
        for (int i = 0; i < 10; i++) {
          sleep(100);
          group.createTask(() -> sleep(250));
          if (i == 5) { // those of 400, 500 and 600 ms
            assertThat(group).hasToString("TaskGroup[running, tasks=3, errors=0]");
          }
        }
        sleep(1350);
        assertThat(group).hasToString("TaskGroup[running, tasks=0, errors=0]");
      });
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_24")
  void test_taskgroup_24() {
    run(() -> {
      TaskGroup.run(group -> {
        group.createTask(() -> {
          sleep(100);
          group.createTask(() -> sleepLogging("100", 100));
          group.createTask(() -> sleepLogging("200", 200));
        });
      });

      assertThat(log).containsExactly("100 went on", "200 went on");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_25")
  void test_taskgroup_25() {
    run(() -> {
      int[] hydras = new int[1];
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(() -> hydra(group, hydras));
        group.createTask(() -> {
          while (hydras[0] < 10) {
            sleep(15);
          }
          crash();
        });
      }), ArithmeticException.class);

      assertThat(hydras[0]).isEqualTo(31); // twice as many every 10 ms: 1, 3, 7, 15, 31; looked at after 45
    });
  }

  private static void hydra(TaskGroup group, int[] hydras) {
    hydras[0]++;
    sleep(10);
    group.createTask(() -> hydra(group, hydras));
    group.createTask(() -> hydra(group, hydras));
  }

  // --- names and contexts ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_task_name")
  void test_taskgroup_task_name() {
    run(() -> {
      TaskGroup.run(group -> {
        Task<?> task = group.createTask(TaskOptions.named("yolo"), () -> giveATurn());
        assertThat(task.name()).isEqualTo("yolo");
      });
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_name")
  void test_name() {
    run(() -> {
      TaskGroup.run(group -> {
        group.createTask(TaskOptions.named("example name"), () -> {
          log.add(Async.currentTask().name());
        });
      });

      assertThat(log).containsExactly("example name");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_task_context")
  void test_taskgroup_task_context() {
    ContextVar<Integer> variable = ContextVar.named("variable");
    run(() -> {
      TaskGroup.run(group -> {
        Context context = Context.copyCurrent();
        assertThat(context.get(variable)).isNull();
        for (int value : new int[] {1, 2}) {
          group.createTask(TaskOptions.DEFAULT.withContext(context), () -> {
            giveATurn();
            variable.set(value);
          }).await();
          assertThat(context.get(variable)).isEqualTo(value);
        }
      });
    });
  }

  // --- when tasks can be created ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_no_create_task_after_failure")
  void test_taskgroup_no_create_task_after_failure() {
    run(() -> {
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(crashAfter(1));
        group.createTask(() -> {
          try {
            sleep(1000);
          } catch (CancelledError cancelled) {
            assertThatThrownBy(() -> group.createTask(() -> crash())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shutting down");
            log.add("refused");
          }
        });
      }), ArithmeticException.class);

      assertThat(log).containsExactly("refused");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_context_manager_exit_raises")
  void test_taskgroup_context_manager_exit_raises() {
    run(() -> {
      Async.createTask(() -> {
        assertFails(() -> TaskGroup.run(group -> {
          try {
            group.createTask(() -> raise(new MyException()));
            sleep(1000);
          } finally {
            raise(new MyException());
          }
        }), MyException.class, MyException.class);
        assertThat(Async.currentTask().cancelling()).isZero();
      }).await();
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_finished")
  void test_taskgroup_finished() {
    run(() -> {
      TaskGroup ended = TaskGroup.call(group -> group);
      assertThatThrownBy(() -> ended.createTask(() -> crash())).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has ended");

      assertThat(Async.allTasks()).hasSize(1);
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_coro_closed_when_tg_closed")
  void test_coro_closed_when_tg_closed() {
    runUntilComplete(() -> {
      TaskGroup ended = TaskGroup.call(group -> {
        group.createTask(() -> sleep(10));
        return group;
      });
      assertThatThrownBy(() -> ended.createTask(() -> log.add("called"))).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has ended");
    });
    runBriefly(loop());

    assertThat(log).isEmpty();
    assertThat(loop().allTasks()).isEmpty();
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_without_parent_task")
  void test_taskgroup_without_parent_task() {
    List<Throwable> thrown = new ArrayList<>();
    loop().callSoon(() -> thrown.add(catchThrowable(() -> TaskGroup.run(group -> {
      log.add("called");
    }))));
    runOnce(loop());

    assertThat(thrown).singleElement()
        .isInstanceOfSatisfying(IllegalStateException.class,
            exception -> assertThat(exception).hasMessageContaining("has to be called in a task"));
    assertThat(log).isEmpty();
  }

  // --- how often the task is cancelled that runs the group ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_cancelling_level_preserved")
  void test_cancelling_level_preserved() {
    run(() -> {
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(throwAfter(0, new IllegalStateException()));
      }), IllegalStateException.class);

      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_nested_groups_both_cancelled")
  void test_nested_groups_both_cancelled() {
    run(() -> {
      assertFails(() -> TaskGroup.run(outer -> {
        assertFails(() -> TaskGroup.run(inner -> {
          inner.createTask(throwAfter(0, new IllegalStateException()));
          outer.createTask(throwAfter(0, new IllegalArgumentException()));
        }), IllegalStateException.class);
        assertThat(Async.currentTask().cancelling()).isEqualTo(1);
      }), IllegalArgumentException.class);

      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_error_and_cancel")
  void test_error_and_cancel() {
    run(() -> {
      AsyncEvent failing = new AsyncEvent();
      Task<?> inner = Async.createTask(() -> {
        assertFails(() -> TaskGroup.run(group -> {
          group.createTask(() -> {
            failing.set();
            giveATurn();
            throw new IllegalStateException();
          });
          sleepLogging("group", 1000);
        }), IllegalStateException.class);
        assertThat(Async.currentTask().cancelling()).isEqualTo(1);
        sleepLogging("behind the group", 1000);
      });
      failing.await();
      assertThat(inner.cancelling()).isZero();
      inner.cancel();
      assertThat(inner.cancelling()).isEqualTo(1);

      assertThatThrownBy(inner::await).isExactlyInstanceOf(CancelledError.class);
      assertThat(inner.isCancelled()).isTrue();
      assertThat(log).containsExactly("group cancelled", "behind the group cancelled");
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_cancels_task_if_created_during_creation")
  void test_cancels_task_if_created_during_creation() {
    run(() -> {
      boolean eager = EventLoop.running().taskFactory() != null;
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(() -> {
          group.createTask(() -> raise(new MyException()));
          assertThatThrownBy(() -> {
            giveATurn();
            log.add("one turn");
            giveATurn();
            log.add("two turns");
          }).isExactlyInstanceOf(CancelledError.class);
          log.add("cancelled");
        });
      }), MyException.class);

      assertThat(log).isEqualTo(eager ? List.of("cancelled") : List.of("one turn", "cancelled"));
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_cancellation_does_not_leak_out_of_tg")
  void test_cancellation_does_not_leak_out_of_tg() {
    run(() -> {
      assertFails(() -> TaskGroup.run(group -> {
        group.createTask(() -> raise(new MyException()));
      }), MyException.class);

      giveATurn(); // would throw the CancelledError
    });
  }

  // --- groups that are ended early ---

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_cancel_before_create_task")
  void test_taskgroup_cancel_before_create_task() {
    run(() -> {
      TaskGroup.run(group -> {
        group.cancel();
        assertThatThrownBy(() -> group.createTask(() -> log.add("called"))).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("shutting down");
      });

      assertThat(Async.currentTask().cancelling()).isZero();
      giveATurn(); // would throw a CancelledError that is left over
      assertThat(log).isEmpty();
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_cancel_from_child_before_first_suspension")
  void test_taskgroup_cancel_from_child_before_first_suspension() {
    run(() -> {
      List<Task<?>> children = new ArrayList<>();
      Async.timeout(Duration.ofSeconds(10), () -> TaskGroup.run(group -> {
        children.add(group.createTask(() -> {
          group.cancel();
          log.add("group cancelled");
          waitForever();
        }));
      }));

      assertThat(log).containsExactly("group cancelled");
      assertThat(children).singleElement().matches(Task::isCancelled);
      assertThat(Async.currentTask().cancelling()).isZero();
      giveATurn(); // would throw a CancelledError that is left over
    });
  }

  @Test
  @Conformance("test_taskgroups.TestTaskGroup.test_taskgroup_cancel_keeps_outer_cancellation")
  void test_taskgroup_cancel_keeps_outer_cancellation() {
    run(() -> {
      for (boolean bodyWaits : new boolean[] {false, true}) {
        AsyncEvent cleaningUp = new AsyncEvent();
        TaskGroup[] groups = new TaskGroup[1];
        Task<?> owner = Async.createTask(() -> {
          TaskGroup.run(group -> {
            groups[0] = group;
            group.createTask(() -> {
              try {
                waitForever();
              } finally {
                cleaningUp.set();
                sleep(100);
              }
            });
            if (bodyWaits) {
              waitForever();
            }
          });
          log.add("behind the group");
        });
        sleep(10);
        groups[0].cancel();
        cleaningUp.await();
        owner.cancel("from outside");

        assertThatThrownBy(owner::await).isInstanceOfSatisfying(CancelledError.class, error -> {
          assertThat(error.reason()).isEqualTo(bodyWaits ? null : "from outside"); // the body was left with the group's
          assertThat(error).hasMessageContaining("from outside");
        });
        assertThat(owner.isCancelled()).isTrue();
        assertThat(log).isEmpty();
      }
    });
  }
}
