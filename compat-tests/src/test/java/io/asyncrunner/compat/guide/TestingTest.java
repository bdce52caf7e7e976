package io.asyncrunner.compat.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.test.CancelEverywhere;
import io.asyncrunner.test.Choices;
import io.asyncrunner.test.Explorer;
import io.asyncrunner.test.Interleaving;
import io.asyncrunner.test.RunnerTest;
import io.asyncrunner.test.Seeds;
import io.asyncrunner.test.SimulatedLoops;
import io.asyncrunner.test.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The snippets of the page on testing. */
class TestingTest {
  // @start region=retry
  static String fetchWithRetry(String name) throws IOException {
    for (int attempt = 1;; attempt++) {
      try {
        return Async.timeout(Duration.ofSeconds(5), () -> fetchFromServer(name));
      } catch (IOException | DeadlineExceededException failed) {
        if (attempt == 3) {
          throw new IOException("gave up on " + name, failed);
        }
        Async.sleep(Duration.ofSeconds(10L * attempt));
      }
    }
  }
  // @end

  private static String fetchFromServer(String name) throws IOException {
    return name.equals("hangs") ? Sample.hang() : Sample.fail(name);
  }

  // @start region=first
  @RunnerTest
  void fetchWithRetry_serverThatHangs_givesUpAfterThreeAttempts(VirtualClock clock) {
    assertThrows(IOException.class, () -> fetchWithRetry("hangs"));
    assertEquals(Duration.ofSeconds(5 + 10 + 5 + 20 + 5), clock.elapsed());
  }
  // @end

  @RunnerTest
  void fetchWithRetry_serverThatIsDown_givesUpAfterThreeAttempts(VirtualClock clock) {
    assertThrows(IOException.class, () -> fetchWithRetry("down"));
    assertEquals(Duration.ofSeconds(10 + 20).plusMillis(3), clock.elapsed());
  }

  // @start region=advance
  @RunnerTest
  void heartbeat_comesEverySecond(VirtualClock clock) {
    List<Duration> beats = new ArrayList<>();
    Task<?> heart = Async.createTask(() -> {
      for (;;) {
        beats.add(clock.elapsed());
        Async.sleep(Duration.ofSeconds(1));
      }
    });
    clock.advance(Duration.ofMillis(2500));
    assertThat(beats).containsExactly(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(2));
    heart.cancel();
  }
  // @end

  static final class Account {
    private long cents;

    void deposit(long amount) {
      Sample.fetch("audit");
      cents += amount;
    }

    long cents() {
      return cents;
    }
  }

  // @start region=seeds
  @RunnerTest
  @Seeds(1000)
  void deposits_atTheSameTime_bothCount() {
    Account account = new Account();
    TaskGroup.run(group -> {
      group.createTask(TaskOptions.named("one"), () -> account.deposit(10));
      group.createTask(TaskOptions.named("other"), () -> {
        Async.sleep(Duration.ofMillis(1)); // arrives later
        account.deposit(20);
      });
    });
    assertEquals(30, account.cents());
  }
  // @end

  // @start region=faults
  @RunnerTest
  @CancelEverywhere
  void update_cancelledAnywhere_leavesTheLockFree() {
    AsyncLock lock = new AsyncLock();
    Task<?> update = Async.createTask(() -> lock.with(() -> fetch("settings")));
    Async.gatherOutcomes(update);
    assertFalse(lock.isLocked());
  }
  // @end

  private static String fetch(String name) {
    return Sample.fetch(name);
  }

  @Test
  void loops_areUsedWithoutJUnit() {
    Duration elapsed = withoutJUnit();
    assertThat(elapsed).isEqualTo(Duration.ofDays(1));
  }

  private static Duration withoutJUnit() {
    // @start region=loops
    try (Runner runner = Runner.builder().loopFactory(SimulatedLoops.seeded(42)).build()) {
      return runner.run(() -> {
        Async.sleep(Duration.ofDays(1)); // at once
        return VirtualClock.of(EventLoop.running()).elapsed();
      });
    }
    // @end
  }

  @Test
  void explorer_isUsedWithoutJUnit() {
    Account account = new Account();
    // @start region=explorer
    Optional<Explorer.Failure> failure = Explorer.of(() -> {
      List<String> order = new ArrayList<>();
      Async.gather(Async.createTask(() -> order.add("a")), Async.createTask(() -> order.add("b")));
      assertEquals(List.of("a", "b"), order);
    }).seeds(1000);
    failure.ifPresent(System.out::println); // seed, error, and the shrunk interleaving
    // @end
    assertTrue(failure.isPresent());
    assertEquals(1, failure.get().shrunk().size());
    assertEquals(0, account.cents());
  }

  @Test
  void choices_areReplayed() {
    // @start region=replay
    SimulatedLoops loops = SimulatedLoops.replaying(Choices.parse("2:1")).on(PlatformThreadLoops.fibers()).recording();
    try (Runner runner = Runner.builder().loopFactory(loops).build()) {
      runner.run(() -> Async.gather(Async.createTask(() -> fetch("a")), Async.createTask(() -> fetch("b"))));
      System.out.println(Interleaving.of(runner.loop()));
    }
    // @end
  }
}
