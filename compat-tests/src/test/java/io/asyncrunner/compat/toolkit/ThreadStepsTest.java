package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.compat.toolkit.Exchange.ensure;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limiter of {@code Async.toThread}: tasks that wait for it, and for their thread, are cancelled at every step. */
class ThreadStepsTest extends ToolkitTestCase {
  /** Code on its way through a thread that it has for itself. */
  private static final class Call {
    /** The call that the current thread is there for. */
    static final ThreadLocal<Call> CURRENT = new ThreadLocal<>();

    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable command;

    Call(Runnable command) {
      this.command = command;
    }

    /** Returns when its code has begun, or when it has turned out that it will not. */
    void begin() {
      Threads.start(() -> {
        CURRENT.set(this);
        try {
          command.run();
        } finally {
          begun.countDown();
          ended.countDown();
        }
      });
      Threads.await(begun);
    }

    void end() {
      release.countDown();
      Threads.await(ended);
    }
  }

  /** Starts what it is given when it is told to, so that an exchange has the same steps each time. */
  private static final class ManualExecutor extends AbstractExecutorService {
    private final Queue<Call> waiting = new ArrayDeque<>();
    private final List<Call> running = new ArrayList<>();
    private boolean isShutdown;

    @Override
    public void execute(Runnable command) {
      waiting.add(new Call(command));
    }

    void beginAll() {
      for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
        call.begin();
        running.add(call);
      }
    }

    void endAll() {
      running.forEach(Call::end);
      running.clear();
    }

    @Override
    public void shutdown() {
      isShutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown();
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return isShutdown;
    }

    @Override
    public boolean isTerminated() {
      return isShutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isShutdown;
    }
  }

  /** What all calls of an exchange have in common. */
  private static final class Site {
    final ManualExecutor executor = new ManualExecutor();
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
    final BoundedAsyncSemaphore limiter;
    final ThreadOptions options;
    private final int limit;

    Site(int limit, boolean interruptOnCancel) {
      this.limit = limit;
      this.limiter = new BoundedAsyncSemaphore(limit);
      this.options = ThreadOptions.DEFAULT.withLimiter(limiter).withInterruptOnCancel(interruptOnCancel);
    }

    /** Blocks its thread until it is let go on, or interrupted. */
    String code(String name) throws InterruptedException {
      int now = inside.incrementAndGet();
      Call call = Call.CURRENT.get();
      call.begun.countDown();
      try {
        ensure(() -> now <= limit, "more threads run than the limiter lets in");
        call.release.await();
        return name;
      } catch (InterruptedException interruption) {
        interrupted.incrementAndGet();
        throw interruption;
      } finally {
        inside.decrementAndGet();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "2, false", "2, true"})
  void calls_underALimit_giveTheirPermitBack(int limit, boolean interruptOnCancel) {
    AtomicInteger interrupted = new AtomicInteger();
    cancelAtEveryStep(exchange -> {
      Site site = new Site(limit, interruptOnCancel);
      exchange.loop.setDefaultExecutor(site.executor);
      List<String> results = new ArrayList<>();
      for (String name : List.of("A", "B", "C")) {
        exchange.victim(name, () -> {
          results.add(Async.toThread(site.options, () -> site.code(name)));
          exchange.point();
        });
      }
      exchange.other("D", () -> results.add(Async.toThread(site.options, () -> site.code("D"))));
      for (int turn = 3; turn <= 21; turn += 3) {
        exchange.inTurn(turn, site.executor::beginAll);
        exchange.inTurn(turn + 1, site.executor::endAll);
      }
      return () -> {
        assertThat(results).contains("D").doesNotHaveDuplicates();
        for (Participant each : exchange.participants) {
          assertThat(results.contains(each.name)).as("%s got its result", each.name).isEqualTo(each.hasReturned());
        }
        assertThat(site.inside).hasValue(0);
        assertThat(site.limiter).hasToString("BoundedAsyncSemaphore[permits=" + limit + ", waiters=0]");
        interrupted.addAndGet(site.interrupted.get());
      };
    });
    assertThat(interrupted.get() > 0).as("whether code was interrupted").isEqualTo(interruptOnCancel);
  }
}
