package io.asyncrunner.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import io.asyncrunner.test.RunnerTest;
import io.asyncrunner.test.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The twins of {@link PlantedBugs}, without the bugs. */
class RepairedBugsTest {
  // @start region=helpers
  /** Stands for a line in a log, a lookup, anything that lets other tasks run. */
  static void log(String line) {
    Async.sleep(Duration.ZERO);
  }

  static void inParallel(VoidCoroutine<?> one, VoidCoroutine<?> other) {
    TaskGroup.run(group -> {
      group.createTask(TaskOptions.named("one"), one);
      group.createTask(TaskOptions.named("other"), other);
    });
  }
  // @end

  private int balance;

  // @start region=lostUpdate
  @RunnerTest
  @Seeds(1000)
  void lostUpdate() {
    inParallel(() -> deposit(10), () -> {
      log("other deposits, too");
      deposit(20);
    });
    assertThat(balance).isEqualTo(30);
  }

  private void deposit(int amount) {
    log("deposit " + amount);
    balance += amount; // nothing runs between the reading and the writing
  }
  // @end

  // @start region=lockOrder
  @RunnerTest
  @Seeds(1000)
  void lockOrder() {
    AsyncLock from = new AsyncLock();
    AsyncLock to = new AsyncLock();
    inParallel(() -> transfer(from, to), () -> {
      log("the other way round");
      transfer(from, to); // the same order everywhere
    });
  }

  private void transfer(AsyncLock first, AsyncLock second) {
    first.with(() -> {
      log("got the first");
      second.with(() -> {});
    });
  }
  // @end

  // @start region=checkThenAct
  @RunnerTest
  @Seeds(1000)
  void checkThenAct() {
    AsyncQueue<String> queue = new AsyncQueue<>();
    queue.putNoWait("the only item");
    inParallel(() -> takeIfThere(queue), () -> {
      log("other looks, too");
      takeIfThere(queue);
    });
  }

  private void takeIfThere(AsyncQueue<String> queue) {
    if (!queue.isEmpty()) {
      queue.getNoWait(); // in the same step as the look
      log("found something");
    }
  }
  // @end

  private boolean done;

  // @start region=missedSignal
  @RunnerTest
  @Seeds(1000)
  void missedSignal() {
    AsyncCondition changed = new AsyncCondition();
    inParallel(() -> {
      log("waiting");
      changed.with(() -> changed.awaitUntil(() -> done)); // looks while it holds the lock
    }, () -> {
      log("working");
      log("still working");
      changed.with(() -> {
        done = true;
        changed.signalAll();
      });
    });
  }
  // @end

  private boolean closed;

  // @start region=doubleRelease
  @RunnerTest
  @Seeds(1000)
  void doubleRelease() {
    BoundedAsyncSemaphore permits = new BoundedAsyncSemaphore(1);
    permits.acquire();
    inParallel(() -> {
      log("working");
      close(permits);
    }, () -> {
      log("a supervisor");
      log("that loses its patience");
      log("after a while");
      close(permits);
    });
  }

  private void close(BoundedAsyncSemaphore permits) {
    if (!closed) {
      closed = true; // before anybody else can look
      log("closing");
      permits.release();
    }
  }
  // @end

  private String stored = "old";
  private String cached = "";
  private int version;

  // @start region=staleCacheRefresh
  @RunnerTest
  @Seeds(1000)
  void staleCacheRefresh() {
    inParallel(() -> {
      int before = version;
      String loaded = stored;
      log("loaded");
      if (version == before) { // else it is stale
        cached = loaded;
      }
    }, () -> {
      log("connecting");
      version++;
      stored = "new";
      cached = "new";
    });
    assertThat(cached).isEqualTo(stored);
  }
  // @end

  private String connection;
  private int opened;
  private final AsyncLock guard = new AsyncLock();

  // @start region=lazyInitialisation
  @RunnerTest
  @Seeds(1000)
  void lazyInitialisation() {
    inParallel(this::connection, () -> {
      log("needs it, too");
      connection();
    });
    assertThat(opened).isEqualTo(1);
  }

  private String connection() {
    return guard.with(() -> {
      if (connection == null) {
        log("connecting");
        opened++;
        connection = "connection " + opened;
      }
      return connection;
    });
  }
  // @end

  // @start region=cancelBetweenAcquireAndTry
  @RunnerTest
  @Seeds(1000)
  void cancelBetweenAcquireAndTry() {
    AsyncLock lock = new AsyncLock();
    Task<?> worker = Async.createTask(TaskOptions.named("worker"), () -> {
      lock.acquire();
      try { // at once
        log("acquired");
        log("working");
      } finally {
        lock.release();
      }
    });
    log("waiting");
    log("a moment");
    worker.cancel();
    Async.gatherOutcomes(worker);
    lock.with(() -> {});
  }
  // @end

  private final List<String> errors = new ArrayList<>();

  // @start region=childOutlivesItsData
  @RunnerTest
  @Seeds(1000)
  void childOutlivesItsData() {
    List<String> buffer = new ArrayList<>(List.of("data"));
    Task<?> child = Async.createTask(TaskOptions.named("child"), () -> {
      log("child starts");
      if (buffer.isEmpty()) {
        errors.add("the buffer was gone");
      }
    });
    log("parent works");
    log("and ends");
    Async.awaitAll(List.of(child)); // before what it uses goes
    buffer.clear();
    assertThat(errors).isEmpty();
  }
  // @end

  // @start region=starvedWaiter
  @RunnerTest
  @Seeds(1000)
  void starvedWaiter() {
    AsyncLock lock = new AsyncLock(); // which is fair
    int[] rounds = {0};
    inParallel(() -> {
      for (int i = 0; i < 4; i++) {
        lock.with(() -> {
          rounds[0]++;
          log("working");
        });
        log("resting");
      }
    }, () -> {
      int before = rounds[0];
      lock.with(() -> assertThat(rounds[0]).isLessThanOrEqualTo(before + 1));
    });
  }
  // @end
}
