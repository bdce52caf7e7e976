package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** {@link TaskGroup}. */
class TaskGroupTest extends ConstructTestCase {
  private final IOException checked = new IOException("checked");
  private final IllegalStateException unchecked = new IllegalStateException("unchecked");

  // --- ends ---

  @Test
  void run_bodyReturns_waitsForAllTasksAndGivesItsResult() {
    run(() -> {
      String result = TaskGroup.call(group -> {
        group.createTask(() -> {
          Async.sleep(SECOND);
          log.add("first");
          group.createTask(() -> log.add(after(SECOND, "made by a task")));
        });
        return "the body's result";
      });
      assertThat(result).isEqualTo("the body's result");
      assertThat(log).containsExactly("first", "made by a task");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    });
  }

  @Test
  void run_taskFails_cancelsTheOthersInTheOrderOfCreationAndTheBodyWhereItWaits() {
    run(() -> {
      ExceptionGroup thrown = (ExceptionGroup) thrownBy(() -> TaskGroup.call(group -> {
        group.createTask(() -> sleepLogging("a"));
        group.createTask(() -> failAfter(SECOND, checked));
        group.createTask(() -> sleepLogging("b"));
        return sleepLogging("body");
      }));
      assertThat(thrown.exceptions()).containsExactly(checked);
      assertThat(thrown.getCause()).isSameAs(checked);
      assertThat(log).containsExactly("a cancelled", "b cancelled", "body cancelled");
      assertThat(elapsed()).isEqualTo(SECOND);
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void run_bodyFails_cancelsTheTasksAndAwaitsTheirCleanUp() {
    run(() -> {
      assertThatThrownBy(() -> TaskGroup.call((TaskGroup group) -> {
        group.createTask(() -> {
          try {
            return sleepLogging("task");
          } finally {
            log.add(after(SECOND, "cleaned up"));
          }
        });
        Async.sleep(SECOND);
        throw checked;
      })).isInstanceOfSatisfying(ExceptionGroup.class,
          failed -> assertThat(failed.exceptions()).containsExactly(checked));
      assertThat(log).containsExactly("task cancelled", "cleaned up");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    });
  }

  /** As in CPython: what tasks threw in the order in which they ended, then what the body threw. */
  @Test
  void run_severalFail_groupsTheTasksInTheOrderOfTheirEndsThenTheBody() {
    run(() -> {
      IllegalStateException first = new IllegalStateException("first");
      IllegalStateException second = new IllegalStateException("second");
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.call((TaskGroup group) -> {
        group.createTask(() -> {
          try {
            Async.sleep(HOUR);
          } finally {
            failAfter(Duration.ofSeconds(5), second);
          }
        });
        group.createTask(() -> failWhenCancelled(first));
        Async.sleep(SECOND);
        throw unchecked;
      }));
      assertThat(failed.exceptions()).containsExactly(first, second, unchecked);
      assertThat(failed.getSuppressed()).containsExactly(second, unchecked);
    });
  }

  @Test
  void run_bodyAwaitsATaskThatFailsWithChecked_groupsItUnwrapped() {
    run(() -> {
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.call((TaskGroup group) -> {
        Task<String> outside = Async.createTask(() -> failAfter(SECOND, checked)); // not one of the group's
        return outside.await();
      }));
      assertThat(failed.exceptions()).containsExactly(checked);
    });
  }

  @Test
  void run_taskCancelledByAnother_isNoFailure() {
    run(() -> {
      String result = TaskGroup.call(group -> {
        Task<String> task = group.createTask(() -> sleepLogging("task"));
        Task<String> other = group.createTask(() -> after(SECOND, "other"));
        letOthersRun();
        task.cancel();
        return other.await();
      });
      assertThat(result).isEqualTo("other");
      assertThat(log).containsExactly("task cancelled");
    });
  }

  @Test
  void run_bodyCatchesWhatATaskThrew_failsNonetheless() {
    run(() -> {
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        Task<String> task = group.createTask(() -> failAfter(SECOND, unchecked));
        assertThat(thrownBy(task::await)).isInstanceOf(CancelledError.class); // the body is cancelled where it waits
      })).isInstanceOf(ExceptionGroup.class).cause().isSameAs(unchecked);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  // --- errors that are not grouped ---

  @Test
  void run_generatorThatYieldsInTheBodyIsClosed_endsTheTasksAndTheGenerator() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> TaskGroup.run((TaskGroup group) -> {
        group.createTask(() -> sleepLogging("task"));
        letOthersRun();
        out.yield("value");
      }));
      assertThat(generator.next()).isEqualTo("value");
      generator.close();
      assertThat(generator.isFinished()).isTrue();
      assertThat(log).containsExactly("task cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void run_generatorThatYieldsInTheBodyIsClosedAndATaskFails_groupsBoth() {
    run(() -> {
      AsyncGenerator<String> generator = Async.generator(out -> TaskGroup.run((TaskGroup group) -> {
        group.createTask(() -> failWhenCancelled(checked));
        letOthersRun();
        out.yield("value");
      }));
      generator.next();
      ExceptionGroup failed = (ExceptionGroup) thrownBy(generator::close);
      assertThat(failed.exceptions()).hasSize(2).first().isSameAs(checked);
      assertThat(failed.exceptions().get(1)).isInstanceOf(AsyncGenerator.GeneratorExit.class);
      assertThat(generator.isFinished()).isTrue();
    });
  }

  @Test
  void run_aTaskThrowsAGeneratorExit_isAFailureAsAnyOther() {
    run(() -> {
      AsyncGenerator.GeneratorExit stray = new AsyncGenerator.GeneratorExit();
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.run((TaskGroup group) -> {
        group.createTask(() -> {
          throw stray;
        });
      }));
      assertThat(failed.exceptions()).containsExactly(stray);
    });
  }

  @Test
  void run_bodyIsInterruptedAfterATaskFailed_throwsTheInterruptAndReportsTheFailures() {
    KeyboardInterrupt interrupt = new KeyboardInterrupt();
    try (Runner runner = newRunner()) {
      assertThatThrownBy(() -> runner.run(() -> TaskGroup.run((TaskGroup group) -> {
        group.createTask(() -> failAfter(SECOND, checked));
        group.createTask(() -> failWhenCancelled(unchecked));
        try {
          Async.sleep(HOUR);
        } catch (CancelledError byTheGroup) {
          throw interrupt;
        }
      }))).isSameAs(interrupt);
    }
    assertThat(takeReports()).extracting(ExceptionContext::exception).containsExactly(checked, unchecked);
  }

  @Test
  void run_aTaskIsInterruptedAfterTheBodyFailed_reportsTheBodysFailure() {
    KeyboardInterrupt interrupt = new KeyboardInterrupt();
    LoopEngine loop = newEventLoop();
    assertThatThrownBy(() -> loop.runUntilComplete(loop.createTask(() -> TaskGroup.call((TaskGroup group) -> {
      group.createTask(() -> {
        try {
          Async.sleep(HOUR);
        } catch (CancelledError byTheGroup) {
          throw interrupt;
        }
      });
      letOthersRun();
      throw checked;
    })))).isSameAs(interrupt);
    assertThatThrownBy(() -> loop.runUntilComplete(loop.allTasks().get(0))).isSameAs(interrupt);
    loop.close();
    assertThat(takeReports()).extracting(ExceptionContext::exception).containsExactly(checked);
  }

  // --- cancelled from outside ---

  @Test
  void cancel_whileTheBodyRuns_cancelsAndAwaitsTheTasks() {
    run(() -> {
      Task<?> parent = Async.createTask(() -> TaskGroup.call(group -> {
        group.createTask(() -> sleepLogging("a"));
        group.createTask(() -> {
          try {
            sleepLogging("b");
          } finally {
            log.add(after(SECOND, "b cleaned up"));
          }
        });
        return sleepLogging("body");
      }));
      letOthersRun();
      end(parent);
      assertThat(parent.isCancelled()).isTrue();
      assertThat(log).containsExactly("body cancelled", "a cancelled", "b cancelled", "b cleaned up");
    });
  }

  @Test
  void cancel_whileTheGroupWaitsForItsTasks_cancelsAndAwaitsThem() {
    run(() -> {
      Task<?> parent = Async.createTask(() -> TaskGroup.run(group -> {
        group.createTask(() -> sleepLogging("a"));
      }));
      letOthersRun();
      end(parent);
      assertThat(parent.isCancelled()).isTrue();
      assertThat(log).containsExactly("a cancelled");
    });
  }

  @Test
  void cancel_againWhileTheTasksCleanUp_stillAwaitsThem() {
    run(() -> {
      Task<?> parent = Async.createTask(() -> TaskGroup.run(group -> {
        group.createTask(() -> {
          try {
            sleepLogging("task");
          } finally {
            log.add(after(Duration.ofSeconds(5), "cleaned up"));
          }
        });
      }));
      letOthersRun();
      for (int i = 0; i < 3; i++) {
        parent.cancel("request " + i);
        Async.sleep(SECOND);
      }
      assertThat(parent.isDone()).isFalse();
      assertThat(parent.cancelling()).isEqualTo(3);
      Async.awaitAll(List.of(parent));
      assertThat(parent.isCancelled()).isTrue();
      assertThat(log).containsExactly("task cancelled", "cleaned up");
    });
  }

  /** The group goes before the cancellation, which is delivered at the next suspension point. */
  @Test
  void cancel_outsideAndAFailureInsideAtOnce_throwsTheGroupAndDeliversTheCancellationLater() {
    run(() -> {
      Throwable[] seen = new Throwable[2];
      int[] counts = new int[2];
      Task<?> parent = Async.createTask(() -> {
        seen[0] = thrownBy(() -> TaskGroup.call(group -> {
          group.createTask(() -> failWhenCancelled(unchecked));
          return sleepLogging("body");
        }));
        counts[0] = Async.currentTask().cancelling();
        seen[1] = thrownBy(() -> after(SECOND, "never"));
        counts[1] = Async.currentTask().cancelling();
      });
      letOthersRun();
      parent.cancel("from outside");
      Async.awaitAll(List.of(parent));
      assertThat(seen[0]).isInstanceOf(ExceptionGroup.class).hasCause(unchecked);
      assertThat(seen[1]).isInstanceOf(CancelledError.class);
      assertThat(counts).containsExactly(1, 1);
      assertThat(elapsed()).isZero();
    });
  }

  @Test
  void cancel_outsideAfterAFailureInside_isCountedApart() {
    run(() -> {
      int[] counts = new int[2];
      Throwable[] seen = new Throwable[1];
      Task<?> parent = Async.createTask(() -> {
        seen[0] = thrownBy(() -> TaskGroup.call(group -> {
          group.createTask(() -> {
            try {
              sleepLogging("slow to end");
            } finally {
              Async.sleep(Duration.ofSeconds(5));
            }
          });
          group.createTask(() -> failAfter(SECOND, unchecked));
          try {
            return sleepLogging("body");
          } finally {
            counts[0] = Async.currentTask().cancelling(); // the group's request
          }
        }));
        counts[1] = Async.currentTask().cancelling(); // that from outside
        return null;
      });
      Async.sleep(Duration.ofSeconds(2));
      parent.cancel();
      Async.awaitAll(List.of(parent));
      assertThat(seen[0]).isInstanceOf(ExceptionGroup.class);
      assertThat(counts).containsExactly(1, 1);
    });
  }

  @Test
  void run_inATimeout_theDeadlineCancelsTheGroup() {
    run(() -> {
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> TaskGroup.call(group -> {
        group.createTask(() -> sleepLogging("a"));
        return sleepLogging("body");
      }))).isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(log).containsExactly("body cancelled", "a cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  // --- nested ---

  @Test
  void run_nestedInnerFails_cancelsTheOuterAndNestsTheGroups() {
    run(() -> {
      ExceptionGroup outer = (ExceptionGroup) thrownBy(() -> TaskGroup.run(outerGroup -> {
        outerGroup.createTask(() -> sleepLogging("outer task"));
        TaskGroup.run(innerGroup -> {
          innerGroup.createTask(() -> sleepLogging("inner task"));
          innerGroup.createTask(() -> failAfter(SECOND, checked));
        });
      }));
      assertThat(outer.exceptions()).hasSize(1)
          .first()
          .isInstanceOfSatisfying(ExceptionGroup.class,
              inner -> assertThat(inner.exceptions()).containsExactly(checked));
      assertThat(log).containsExactly("inner task cancelled", "outer task cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void run_nestedOuterFails_cancelsTheInner() {
    run(() -> {
      ExceptionGroup outer = (ExceptionGroup) thrownBy(() -> TaskGroup.run(outerGroup -> {
        outerGroup.createTask(() -> failAfter(SECOND, checked));
        TaskGroup.run(innerGroup -> {
          innerGroup.createTask(() -> sleepLogging("inner task"));
          sleepLogging("inner body");
        });
      }));
      assertThat(outer.exceptions()).containsExactly(checked);
      assertThat(log).containsExactly("inner body cancelled", "inner task cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void run_nestedBothFailTogether_eachGroupHasItsOwn() {
    run(() -> {
      ExceptionGroup outer = (ExceptionGroup) thrownBy(() -> TaskGroup.run(outerGroup -> {
        outerGroup.createTask(() -> failAfter(SECOND, checked));
        TaskGroup.run(innerGroup -> {
          innerGroup.createTask(() -> failAfter(SECOND, unchecked));
          sleepLogging("inner body");
        });
      }));
      assertThat(outer.exceptions()).hasSize(2).first().isSameAs(checked);
      assertThat(((ExceptionGroup) outer.exceptions().get(1)).exceptions()).containsExactly(unchecked);
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  // --- creation ---

  @Test
  void createTask_groupIsShuttingDown_refusedAndNotRun() {
    run(() -> {
      List<Throwable> refused = new ArrayList<>();
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        group.createTask(() -> {
          try {
            sleepLogging("task");
          } finally {
            refused.add(thrownBy(() -> group.createTask(() -> log.add("never"))));
            refused.add(thrownBy(() -> group.startUntilReady(ready -> log.add("never"))));
          }
        });
        group.createTask(() -> failAfter(SECOND, unchecked));
      })).isInstanceOf(ExceptionGroup.class).hasCause(unchecked);
      assertThat(refused).hasSize(2)
          .allSatisfy(error -> assertThat(error).isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageContaining("shutting down"));
      assertThat(log).containsExactly("task cancelled");
    });
  }

  /** The group waits, and one of its tasks makes another in its last moment. */
  @Test
  void createTask_inTheLastTaskOfAWaitingGroup_isAwaitedToo() {
    run(() -> {
      TaskGroup.run(group -> {
        group.createTask(() -> {
          Async.sleep(SECOND);
          group.createTask(() -> log.add(after(SECOND, "late")));
        });
      });
      assertThat(log).containsExactly("late");
    });
  }

  @Test
  void createTask_lastTaskDoneButTheBlockNotYetLeft_refused() {
    run(() -> {
      TaskGroup.run(group -> {
        Task<?> last = group.createTask(() -> Async.sleep(SECOND));
        last.addDoneCallback(done -> log.add(String.valueOf(thrownBy(() -> group.createTask(() -> log.add("never"))))));
      });
      letOthersRun();
      assertThat(log).singleElement().asString().contains("IllegalStateException", "has ended");
    });
  }

  @Test
  void createTask_eagerly_countsAsAnyOther() {
    run(() -> {
      TaskOptions eager = TaskOptions.DEFAULT.withEagerStart(true);
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.call(group -> {
        group.createTask(eager, () -> log.add("at once"));
        Task<String> failing = group.createTask(eager, () -> {
          throw checked;
        });
        assertThat(failing.isDone()).isTrue();
        log.add("the body goes on to its next wait");
        return sleepLogging("body");
      }));
      assertThat(failed.exceptions()).containsExactly(checked);
      assertThat(log).containsExactly("at once", "the body goes on to its next wait", "body cancelled");
    });
  }

  @Test
  void createTask_eagerlyInAGroupThatItCancels_isCancelledToo() {
    run(() -> {
      TaskGroup.run(group -> {
        group.createTask(TaskOptions.DEFAULT.withEagerStart(true), () -> {
          group.cancel();
          return sleepLogging("eager");
        });
      });
      assertThat(log).containsExactly("eager cancelled");
      assertThat(elapsed()).isZero();
    });
  }

  @Test
  void createTask_taskFactoryFails_isThrownAndTheGroupGoesOn() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      TaskGroup.run(group -> {
        loop.setTaskFactory(new io.asyncrunner.TaskFactory() {
          @Override
          public <T> Task<T> newTask(EventLoop of, TaskOptions options, io.asyncrunner.Coroutine<T, ?> coroutine) {
            throw unchecked;
          }
        });
        assertThatThrownBy(() -> group.createTask(() -> log.add("never"))).isSameAs(unchecked);
        assertThatThrownBy(() -> group.startUntilReady(ready -> log.add("never"))).isSameAs(unchecked);
        loop.setTaskFactory(null);
        group.createTask(() -> log.add("another"));
      });
      assertThat(log).containsExactly("another");
    });
  }

  // --- cancel() ---

  @Test
  void groupCancel_byATask_endsTheGroupWithoutAnException() {
    run(() -> {
      String result = TaskGroup.call((TaskGroup group) -> {
        group.createTask(() -> sleepLogging("a"));
        group.createTask(() -> {
          Async.sleep(SECOND);
          group.cancel();
          return sleepLogging("who cancelled"); // is one of those that are cancelled
        });
        return sleepLogging("body");
      });
      assertThat(result).isNull();
      assertThat(log).containsExactly("a cancelled", "body cancelled", "who cancelled cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void groupCancel_byTheBodyThatReturns_givesItsResult() {
    run(() -> {
      String result = TaskGroup.call(group -> {
        group.createTask(() -> sleepLogging("a"));
        letOthersRun();
        group.cancel();
        group.cancel(); // again: no effect
        return "done early";
      });
      assertThat(result).isEqualTo("done early");
      assertThat(log).containsExactly("a cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
      Async.sleep(SECOND); // and no request is left to be delivered
    });
  }

  @Test
  void groupCancel_byATaskOutsideAndByACallback_endsIt() {
    run(() -> {
      for (boolean callback : new boolean[] {false, true}) {
        TaskGroup.run(group -> {
          group.createTask(() -> sleepLogging("a"));
          if (callback) {
            EventLoop.running().callLater(SECOND, group::cancel);
          } else {
            Async.createTask(() -> {
              Async.sleep(SECOND);
              group.cancel();
            });
          }
        });
      }
      assertThat(log).containsExactly("a cancelled", "a cancelled");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    });
  }

  @Test
  void groupCancel_cleanUpFails_isThrown() {
    run(() -> {
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        group.createTask(() -> failWhenCancelled(checked));
        letOthersRun();
        group.cancel();
      })).isInstanceOf(ExceptionGroup.class).hasCause(checked);
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        group.cancel();
        failWhenCancelled(unchecked);
      })).isInstanceOf(ExceptionGroup.class).hasCause(unchecked);
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void groupCancel_andACancellationFromOutside_isACancellation() {
    run(() -> {
      int[] count = new int[1];
      Task<?> parent = Async.createTask(() -> {
        try {
          TaskGroup.run(group -> {
            group.createTask(() -> {
              try {
                sleepLogging("task");
              } finally {
                Async.sleep(Duration.ofSeconds(5));
              }
            });
            letOthersRun();
            group.cancel();
          });
        } finally {
          count[0] = Async.currentTask().cancelling();
        }
      });
      Async.sleep(SECOND);
      end(parent);
      assertThat(parent.isCancelled()).isTrue();
      assertThat(count[0]).isEqualTo(1);
    });
  }

  @Test
  void groupCancel_ofTheOuterInANestedBody_endsBoth() {
    run(() -> {
      String result = TaskGroup.call((TaskGroup outer) -> {
        TaskGroup.run(inner -> {
          inner.createTask(() -> sleepLogging("inner task"));
          letOthersRun();
          outer.cancel();
          sleepLogging("inner body");
        });
        return "never";
      });
      assertThat(result).isNull();
      assertThat(log).containsExactly("inner body cancelled", "inner task cancelled");
      assertThat(Async.currentTask().cancelling()).isZero();
    });
  }

  @Test
  void groupCancel_ofTheInnerOnly_letsTheOuterGoOn() {
    run(() -> {
      String result = TaskGroup.call(outer -> {
        Task<String> task = outer.createTask(() -> after(SECOND, "outer task"));
        TaskGroup.run(inner -> {
          inner.cancel();
          sleepLogging("inner body");
        });
        return task.await();
      });
      assertThat(result).isEqualTo("outer task");
      assertThat(log).containsExactly("inner body cancelled");
    });
  }

  @Test
  void groupCancel_ended_hasNoEffect() {
    run(() -> {
      TaskGroup[] left = new TaskGroup[1];
      TaskGroup.run((TaskGroup group) -> {
        left[0] = group;
      });
      left[0].cancel();
      assertThat(Async.currentTask().cancelling()).isZero();
      Async.sleep(SECOND);
      assertLoopWorks();
    });
  }

  // --- startUntilReady ---

  @Test
  void startUntilReady_reports_givesTheValueAndTheTaskIsTheGroups() {
    run(() -> {
      TaskGroup.run(group -> {
        String port = group.startUntilReady((Consumer<String> ready) -> {
          ready.accept(after(SECOND, "8080"));
          sleepLogging("server");
        });
        assertThat(port).isEqualTo("8080");
        assertThat(elapsed()).isEqualTo(SECOND);
        group.cancel();
      });
      assertThat(log).containsExactly("server cancelled");
    });
  }

  @Test
  void startUntilReady_failsBefore_throwsTheSameAndTheGroupGoesOn() {
    run(() -> {
      String result = TaskGroup.call(group -> {
        Task<String> other = group.createTask(() -> after(Duration.ofSeconds(5), "other"));
        assertThatThrownBy(() -> group.startUntilReady(ready -> failAfter(SECOND, checked))).isSameAs(checked);
        assertThatThrownBy(() -> group.startUntilReady(ready -> failAfter(SECOND, unchecked))).isSameAs(unchecked);
        return other.await();
      });
      assertThat(result).isEqualTo("other");
    });
  }

  @Test
  void startUntilReady_endsWithoutReporting_saysSo() {
    run(() -> {
      TaskGroup.run(group -> {
        assertThatIllegalStateException().isThrownBy(() -> group.startUntilReady(ready -> Async.sleep(SECOND)))
            .withMessageContaining("ended without reporting");
        group.createTask(() -> log.add("the group goes on"));
      });
      assertThat(log).hasSize(1);
    });
  }

  @Test
  void startUntilReady_failsAfterReporting_failsTheGroup() {
    run(() -> {
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.call(group -> {
        log.add(group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("ready");
          failAfter(SECOND, checked);
        }));
        return sleepLogging("body");
      }));
      assertThat(failed.exceptions()).containsExactly(checked);
      assertThat(log).containsExactly("ready", "body cancelled");
    });
  }

  /** The failure of a task of the group cancels the body where it waits, which is for the report. */
  @Test
  void startUntilReady_reportsAndFailsInOneStep_failsTheGroup() {
    run(() -> {
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.run(group -> {
        log.add(group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("ready");
          throw checked;
        }));
      }));
      assertThat(failed.exceptions()).containsExactly(checked);
      assertThat(log).isEmpty();
      assertLoopWorks();
    });
  }

  @Test
  void startUntilReady_reportsTwice_refusedInTheTask() {
    run(() -> {
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.run(group -> {
        log.add(group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("first");
          Async.sleep(SECOND);
          ready.accept("second");
        }));
      }));
      assertThat(failed.exceptions()).singleElement().isInstanceOf(InvalidStateException.class);
      assertThat(log).containsExactly("first");
      assertLoopWorks();
    });
  }

  @Test
  void startUntilReady_waitingTaskCancelled_cancelsTheNewOneAndAwaitsIt() {
    run(() -> {
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        Async.timeout(SECOND, () -> group.<String, RuntimeException>startUntilReady(ready -> {
          try {
            sleepLogging("server");
          } finally {
            log.add(after(SECOND, "cleaned up"));
          }
        }));
      })).isInstanceOf(ExceptionGroup.class).hasCauseInstanceOf(DeadlineExceededException.class);
      assertThat(log).containsExactly("server cancelled", "cleaned up");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    });
  }

  /** It is the group's by then, and so goes on. */
  @Test
  void startUntilReady_waitingTaskCancelledInTheTurnInWhichItReports_leavesItToTheGroup() {
    run(() -> {
      TaskGroup.run(group -> {
        Task<String>[] starter = newArray();
        starter[0] = group.createTask(() -> group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("ready");
          starter[0].cancel();
          log.add(after(SECOND, "goes on"));
        }));
        Async.awaitAll(List.of(starter[0]));
        assertThat(starter[0].isCancelled()).isTrue();
        assertThat(log).isEmpty();
      });
      assertThat(log).containsExactly("goes on");
    });
  }

  @Test
  void startUntilReady_theNewTaskIsCancelledBefore_isACancellation() {
    run(() -> {
      TaskGroup.run(group -> {
        List<Task<?>> before = Async.allTasks();
        EventLoop.running()
            .callLater(SECOND,
                () -> Async.allTasks().stream().filter(task -> !before.contains(task)).forEach(Task::cancel));
        assertThat(thrownBy(() -> group.startUntilReady(ready -> sleepLogging("server"))))
            .isInstanceOf(CancelledError.class);
        assertThat(Async.currentTask().cancelling()).isZero();
      });
      assertThat(log).containsExactly("server cancelled");
    });
  }

  @Test
  void startUntilReady_tasksStartEagerly_worksAsWell() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      loop.setTaskFactory(new io.asyncrunner.TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, TaskOptions options, io.asyncrunner.Coroutine<T, ?> coroutine) {
          return of.newTask(options.withEagerStart(true), coroutine);
        }
      });
      TaskGroup.run(group -> {
        log.add(group.startUntilReady((Consumer<String> ready) -> {
          ready.accept("ready at once");
          sleepLogging("server");
        }));
        group.cancel();
      });
      assertThat(log).containsExactly("ready at once", "server cancelled");
    });
  }

  /** Whoever starts it: what is started in a group does not outlive the group. */
  @Test
  void startUntilReady_byATaskOutsideWhileTheGroupEnds_isAwaitedByTheGroup() {
    run(() -> {
      Task<String>[] starter = newArray();
      TaskGroup.run(group -> {
        starter[0] = Async.createTask(() -> group.startUntilReady((Consumer<String> ready) -> {
          Async.sleep(Duration.ofSeconds(2));
          ready.accept("ready");
          log.add(after(SECOND, "ended"));
        }));
        Async.sleep(SECOND);
      });
      assertThat(log).containsExactly("ended");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(3));
      assertThat(starter[0].await()).isEqualTo("ready");
    });
  }

  @Test
  void startUntilReady_byATaskOutsideWhenTheGroupFails_isEndedWithIt() {
    run(() -> {
      Task<String>[] starter = newArray();
      ExceptionGroup failed = (ExceptionGroup) thrownBy(() -> TaskGroup.call((TaskGroup group) -> {
        starter[0] = Async.createTask(
            () -> group.<String, RuntimeException>startUntilReady(ready -> sleepLogging("server")));
        Async.sleep(SECOND);
        throw checked;
      }));
      assertThat(failed.exceptions()).containsExactly(checked);
      assertThat(log).containsExactly("server cancelled");
      Async.awaitAll(List.of(starter[0]));
      assertThat(elapsed()).isEqualTo(SECOND);
    });
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Task<String>[] newArray() {
    return new Task[1];
  }
}
