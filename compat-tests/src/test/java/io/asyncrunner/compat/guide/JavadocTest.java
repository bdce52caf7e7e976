package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fail;
import static io.asyncrunner.compat.guide.Sample.fetch;
import static io.asyncrunner.compat.guide.Sample.hang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Outcome;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of the Javadoc. */
class JavadocTest {
  // @start region=javadoc-context-var
  static final ContextVar<String> USER = ContextVar.withDefault("user", "nobody");
  // @end

  private final List<String> log = new ArrayList<>();

  private void show(Object shown) {
    log.add(shown.toString());
  }

  @Test
  void runner_runsCoroutines() {
    List<String> names = List.of("a", "b");
    // @start region=javadoc-runner
    try (Runner runner = Runner.create()) {
      show(runner.run(() -> fetch("index"))); // throws exactly what fetch throws
      show(runner.run(() -> Async.mapConcurrently(names, name -> fetch(name))));
    }
    // @end
    assertThat(log).containsExactly("INDEX", "[A, B]");
  }

  @ParameterizedTest
  @EnumSource
  void taskOptions_name_andStartEagerly(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-task-options
      TaskOptions options = TaskOptions.named("fetch-a").withEagerStart(true);
      Task<String> task = Async.createTask(options, () -> fetch("a")); // has begun to fetch
      // @end
      assertThat(task.await()).isEqualTo("A");
    });
  }

  @ParameterizedTest
  @EnumSource
  void gather_givesResultsInOrder(FiberKind kind) throws IOException {
    kind.run(() -> {
      // @start region=javadoc-gather
      List<String> pages = Async.gather(() -> fetch("a"), () -> fetch("b"));
      // @end
      assertThat(pages).containsExactly("A", "B");
    });
    kind.run(() -> {
      // @start region=javadoc-gather-collection
      List<Coroutine<String, IOException>> requests = List.of(() -> fetch("a"), () -> fetch("b"));
      List<String> pages = Async.gather(requests);
      // @end
      assertThat(pages).containsExactly("A", "B");
    });
  }

  @ParameterizedTest
  @EnumSource
  void gatherOutcomes_saysHowEachEnded(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-gather-outcomes
      for (Outcome<String> outcome : Async.gatherOutcomes(() -> fetch("a"), () -> fail("b"))) {
        if (outcome instanceof Outcome.Failure<String> failure) {
          show(failure.exception().getMessage());
        }
      }
      // @end
    });
    assertThat(log).containsExactly("b is down");
  }

  @ParameterizedTest
  @EnumSource
  void awaitAny_leavesThePendingOnes(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-await-any
      List<Task<String>> tasks = List.of(Async.createTask(() -> fetch("a")), Async.createTask(() -> hang()));
      Async.Waited<Task<String>> waited = Async.awaitAny(tasks);
      waited.done().forEach(task -> show(task.result()));
      waited.pending().forEach(Task::cancel); // nobody else does
      // @end
    });
    assertThat(log).containsExactly("A");
  }

  @ParameterizedTest
  @EnumSource
  void awaitAll_andFirstFailure_throwNothing(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-await-all
      List<Task<String>> tasks = List.of(Async.createTask(() -> fetch("a")), Async.createTask(() -> fail("b")));
      for (Task<String> task : Async.awaitAll(tasks).done()) {
        show(task.exception() == null ? task.result() : task.exception().getMessage());
      }
      // @end
      tasks.forEach(AsyncFuture::isDone);
    });
    assertThat(log).containsExactly("A", "b is down");
  }

  @ParameterizedTest
  @EnumSource
  void awaitFirstFailure_endsAtIt(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-await-first-failure
      List<Task<String>> tasks = List.of(Async.createTask(() -> hang()), Async.createTask(() -> fail("b")));
      Async.Waited<Task<String>> waited = Async.awaitFirstFailure(tasks);
      waited.done().forEach(task -> show(task.exception().getMessage()));
      waited.pending().forEach(Task::cancel);
      // @end
    });
    assertThat(log).containsExactly("b is down");
  }

  @ParameterizedTest
  @EnumSource
  void asCompleted_givesThemAsTheyEnd(FiberKind kind) {
    kind.run(() -> {
      List<Task<String>> tasks = List.of(Async.createTask(() -> fetch("a")), Async.createTask(() -> fetch("b")));
      // @start region=javadoc-as-completed
      for (Task<String> done : Async.asCompleted(tasks)) {
        show(done.result()); // done: does not wait
      }
      // @end
    });
    assertThat(log).containsExactlyInAnyOrder("A", "B");
  }

  @ParameterizedTest
  @EnumSource
  void waitForAndShield_limitTheWait(FiberKind kind) {
    kind.run(() -> {
      Task<String> task = Async.createTask(() -> hang());
      // @start region=javadoc-shield
      try {
        show(Async.waitFor(Duration.ofMillis(5), Async.shield(task)));
      } catch (DeadlineExceededException late) {
        show("the task goes on");
      }
      // @end
      // @start region=javadoc-wait-for
      try {
        show(Async.waitFor(Duration.ofMillis(5), task));
      } catch (DeadlineExceededException late) {
        show("the task has been cancelled");
      }
      // @end
    });
    assertThat(log).containsExactly("the task goes on", "the task has been cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void timeout_cancelsTheCode(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-timeout
      try {
        show(Async.timeout(Duration.ofMillis(5), () -> hang()));
      } catch (DeadlineExceededException late) {
        show("too late");
      }
      // @end
      // @start region=javadoc-reschedule
      String page = Timeout.call(Duration.ofSeconds(10), deadline -> {
        String head = fetch("head ");
        deadline.reschedule(Duration.ofSeconds(60)); // somebody is there: the rest may take longer
        return head + fetch("body");
      });
      // @end
      // @start region=javadoc-timeout-at
      long inTime = EventLoop.running().deadline(Duration.ofSeconds(10));
      String first = Async.timeoutAt(inTime, () -> fetch("a"));
      String second = Async.timeoutAt(inTime, () -> fetch("b")); // in what is left of the ten seconds
      // @end
      assertThat(page + first + second).isEqualTo("HEAD BODYAB");
    });
    assertThat(log).containsExactly("too late");
  }

  @ParameterizedTest
  @EnumSource
  void mapAndForEachConcurrently_keepToTheLimit(FiberKind kind) throws IOException {
    List<String> names = List.of("a", "b", "c");
    kind.run(() -> {
      // @start region=javadoc-map-concurrently
      List<String> pages = Async.mapConcurrently(names, 2, name -> fetch(name)); // two at once
      // @end
      assertThat(pages).containsExactly("A", "B", "C");
    });
  }

  @ParameterizedTest
  @EnumSource
  void race_givesTheFirst(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-race
      String page = Async.race(() -> hang(), () -> fail("mirror"), () -> fetch("a"));
      // @end
      // @start region=javadoc-race-staggered
      List<Coroutine<String, IOException>> addresses = List.of(() -> fail("::1"), () -> fetch("192.0.2.1"));
      Async.Staggered<String> connected = Async.raceStaggered(Duration.ofMillis(250), addresses);
      // @end
      assertThat(page + connected.winner()).isEqualTo("A192.0.2.1");
    });
  }

  /** Stands for code that can be cancelled in a way of its own. */
  private static final class Query {
    String execute() {
      return "rows";
    }

    void cancel() {}
  }

  @ParameterizedTest
  @EnumSource
  void toThreadAndBack(FiberKind kind) throws Exception {
    kind.run(() -> {
      // @start region=javadoc-thread-options
      AsyncSemaphore connections = new AsyncSemaphore(10);
      ThreadOptions options = ThreadOptions.DEFAULT.withLimiter(connections).withInterruptOnCancel(true);
      String row = Async.toThread(options, () -> Sample.fetchBlocking("row"));
      // @end
      // @start region=javadoc-to-thread
      String text = Async.toThread(() -> Sample.fetchBlocking("text")); // the loop goes on meanwhile
      // @end
      Path path = Files.createTempFile("five", null);
      Files.writeString(path, "bytes");
      // @start region=javadoc-open-on-thread
      try (InputStream file = Async.openOnThread(() -> Files.newInputStream(path))) {
        show(Async.toThread(() -> file.readAllBytes()).length);
      }
      // @end
      assertThat(log).containsExactly("5");
      // @start region=javadoc-on-undelivered
      ThreadOptions deleting = ThreadOptions.DEFAULT.withOnUndelivered(Path.class, Files::delete);
      Path scratch = Async.toThread(deleting, () -> Files.createTempFile("scratch", null));
      // @end
      Files.delete(scratch);
      Files.delete(path);
      Query query = new Query();
      // @start region=javadoc-cancellable
      String rows = Async.timeout(Duration.ofSeconds(5),
          () -> Async.cancellable(() -> Async.toThread(() -> query.execute()), () -> query.cancel()));
      // @end
      assertThat(rows).isEqualTo("rows");
      EventLoop loop = EventLoop.running();
      String page = Async.toThread(() -> {
        // @start region=javadoc-call-threadsafe
        CompletableFuture<String> result = Async.callThreadsafe(loop, () -> fetch("a"));
        return result.get(); // on another thread: holds up that one, not the loop
        // @end
      });
      assertThat(row + text + page).isEqualTo("ROWTEXTA");
    });
  }

  @ParameterizedTest
  @EnumSource
  void stages_bothWays(FiberKind kind) throws IOException {
    kind.run(() -> {
      // @start region=javadoc-await-stage
      CompletableFuture<String> stage = CompletableFuture.supplyAsync(() -> "answer");
      String answer = Async.await(stage);
      // @end
      // @start region=javadoc-await-stage-checked
      CompletableFuture<String> failing = CompletableFuture.failedFuture(new IOException("down"));
      try {
        show(Async.await(failing, IOException.class));
      } catch (IOException down) { // the exception of the stage itself
        show(down.getMessage());
      }
      // @end
      // @start region=javadoc-completable-async-future
      CompletableAsyncFuture<String> later = EventLoop.running().createFuture();
      EventLoop.running().callLater(Duration.ofMillis(1), () -> later.setResult("now"));
      show(later.await());
      // @end
      // @start region=javadoc-to-completable-future
      CompletableFuture<Integer> length = Async.createTask(() -> fetch("abc"))
          .toCompletableFuture()
          .thenApply(String::length);
      // @end
      assertThat(answer + Async.await(length)).isEqualTo("answer3");
    });
    assertThat(log).containsExactly("down", "now");
  }

  @ParameterizedTest
  @EnumSource
  void generator_givesValues(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-generator
      try (AsyncGenerator<String> pages = Async.generator(out -> {
        for (int number = 1; number <= 2; number++) {
          out.yield(fetch("page " + number));
        }
      })) {
        while (pages.hasNext()) {
          show(pages.next());
        }
      }
      // @end
    });
    assertThat(log).containsExactly("PAGE 1", "PAGE 2");
  }

  @ParameterizedTest
  @EnumSource
  void taskGroup_endsTogether(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-task-group
      String both = TaskGroup.call(group -> {
        Task<String> user = group.createTask(() -> fetch("user"));
        Task<String> order = group.createTask(() -> fetch("order"));
        return user.await() + " " + order.await();
      });
      // @end
      assertThat(both).isEqualTo("USER ORDER");
      // @start region=javadoc-group-cancel
      TaskGroup.run(group -> {
        for (String host : List.of("a", "b", "c")) {
          group.createTask(() -> {
            show(fetch(host));
            group.cancel(); // one answer is enough
          });
        }
      });
      // @end
      assertThat(log).isNotEmpty();
      // @start region=javadoc-start-until-ready
      TaskGroup.run(group -> {
        int port = group.startUntilReady(ready -> serve(ready)); // waits until serve reports its port
        show("connecting to " + port);
        group.cancel(); // ends the server
      });
      // @end
    });
    assertThat(log).endsWith("connecting to 8080");
  }

  private static void serve(Consumer<Integer> ready) {
    ready.accept(8080);
    hang();
  }

  @ParameterizedTest
  @EnumSource
  void exceptionGroup_isTakenApart(FiberKind kind) {
    assertThatThrownBy(() -> kind.run(() -> {
      // @start region=javadoc-exception-group
      try {
        TaskGroup.run(group -> {
          group.createTask(() -> fail("a"));
        });
      } catch (ExceptionGroup failed) {
        ExceptionGroup.Split split = failed.split(exception -> exception instanceof IOException);
        if (split.rest() != null) {
          throw split.rest(); // what is not for us to deal with
        }
        show(split.matching().exceptions().get(0).getMessage());
      }
      // @end
      throw new IllegalStateException("done");
    })).hasMessage("done");
    assertThat(log).containsExactly("a is down");
  }

  @ParameterizedTest
  @EnumSource
  void exceptionGroup_ofOneFailure_givesItAsItsType(FiberKind kind) {
    assertThatThrownBy(() -> kind.run(() -> {
      // @start region=javadoc-throw-single
      try {
        TaskGroup.run(group -> {
          group.createTask(() -> fail("a"));
        });
      } catch (ExceptionGroup failed) {
        failed.throwSingle(IOException.class);
        throw failed; // several, or something else
      }
      // @end
    })).isExactlyInstanceOf(IOException.class).hasMessage("a is down");
  }

  @Test
  void coroutine_thatIsInterrupted_isCancelled() {
    try (Runner runner = Runner.create()) {
      BlockingQueue<String> orders = new ArrayBlockingQueue<>(1);
      orders.add("tea");
      runner.run(() -> {
        // @start region=javadoc-coroutine
        String order = Async.timeout(Duration.ofSeconds(5), () -> orders.take());
        // @end
        show(order);
      });
    }
    assertThat(log).containsExactly("tea");
  }

  @ParameterizedTest
  @EnumSource
  void lockAndSemaphore_keepOthersOut(FiberKind kind) {
    int[] balance = {10};
    kind.run(() -> {
      // @start region=javadoc-lock
      AsyncLock lock = new AsyncLock();
      lock.with(() -> {
        int read = balance[0];
        Async.sleep(Duration.ofMillis(1)); // without the lock, another task could change the balance meanwhile
        balance[0] = read + 1;
      });
      // @end
      // @start region=javadoc-semaphore
      AsyncSemaphore places = new AsyncSemaphore(4);
      String page = places.with(() -> fetch("a")); // at most four at once
      // @end
      // @start region=javadoc-bounded-semaphore
      BoundedAsyncSemaphore bounded = new BoundedAsyncSemaphore(4);
      bounded.acquire();
      bounded.release(); // once more would be refused
      // @end
      assertThat(page).isEqualTo("A");
      assertThatIllegalStateException().isThrownBy(bounded::release);
    });
    assertThat(balance[0]).isEqualTo(11);
  }

  @ParameterizedTest
  @EnumSource
  void eventConditionAndBarrier_letWait(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-event
      AsyncEvent started = new AsyncEvent();
      Task<?> waiter = Async.createTask(() -> {
        started.await();
        show("on my way");
      });
      started.set();
      // @end
      waiter.await();
      ArrayDeque<String> items = new ArrayDeque<>();
      // @start region=javadoc-condition
      AsyncCondition changed = new AsyncCondition();
      Task<String> taker = Async.createTask(() -> changed.with(() -> {
        changed.awaitUntil(() -> !items.isEmpty());
        return items.remove();
      }));
      changed.with(() -> {
        items.add("item");
        changed.signal();
      });
      // @end
      show(taker.await());
      // @start region=javadoc-barrier
      AsyncBarrier barrier = new AsyncBarrier(2);
      Task<?> player = Async.createTask(barrier::await);
      barrier.await(); // goes on when the other has come
      // @end
      player.await();
    });
    assertThat(log).containsExactly("on my way", "item");
  }

  @ParameterizedTest
  @EnumSource
  void queues_giveTheirItems(FiberKind kind) {
    kind.run(() -> {
      // @start region=javadoc-queue
      AsyncQueue<String> queue = new AsyncQueue<>(100);
      Task<?> consumer = Async.createTask(() -> {
        for (String name : queue) { // waits while it is empty, and ends when it is shut down
          show(fetch(name));
          queue.taskDone();
        }
      });
      queue.put("a"); // waits while it is full
      queue.join(); // waits until each item that was put has been reported done
      queue.shutdown(); // no more items: the consumer's loop ends
      // @end
      consumer.await();
      // @start region=javadoc-priority-queue
      AsyncPriorityQueue<String> urgent = AsyncPriorityQueue.natural();
      urgent.put("b");
      urgent.put("a");
      show(urgent.get()); // a
      // @end
      // @start region=javadoc-lifo-queue
      AsyncLifoQueue<String> stack = new AsyncLifoQueue<>();
      stack.put("a");
      stack.put("b");
      show(stack.get()); // b
      // @end
    });
    assertThat(log).containsExactly("A", "a", "b");
  }

  @ParameterizedTest
  @EnumSource
  void contextVar_hasItsDefault(FiberKind kind) {
    kind.run(() -> assertThat(USER.get()).isEqualTo("nobody"));
  }
}
