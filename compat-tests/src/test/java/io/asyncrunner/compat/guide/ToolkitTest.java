package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fail;
import static io.asyncrunner.compat.guide.Sample.fetch;
import static io.asyncrunner.compat.guide.Sample.hang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import io.asyncrunner.sync.QueueShutDownException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of {@code docs/guide/toolkit.md}. */
class ToolkitTest {
  private final List<String> log = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void createTask_withName_runsBesideItsCreator(FiberKind kind) {
    kind.run(() -> {
      // @start region=create-task
      Task<String> task = Async.createTask(TaskOptions.named("fetch-a"), () -> fetch("a"));
      log.add("made " + task.name());
      log.add(task.await());
      // @end
    });
    assertThat(log).containsExactly("made fetch-a", "A");
  }

  @ParameterizedTest
  @EnumSource
  void createTask_eager_runsToItsFirstSuspension(FiberKind kind) {
    kind.run(() -> {
      // @start region=eager
      TaskOptions eager = TaskOptions.DEFAULT.withEagerStart(true);
      Task<String> task = Async.createTask(eager, () -> {
        log.add("begun");
        return fetch("a");
      });
      log.add("made");
      // @end
      assertThat(task.await()).isEqualTo("A");
    });
    assertThat(log).containsExactly("begun", "made");
  }

  @ParameterizedTest
  @EnumSource
  void cancel_waitingTask_runsItsCleanUp(FiberKind kind) {
    kind.run(() -> {
      // @start region=cancel
      Task<String> task = Async.createTask(() -> {
        try {
          return hang();
        } finally {
          log.add(fetch("clean-up")); // clean-up may wait: each cancellation is delivered once
        }
      });
      Async.sleep(Duration.ZERO); // let it begin
      task.cancel("no longer needed");
      Async.awaitAll(List.of(task));
      // @end
      assertThat(task.isCancelled()).isTrue();
    });
    assertThat(log).containsExactly("CLEAN-UP");
  }

  @ParameterizedTest
  @EnumSource
  void cancelledError_saysWhoWhyAndWhen(FiberKind kind) {
    kind.run(() -> {
      // @start region=cancelled-error
      Task<String> task = Async.createTask(() -> hang());
      Async.sleep(Duration.ZERO);
      task.cancel("no longer needed");
      try {
        log.add(task.await());
      } catch (CancelledError cancelled) {
        log.add(cancelled.getMessage()); // no longer needed (cancelled by Task-1 at 12.5 s)
      }
      // @end
    });
    assertThat(log).singleElement().asString().matches("no longer needed \\(cancelled by Task-1 at [0-9.]+ s\\)");
  }

  @ParameterizedTest
  @EnumSource
  void gather_ofCoroutines_givesResultsInOrder(FiberKind kind) {
    kind.run(() -> {
      // @start region=gather
      List<String> pages = Async.gather(() -> fetch("a"), () -> fetch("b"));
      // @end
      assertThat(pages).containsExactly("A", "B");
    });
  }

  @ParameterizedTest
  @EnumSource
  void gather_whenOneFails_throwsTheSameExceptionAndLetsTheOthersGoOn(FiberKind kind) {
    kind.run(() -> {
      AsyncEvent gate = new AsyncEvent();
      Task<String> other = Async.createTask(() -> {
        gate.await();
        return "other";
      });
      assertThatThrownBy(() -> Async.gather(() -> fail("a"), other::await)).isInstanceOf(IOException.class);
      assertThat(other.isDone()).isFalse();
      gate.set();
      assertThat(other.await()).isEqualTo("other");
    });
  }

  @ParameterizedTest
  @EnumSource
  void gatherOutcomes_givesHowEachEnded(FiberKind kind) {
    kind.run(() -> {
      // @start region=gather-outcomes
      List<Task<String>> tasks = List.of(
          Async.createTask(() -> fetch("a")),
          Async.createTask(() -> fail("b")));
      for (Outcome<String> outcome : Async.gatherOutcomes(tasks)) {
        log.add(switch (outcome) {
          case Outcome.Success<String>(String page) -> page;
          case Outcome.Failure<String>(Throwable exception) -> exception.getMessage();
          case Outcome.Cancelled<String>(CancelledError error) -> "cancelled";
        });
      }
      // @end
    });
    assertThat(log).containsExactly("A", "b is down");
  }

  @ParameterizedTest
  @EnumSource
  void awaitAny_givesWhatIsDone(FiberKind kind) {
    kind.run(() -> {
      // @start region=await-any
      Task<String> quick = Async.createTask(() -> fetch("a"));
      Task<String> slow = Async.createTask(() -> hang());
      Async.Waited<Task<String>> waited = Async.awaitAny(List.of(slow, quick));
      for (Task<String> task : waited.done()) {
        log.add(task.result());
      }
      waited.pending().forEach(Task::cancel); // nobody else does
      // @end
      assertThat(waited.pending()).containsExactly(slow);
    });
    assertThat(log).containsExactly("A");
  }

  @ParameterizedTest
  @EnumSource
  void awaitAll_withTimeout_leavesThePendingAlone(FiberKind kind) {
    kind.run(() -> {
      // @start region=await-all
      List<Task<String>> tasks = List.of(Async.createTask(() -> fetch("a")), Async.createTask(() -> hang()));
      Async.Waited<Task<String>> waited = Async.awaitAll(Duration.ofMillis(100), tasks);
      // @end
      assertThat(waited.done()).containsExactly(tasks.get(0));
      assertThat(waited.pending()).containsExactly(tasks.get(1));
      assertThat(tasks.get(1).isDone()).isFalse();
    });
  }

  @ParameterizedTest
  @EnumSource
  void awaitFirstFailure_endsAtAFailure(FiberKind kind) {
    kind.run(() -> {
      // @start region=await-first-failure
      List<Task<String>> tasks = List.of(Async.createTask(() -> hang()), Async.createTask(() -> fail("b")));
      for (Task<String> task : Async.awaitFirstFailure(tasks).done()) {
        if (task.exception() instanceof IOException failure) {
          log.add(failure.getMessage());
        }
      }
      // @end
    });
    assertThat(log).containsExactly("b is down");
  }

  @ParameterizedTest
  @EnumSource
  void asCompleted_givesFuturesAsTheyEnd(FiberKind kind) {
    kind.run(() -> {
      // @start region=as-completed
      AsyncEvent gate = new AsyncEvent();
      Task<String> late = Async.createTask(() -> {
        gate.await();
        return "late";
      });
      Task<String> early = Async.createTask(() -> fetch("early"));
      for (Task<String> done : Async.asCompleted(List.of(late, early))) {
        log.add(done.result()); // done: does not wait
        gate.set();
      }
      // @end
    });
    assertThat(log).containsExactly("EARLY", "late");
  }

  @ParameterizedTest
  @EnumSource
  void shield_keepsTheCancellationOfTheWaiterFromTheTask(FiberKind kind) {
    kind.run(() -> {
      // @start region=shield
      AsyncEvent diskIsBack = new AsyncEvent();
      Task<String> saving = Async.createTask(() -> {
        diskIsBack.await();
        return "saved";
      });
      try {
        log.add(Async.timeout(Duration.ofMillis(5), () -> Async.shield(saving).await()));
      } catch (DeadlineExceededException late) {
        log.add("saving goes on");
      }
      diskIsBack.set();
      log.add(saving.await());
      // @end
    });
    assertThat(log).containsExactly("saving goes on", "saved");
  }

  @ParameterizedTest
  @EnumSource
  void timeout_whenItPasses_throwsDeadlineExceeded(FiberKind kind) {
    kind.run(() -> {
      // @start region=timeout
      try {
        log.add(Async.timeout(Duration.ofMillis(5), () -> hang()));
      } catch (DeadlineExceededException late) {
        log.add("too late");
      }
      // @end
    });
    assertThat(log).containsExactly("too late");
  }

  @ParameterizedTest
  @EnumSource
  void timeout_rescheduled_countsFromTheRescheduling(FiberKind kind) {
    kind.run(() -> {
      // @start region=reschedule
      String page = Timeout.call(Duration.ofSeconds(10), deadline -> {
        String head = fetch("head ");
        deadline.reschedule(Duration.ofSeconds(60)); // somebody is there: the rest may take longer
        return head + fetch("body");
      });
      // @end
      assertThat(page).isEqualTo("HEAD BODY");
    });
  }

  @ParameterizedTest
  @EnumSource
  void waitFor_aTask_cancelsItWhenTheTimePasses(FiberKind kind) {
    kind.run(() -> {
      // @start region=wait-for
      Task<String> task = Async.createTask(() -> hang());
      try {
        log.add(Async.waitFor(Duration.ofMillis(5), task));
      } catch (DeadlineExceededException late) {
        log.add("cancelled: " + task.isCancelled());
      }
      // @end
    });
    assertThat(log).containsExactly("cancelled: true");
  }

  @ParameterizedTest
  @EnumSource
  void taskGroup_returnsWhatItsBodyReturns(FiberKind kind) {
    kind.run(() -> {
      // @start region=task-group
      String both = TaskGroup.call(group -> {
        Task<String> user = group.createTask(() -> fetch("user"));
        Task<String> order = group.createTask(() -> fetch("order"));
        return user.await() + " " + order.await();
      });
      // @end
      assertThat(both).isEqualTo("USER ORDER");
    });
  }

  @ParameterizedTest
  @EnumSource
  void taskGroup_whenATaskFails_cancelsTheOthers(FiberKind kind) {
    kind.run(() -> {
      // @start region=task-group-fails
      try {
        TaskGroup.run(group -> {
          group.createTask(() -> hang()); // is cancelled
          group.createTask(() -> fail("b"));
        });
      } catch (ExceptionGroup failed) {
        failed.exceptions().forEach(exception -> log.add(exception.getMessage()));
      }
      // @end
    });
    assertThat(log).containsExactly("b is down");
  }

  @ParameterizedTest
  @EnumSource
  void taskGroup_ofAnExpression_needsATypedParameter(FiberKind kind) {
    kind.run(() -> {
      // @start region=task-group-expression
      String page = TaskGroup.call(group -> group.createTask(() -> fetch("a")).await());
      // @end
      assertThat(page).isEqualTo("A");
    });
  }

  @ParameterizedTest
  @EnumSource
  void taskGroup_cancel_endsItWithoutAnException(FiberKind kind) {
    kind.run(() -> {
      // @start region=task-group-cancel
      TaskGroup.run(group -> {
        for (String host : List.of("a", "b", "c")) {
          group.createTask(() -> {
            log.add(fetch(host));
            group.cancel(); // one answer is enough
          });
        }
      });
      // @end
    });
    assertThat(log).containsExactly("A");
  }

  @ParameterizedTest
  @EnumSource
  void startUntilReady_givesWhatTheTaskReports(FiberKind kind) {
    kind.run(() -> {
      // @start region=start-until-ready
      TaskGroup.run(group -> {
        int port = group.startUntilReady(ready -> serve(ready)); // waits until it listens
        log.add("connecting to " + port);
        group.cancel(); // ends the server
      });
      // @end
    });
    assertThat(log).containsExactly("connecting to 8080", "server ends");
  }

  // @start region=serve
  void serve(Consumer<Integer> ready) {
    Async.sleep(Duration.ofMillis(1)); // binding the port
    ready.accept(8080);
    try {
      Async.sleep(Duration.ofHours(1)); // serving
    } finally {
      log.add("server ends");
    }
  }
  // @end

  @ParameterizedTest
  @EnumSource
  void race_givesTheFirstSuccess(FiberKind kind) {
    kind.run(() -> {
      // @start region=race
      String page = Async.race(() -> hang(), () -> fail("mirror"), () -> fetch("a"));
      // @end
      assertThat(page).isEqualTo("A");
    });
  }

  @ParameterizedTest
  @EnumSource
  void race_whenAllFail_throwsAllOfIt(FiberKind kind) {
    kind.run(() -> assertThatThrownBy(() -> Async.race(() -> fail("a"), () -> fail("b")))
        .isInstanceOfSatisfying(ExceptionGroup.class, group -> assertThat(group.exceptions()).hasSize(2)));
  }

  @ParameterizedTest
  @EnumSource
  void raceStaggered_startsTheNextWhenOneFails(FiberKind kind) {
    kind.run(() -> {
      // @start region=race-staggered
      List<Coroutine<String, IOException>> addresses = List.of(() -> fail("::1"), () -> fetch("192.0.2.1"));
      Async.Staggered<String> connected = Async.raceStaggered(Duration.ofMillis(250), addresses);
      log.add(connected.winnerIndex() + ": " + connected.winner());
      // @end
      assertThat(connected.exceptions().get(0)).hasMessage("::1 is down");
    });
    assertThat(log).containsExactly("1: 192.0.2.1");
  }

  @ParameterizedTest
  @EnumSource
  void mapConcurrently_withALimit_keepsToIt(FiberKind kind) {
    kind.run(() -> {
      int[] running = {0, 0};
      // @start region=map-concurrently
      List<String> pages = Async.mapConcurrently(List.of("a", "b", "c", "d"), 2, name -> {
        running[1] = Math.max(running[1], ++running[0]);
        String page = fetch(name);
        running[0]--;
        return page;
      });
      // @end
      assertThat(pages).containsExactly("A", "B", "C", "D");
      assertThat(running).containsExactly(0, 2);
    });
  }

  @ParameterizedTest
  @EnumSource
  void mapConcurrently_whenOneFails_cancelsTheOthersAndThrowsTheSameException(FiberKind kind) {
    kind.run(() -> {
      List<Task<?>> before = Async.allTasks();
      assertThatThrownBy(() -> Async.mapConcurrently(List.of("a", "b"), name -> name.equals("a") ? hang() : fail(name)))
          .isInstanceOf(IOException.class);
      assertThat(Async.allTasks()).isEqualTo(before);
    });
  }

  @ParameterizedTest
  @EnumSource
  void toThread_runsBlockingCodeElsewhere(FiberKind kind, @TempDir Path folder) throws IOException {
    Path path = Files.writeString(folder.resolve("note"), "text");
    kind.run(() -> {
      // @start region=to-thread
      String text = Async.toThread(() -> Files.readString(path));
      // @end
      assertThat(text).isEqualTo("text");
    });
  }

  @ParameterizedTest
  @EnumSource
  void toThread_withOptions_limitsAndInterrupts(FiberKind kind) throws Exception {
    kind.run(() -> {
      CompletableFuture<String> reply = new CompletableFuture<>();
      // @start region=to-thread-options
      AsyncSemaphore connections = new AsyncSemaphore(10);
      ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(connections).withInterruptOnCancel(true);
      try {
        Async.timeout(Duration.ofMillis(5), () -> Async.toThread(options, () -> reply.get()));
      } catch (DeadlineExceededException late) {
        log.add("interrupted, and the thread is free again");
      }
      // @end
    });
    assertThat(log).hasSize(1);
  }

  /** Stands for a connection of a database. */
  private static final class Connection implements AutoCloseable {
    private boolean closed;

    String query(String text) {
      return closed ? "closed" : text;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Stands for a pool of them. */
  private static final class Pool {
    private final Connection connection = new Connection();

    Connection getConnection() {
      return connection;
    }
  }

  @ParameterizedTest
  @EnumSource
  void openOnThread_givesWhatIsToBeClosed(FiberKind kind) {
    Pool pool = new Pool();
    kind.run(() -> {
      // @start region=open-on-thread
      try (Connection connection = Async.openOnThread(() -> pool.getConnection())) {
        log.add(Async.toThread(() -> connection.query("row")));
      }
      // @end
    });
    assertThat(log).containsExactly("row");
    assertThat(pool.connection.closed).isTrue();
  }

  // @start region=cancellable
  static String firstRow(Statement statement, String sql) throws SQLException {
    return Async.cancellable(() -> Async.toThread(() -> {
      try (ResultSet rows = statement.executeQuery(sql)) {
        return rows.next() ? rows.getString(1) : "none";
      }
    }), () -> statement.cancel());
  }
  // @end

  /** A driver whose statements wait until they are cancelled, or, if told so, give no rows. */
  private static Statement statement(boolean waits, List<String> calls) {
    CountDownLatch cancelled = new CountDownLatch(1);
    InvocationHandler driver = (proxy, method, arguments) -> {
      calls.add(method.getName());
      switch (method.getName()) {
        case "executeQuery" -> {
          if (waits) {
            cancelled.await();
            throw new SQLException("canceling statement due to user request", "57014");
          }
          return proxy(ResultSet.class, (rows, ofRows, none) -> ofRows.getReturnType() == boolean.class ? false : null);
        }
        case "cancel" -> cancelled.countDown();
        default -> throw new UnsupportedOperationException(method.getName());
      }
      return null;
    };
    return proxy(Statement.class, driver);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @ParameterizedTest
  @EnumSource
  void cancellable_statementOfJdbc_isCancelledByItsOwnMeans(FiberKind kind) throws SQLException {
    List<String> calls = Collections.synchronizedList(new ArrayList<>());
    kind.run(() -> {
      assertThat(firstRow(statement(false, calls), "select")).isEqualTo("none");
      assertThat(calls).containsExactly("executeQuery");
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(5), () -> firstRow(statement(true, calls), "select")))
          .isInstanceOf(DeadlineExceededException.class);
    });
    assertThat(calls).containsExactlyInAnyOrder("executeQuery", "executeQuery", "cancel"); // the thread may be late
  }

  @ParameterizedTest
  @EnumSource
  void callThreadsafe_fromAnotherThread_givesACompletableFuture(FiberKind kind) throws Exception {
    kind.run(() -> {
      // @start region=call-threadsafe
      EventLoop loop = EventLoop.running();
      String page = Async.toThread(() -> {
        CompletableFuture<String> result = Async.callThreadsafe(loop, () -> fetch("a"));
        return result.get(); // holds up this thread, not the loop
      });
      // @end
      assertThat(page).isEqualTo("A");
    });
  }

  @ParameterizedTest
  @EnumSource
  void generator_givesValuesWhenAskedFor(FiberKind kind) {
    kind.run(() -> {
      // @start region=generator
      try (AsyncGenerator<String> pages = Async.generator(out -> {
        for (int number = 1;; number++) {
          out.yield(fetch("page " + number));
        }
      })) {
        while (pages.hasNext() && log.size() < 2) {
          log.add(pages.next());
        }
      }
      // @end
    });
    assertThat(log).containsExactly("PAGE 1", "PAGE 2");
  }

  @ParameterizedTest
  @EnumSource
  void await_aStage_givesItsResult(FiberKind kind) {
    kind.run(() -> {
      // @start region=await-stage
      CompletableFuture<String> stage = CompletableFuture.supplyAsync(() -> "answer");
      String answer = Async.await(stage);
      // @end
      assertThat(answer).isEqualTo("answer");
    });
  }

  @ParameterizedTest
  @EnumSource
  void await_aStage_whenCancelled_cancelsIt(FiberKind kind) {
    kind.run(() -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(1), () -> Async.await(stage)))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(stage).isCancelled();
    });
  }

  @ParameterizedTest
  @EnumSource
  void toCompletableFuture_endsAsTheTaskDoes(FiberKind kind) {
    kind.run(() -> {
      // @start region=to-completable-future
      Task<String> task = Async.createTask(() -> fetch("abc"));
      CompletableFuture<Integer> length = task.toCompletableFuture().thenApply(String::length);
      // @end
      assertThat(Async.await(length)).isEqualTo(3);
    });
  }

  @ParameterizedTest
  @EnumSource
  void toCompletableFuture_ofACancelledTask_isCancelled(FiberKind kind) {
    kind.run(() -> {
      Task<String> task = Async.createTask(() -> hang());
      CompletableFuture<String> future = task.toCompletableFuture();
      task.cancel();
      Async.awaitAll(List.of(task));
      assertThatThrownBy(() -> Async.await(future)).isInstanceOf(CancellationException.class);
    });
  }

  @ParameterizedTest
  @EnumSource
  void contextVar_setInATask_isItsOwn(FiberKind kind) {
    kind.run(() -> {
      // @start region=context
      ContextVar<String> user = ContextVar.withDefault("user", "nobody");
      user.set("ada");
      Task<String> task = Async.createTask(() -> {
        String inherited = user.get();
        user.set("bob"); // in this task's copy
        return inherited;
      });
      log.add(task.await() + ", still " + user.get());
      // @end
    });
    assertThat(log).containsExactly("ada, still ada");
  }

  @ParameterizedTest
  @EnumSource
  void lock_keepsOthersOutWhileItsHolderWaits(FiberKind kind) {
    kind.run(() -> {
      // @start region=lock
      int[] balance = {10};
      AsyncLock lock = new AsyncLock();
      VoidCoroutine<RuntimeException> deposit = () -> lock.with(() -> {
        int read = balance[0];
        Async.sleep(Duration.ofMillis(1)); // without the lock, the other deposit would be lost
        balance[0] = read + 1;
      });
      TaskGroup.run(group -> {
        group.createTask(deposit);
        group.createTask(deposit);
      });
      // @end
      assertThat(balance[0]).isEqualTo(12);
    });
  }

  @ParameterizedTest
  @EnumSource
  void event_letsAllGoOn(FiberKind kind) {
    kind.run(() -> {
      // @start region=event
      AsyncEvent started = new AsyncEvent();
      Task<String> waiter = Async.createTask(() -> {
        started.await();
        return "on my way";
      });
      started.set();
      log.add(waiter.await());
      // @end
    });
    assertThat(log).containsExactly("on my way");
  }

  @ParameterizedTest
  @EnumSource
  void condition_waitsForAChange(FiberKind kind) {
    kind.run(() -> {
      // @start region=condition
      ArrayDeque<String> items = new ArrayDeque<>();
      AsyncCondition changed = new AsyncCondition();
      Task<String> taker = Async.createTask(() -> changed.with(() -> {
        changed.awaitUntil(() -> !items.isEmpty());
        return items.remove();
      }));
      changed.with(() -> {
        items.add("item");
        changed.signal();
      });
      log.add(taker.await());
      // @end
    });
    assertThat(log).containsExactly("item");
  }

  @ParameterizedTest
  @EnumSource
  void semaphore_limitsHowManyRunAtOnce(FiberKind kind) {
    kind.run(() -> {
      // @start region=semaphore
      AsyncSemaphore places = new AsyncSemaphore(2);
      Coroutine<String, RuntimeException> limited = () -> places.with(() -> fetch("a"));
      List<String> pages = Async.gather(limited, limited, limited);
      // @end
      assertThat(pages).containsExactly("A", "A", "A");
    });
  }

  @ParameterizedTest
  @EnumSource
  void boundedSemaphore_refusesAReleaseTooMany(FiberKind kind) {
    kind.run(() -> {
      // @start region=bounded-semaphore
      BoundedAsyncSemaphore places = new BoundedAsyncSemaphore(2);
      assertThatThrownBy(() -> places.release()).isInstanceOf(IllegalStateException.class);
      // @end
    });
  }

  @ParameterizedTest
  @EnumSource
  void barrier_letsAllGoOnTogether(FiberKind kind) {
    kind.run(() -> {
      // @start region=barrier
      AsyncBarrier barrier = new AsyncBarrier(2);
      VoidCoroutine<RuntimeException> player = () -> {
        log.add("ready");
        barrier.await();
        log.add("go");
      };
      TaskGroup.run(group -> {
        group.createTask(player);
        group.createTask(player);
      });
      // @end
    });
    assertThat(log).containsExactly("ready", "ready", "go", "go");
  }

  @ParameterizedTest
  @EnumSource
  void queue_shutDown_endsItsConsumer(FiberKind kind) {
    kind.run(() -> {
      // @start region=queue
      AsyncQueue<String> queue = new AsyncQueue<>(1);
      TaskGroup.run(group -> {
        group.createTask(() -> {
          for (String name : List.of("a", "b", "c")) {
            queue.put(name); // waits while there is no room
          }
          queue.shutdown();
        });
        try {
          for (;;) {
            log.add(fetch(queue.get()));
          }
        } catch (QueueShutDownException drained) {
          log.add("no more");
        }
      });
      // @end
    });
    assertThat(log).containsExactly("A", "B", "C", "no more");
  }

  @ParameterizedTest
  @EnumSource
  void queue_join_waitsUntilAllIsDone(FiberKind kind) {
    kind.run(() -> {
      // @start region=queue-join
      AsyncQueue<String> queue = new AsyncQueue<>();
      Task<?> worker = Async.createTask(() -> {
        for (;;) {
          String name = queue.get();
          log.add(fetch(name));
          queue.taskDone();
        }
      });
      queue.put("a");
      queue.put("b");
      queue.join(); // until both are done
      worker.cancel();
      // @end
    });
    assertThat(log).containsExactly("A", "B");
  }

  @ParameterizedTest
  @EnumSource
  void priorityQueue_givesTheLeast(FiberKind kind) {
    kind.run(() -> {
      // @start region=priority-queue
      AsyncPriorityQueue<String> queue = AsyncPriorityQueue.natural();
      queue.put("b");
      queue.put("a");
      log.add(queue.get());
      // @end
    });
    assertThat(log).containsExactly("a");
  }
}
