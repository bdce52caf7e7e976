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

/**
 * Ten programs with a bug each that the usual order never shows; some seed does. Run by {@link PlantedBugsTest}, which expects
 * them to fail; {@link RepairedBugsTest} has their repaired twins.
 */
class PlantedBugs {
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
    int before = balance;
    log("deposit " + amount);
    balance = before + amount;
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
      transfer(to, from);
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
      log("found something");
      queue.getNoWait();
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
      if (!done) {
        log("not done yet");
        changed.with(changed::await);
      }
    }, () -> {
      log("working");
      log("still working");
      done = true;
      changed.with(changed::signalAll);
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
      log("closing");
      closed = true;
      permits.release();
    }
  }
  // @end

  private String stored = "old";
  private String cached = "";

  // @start region=staleCacheRefresh
  @RunnerTest
  @Seeds(1000)
  void staleCacheRefresh() {
    inParallel(() -> {
      String loaded = stored;
      log("loaded");
      cached = loaded;
    }, () -> {
      log("connecting");
      stored = "new";
      cached = "new";
    });
    assertThat(cached).isEqualTo(stored);
  }
  // @end

  private String connection;
  private int opened;

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
    if (connection == null) {
      log("connecting");
      opened++;
      connection = "connection " + opened;
    }
    return connection;
  }
  // @end

  // @start region=cancelBetweenAcquireAndTry
  @RunnerTest
  @Seeds(1000)
  void cancelBetweenAcquireAndTry() {
    AsyncLock lock = new AsyncLock();
    Task<?> worker = Async.createTask(TaskOptions.named("worker"), () -> {
      lock.acquire();
      log("acquired");
      try {
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
    buffer.clear();
    Async.awaitAll(List.of(child));
    assertThat(errors).isEmpty();
  }
  // @end

  private boolean taken;

  // @start region=starvedWaiter
  @RunnerTest
  @Seeds(1000)
  void starvedWaiter() {
    inParallel(() -> {
      for (int i = 0; i < 4; i++) {
        taken = true;
        log("working");
        taken = false;
        log("resting");
      }
    }, () -> {
      for (int attempts = 1; taken; attempts++) {
        assertThat(attempts).as("attempts").isLessThanOrEqualTo(3);
        log("taken, tries again");
      }
    });
  }
  // @end
}
