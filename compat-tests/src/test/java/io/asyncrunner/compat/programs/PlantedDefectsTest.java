package io.asyncrunner.compat.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.sync.AsyncQueue;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Programs can fail: each defect that is put between the library and them is found by one. */
class PlantedDefectsTest {
  /** Within so many programs. */
  private static final int PROGRAMS = 3000;

  /** What has little to do with the defects, and makes programs end early. */
  private static final Set<String> WITHOUT = Set.of("end-run", "await-odd-stage", "overflow", "hostile-propagators",
      "spawning-while-closing", "blocking-in-callbacks", "circles");

  private static Logs logs;

  @BeforeAll
  static void begin() {
    logs = new Logs();
  }

  @AfterAll
  static void end() {
    logs.close();
  }

  @TestFactory
  Stream<DynamicTest> defect_planted_isFoundByAProgram() {
    return defects().entrySet().stream().map(defect -> dynamicTest(defect.getKey(), () -> {
      Campaign campaign = new Campaign(Kind.VIRTUAL_CONFINED, WITHOUT, defect.getValue().tools());
      Campaign.Failure failure = null;
      for (long i = 0; failure == null && i < PROGRAMS; i++) {
        failure = campaign.run(defect.getValue().from() + i);
      }
      assertThat(failure).as("what one of %d programs finds", PROGRAMS).isNotNull();
      assertThat(failure.violations()).as(failure.toString())
          .anyMatch(text -> text.contains(defect.getValue().found()));
    }));
  }

  @Test
  void shrink_programThatFails_leavesWhatItFailsBy() {
    Campaign campaign = new Campaign(Kind.VIRTUAL_CONFINED, WITHOUT, new UnclosingTools());
    Campaign.Failure failure = null;
    for (long seed = 0; failure == null || failure.program().size() < 10; seed++) {
      failure = campaign.run(seed);
    }
    Campaign.Failure small = campaign.shrink(failure);
    assertThat(small.program().size()).as(small.toString()).isLessThan(failure.program().size() / 2);
    assertThat(small.toString()).contains("generate");
  }

  @Test
  void tick_ofTwoThreadsAtTheSameTime_isAViolation() throws InterruptedException {
    Program program = new Grammar(WITHOUT, true).program(1);
    World world = new World(Kind.CONFINED, program.setting(), new Tools(), false);
    Runnable ticking = () -> {
      while (world.violations().isEmpty()) {
        world.tick();
      }
    };
    Thread one = Thread.ofPlatform().start(ticking);
    Thread other = Thread.ofPlatform().start(ticking);
    one.join();
    other.join();
    assertThat(world.violations()).anyMatch(text -> text.contains("two flows run at the same time")
        || text.contains("a plain counter went"));
  }

  /**
   * A defect.
   *
   * @param tools the library with it
   * @param found part of what is then violated
   * @param from the first seed, for those that few programs find
   */
  private record Defect(Tools tools, String found, long from) {
    Defect(Tools tools, String found) {
      this(tools, found, 0);
    }
  }

  private static Map<String, Defect> defects() {
    return new TreeMap<>(Map.of(
        "a lock that is not given back by who is cancelled", new Defect(new Tools() {
          @Override
          Mutex newLock() {
            return new Lock(true, false);
          }
        }, "expected to be free"),
        "a lock whose wake-up is lost with who is cancelled", new Defect(new Tools() {
          @Override
          Mutex newLock() {
            return new Lock(false, true);
          }
        }, "which is there", 1700),
        "a semaphore that who is cancelled gives a permit to", new Defect(new GenerousTools(), "permits"),
        "a queue whose item is lost with who is cancelled", new Defect(new LosingTools(), "expected to hold"),
        "an await that loses exceptions", new Defect(new ForgivingTools(), "threw null", 1300),
        "an await that gives another result", new Defect(new ConfusingTools(), "gave"),
        "a generator that is not closed", new Defect(new UnclosingTools(), "is not finished"),
        "a task whose body begins twice", new Defect(new RepeatingTools(), "a second time"),
        "a thread that is left", new Defect(new LeakingTools(), "a thread is left")));
  }

  /** A lock as it is often written. */
  private static final class Lock implements Tools.Mutex {
    private final boolean keeping;
    private final boolean losing;
    private final ArrayDeque<CompletableAsyncFuture<Boolean>> waiters = new ArrayDeque<>();
    private boolean locked;

    Lock(boolean keeping, boolean losing) {
      this.keeping = keeping;
      this.losing = losing;
    }

    @Override
    public void acquire() {
      while (locked) {
        CompletableAsyncFuture<Boolean> waiter = EventLoop.running().createFuture();
        waiters.add(waiter);
        try {
          waiter.await();
        } catch (CancelledError cancelled) {
          if (!waiters.remove(waiter)) { // woken, and cancelled before it went on
            if (keeping) {
              locked = true;
            } else if (!losing) {
              wakeNext();
            }
          }
          throw cancelled;
        }
      }
      locked = true;
    }

    @Override
    public void release() {
      locked = false;
      wakeNext();
    }

    private void wakeNext() {
      CompletableAsyncFuture<Boolean> next = waiters.poll();
      if (next != null && !next.isDone()) {
        next.setResult(true);
      }
    }

    @Override
    public String toString() {
      return "Lock[" + (locked ? "locked" : "unlocked") + ", waiters=" + waiters.size() + "]";
    }
  }

  private static final class GenerousTools extends Tools {
    @Override
    Mutex newSemaphore(int permits) {
      Mutex right = super.newSemaphore(2 * permits); // not a bounded one
      return new Mutex() {
        @Override
        public void acquire() {
          try {
            right.acquire();
          } catch (CancelledError cancelled) {
            right.release();
            throw cancelled;
          }
        }

        @Override
        public void release() {
          right.release();
        }

        @Override
        public String toString() {
          return right.toString().replace("permits=" + 2 * permits, "permits=" + permits);
        }
      };
    }
  }

  private static final class LosingTools extends Tools {
    @Override
    <T> T get(AsyncQueue<T> queue) {
      return Async.shield(Async.createTask(() -> queue.get())).await(); // which goes on when this one is cancelled
    }
  }

  private static final class ForgivingTools extends Tools {
    @Override
    @SuppressWarnings("NullAway") // nor are these
    <T> T await(AsyncFuture<T> future) {
      try {
        return future.await();
      } catch (RuntimeException forgiven) {
        return null;
      }
    }
  }

  private static final class ConfusingTools extends Tools {
    @Override
    @SuppressWarnings({"unchecked", "NullAway"})
    <T> T await(AsyncFuture<T> future) {
      T result = future.await();
      return future instanceof Task<?> ? (T) List.of("another") : result;
    }
  }

  private static final class UnclosingTools extends Tools {
    @Override
    void close(AsyncGenerator<?> generator) {}
  }

  private static final class RepeatingTools extends Tools {
    @Override
    <T> Coroutine<T, Exception> body(Coroutine<T, Exception> body) {
      return () -> {
        T _ = body.run();
        return body.run();
      };
    }
  }

  private static final class LeakingTools extends Tools {
    private final CountDownLatch never = new CountDownLatch(1);

    @Override
    <T> Coroutine<T, Exception> body(Coroutine<T, Exception> body) {
      Thread.ofPlatform().daemon().start(() -> {
        try {
          never.await();
        } catch (InterruptedException over) {
          // It is left all the same.
        }
      });
      return body;
    }
  }
}
