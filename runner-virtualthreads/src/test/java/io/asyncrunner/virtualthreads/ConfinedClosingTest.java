package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of fibers that their loop leaves behind when it closes. */
@ExtendWith(Watchdog.class)
class ConfinedClosingTest {
  /** Closes a loop whose tasks are blocked, as nobody should: a Runner would cancel and await them. */
  private static void closeOver(LoopEngine loop) {
    loop.setExceptionHandler((failing, context) -> {});
    CompletableAsyncFuture<String> blocked = loop.createFuture();
    loop.callSoon(() -> blocked.setResult("after the first steps of the tasks"));
    loop.runUntilComplete(blocked);
    loop.close();
  }

  @Test
  void fiber_leftInAJdkCall_goesOnElsewhereWhereTheLibraryRefuses() throws Exception {
    Thread carrier = Thread.currentThread();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    AsyncFuture<String> future = loop.createFuture();
    Task<Void> task = loop.createTask(((VoidCoroutine<Exception>) () -> {
      try {
        release.await();
        assertThat(Confined.carrier()).isNotSameAs(carrier);
        Thread.sleep(1);
        assertThat(Confined.carrier()).isNotSameAs(carrier);
        assertRefused(() -> Async.sleep(Duration.ZERO));
        assertRefused(() -> Async.sleep(Duration.ofHours(1)));
        assertRefused(loop::yieldNow);
        assertRefused(future::await);
        assertRefused(() -> loop.callSoon(() -> {}));
        assertRefused(() -> loop.callSoonThreadsafe(() -> {}));
        assertRefused(() -> loop.callLater(Duration.ZERO, () -> {}));
        assertRefused(() -> loop.createTask(() -> "never"));
        assertRefused(() -> Async.toThread(() -> "never"));
        assertRefused(() -> Async.timeout(Duration.ofHours(1), () -> Async.sleep(Duration.ZERO)));
      } catch (Throwable thrown) {
        failure.set(thrown);
      } finally {
        ended.countDown();
      }
    }).returningNull());
    closeOver(loop);
    assertThat(task.isDone()).isTrue();
    assertThat(task.isCancelled()).isTrue();
    assertThat(ended.getCount()).isOne();
    release.countDown();
    ended.await();
    assertThat(failure.get()).isNull();
  }

  private static void assertRefused(VoidCoroutine<?> call) {
    assertThatThrownBy(call::run)
        .isInstanceOfAny(IllegalStateException.class, java.util.concurrent.RejectedExecutionException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void fiber_leftSuspended_isEndedByACancellationElsewhere() throws Exception {
    Thread carrier = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    Queue<String> steps = new ConcurrentLinkedQueue<>();
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    Task<Void> task = loop.createTask(((VoidCoroutine<Exception>) () -> {
      try {
        loop.createFuture().await();
      } catch (CancelledError cancelled) {
        steps.add("cancelled, on the carrier: " + (Confined.carrier() == carrier));
      }
      try {
        loop.yieldNow();
      } catch (IllegalStateException refused) {
        steps.add("refused");
      }
      ended.countDown();
    }).returningNull());
    closeOver(loop);
    ended.await();
    assertThat(task.isCancelled()).isTrue();
    assertThat(steps).containsExactly("cancelled, on the carrier: false", "refused");
  }

  @Test
  void close_callbacksThatWait_areInterruptedAndAwaited() {
    List<String> steps = Collections.synchronizedList(new ArrayList<>());
    try (Runner runner = newRunner(Duration.ofMinutes(1))) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        for (int i = 0; i < 2; i++) {
          loop.callSoon(() -> {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
              loop.createTask(Async::currentTask); // which is awaited, too
              steps.add("cleaned up");
            }
          });
        }
        Async.sleep(Duration.ofMillis(1));
      });
    }
    assertThat(steps).containsExactly("cleaned up", "cleaned up");
  }

  @Test
  void close_callbackThatIgnoresItsInterrupt_throwsAndSaysSo() {
    CountDownLatch end = new CountDownLatch(1);
    Runner runner = newRunner(Duration.ofMillis(50));
    runner.run(() -> {
      EventLoop.running().callSoon(() -> {
        while (end.getCount() > 0) {
          try {
            end.await();
          } catch (InterruptedException ignored) {
            // It goes on waiting.
          }
        }
      });
      Async.sleep(Duration.ofMillis(1));
    });
    assertThatIllegalStateException().isThrownBy(runner::close).withMessageContaining("gave up on 1 callback,");
    end.countDown();
  }

  private static Runner newRunner(Duration closeTimeout) {
    return Runner.builder().loopFactory(VirtualThreadLoops.confined()).closeTimeout(closeTimeout).build();
  }

  @Test
  void fibers_leftInALockQueue_getTheLockOneAfterTheOther() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    Object monitor = new Object();
    CountDownLatch ended = new CountDownLatch(20);
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    int[] count = new int[1];
    for (int i = 0; i < 10; i++) {
      loop.createTask(((VoidCoroutine<Exception>) () -> {
        lock.lock();
        try {
          Thread.sleep(1);
          synchronized (monitor) {
            count[0]++;
          }
        } finally {
          lock.unlock();
        }
        ended.countDown();
      }).returningNull());
      loop.createTask(((VoidCoroutine<Exception>) () -> {
        synchronized (monitor) {
          Thread.sleep(1);
          count[0]++;
        }
        ended.countDown();
      }).returningNull());
    }
    closeOver(loop);
    ended.await();
    synchronized (monitor) {
      assertThat(count[0]).isEqualTo(20);
    }
  }

  @Test
  void thousandLoops_eachLeftWithBlockedFibers_finishAllAndAreGarbage() throws Exception {
    int loops = 1_000;
    CountDownLatch ended = new CountDownLatch(4 * loops);
    List<WeakReference<EventLoop>> references = new ArrayList<>();
    List<Thread> parked = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      references.add(leaveBlocked(ended, parked));
    }
    parked.forEach(LockSupport::unpark);
    parked.clear();
    assertThat(ended.await(60, TimeUnit.SECONDS)).as("%s fibers have not finished", ended.getCount()).isTrue();
    Confined.assertCollected(references);
  }

  @SuppressWarnings("WaitNotInLoop") // it waits for the time alone
  private static WeakReference<EventLoop> leaveBlocked(CountDownLatch ended, List<Thread> parked) {
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    loop.createTask(((VoidCoroutine<Exception>) () -> {
      Thread.sleep(20);
      ended.countDown();
    }).returningNull());
    Object monitor = new Object();
    loop.createTask(((VoidCoroutine<Exception>) () -> {
      synchronized (monitor) {
        monitor.wait(20);
      }
      ended.countDown();
    }).returningNull());
    loop.createTask(((VoidCoroutine<Exception>) () -> {
      Thread me = Thread.currentThread();
      parked.add(me);
      LockSupport.park();
      ended.countDown();
    }).returningNull());
    loop.createTask(((VoidCoroutine<Exception>) () -> {
      try {
        loop.createFuture().await();
      } finally {
        ended.countDown();
      }
    }).returningNull());
    closeOver(loop);
    return new WeakReference<>(loop);
  }

  @Test
  void unpark_betweenTheRunAndTheClose_strandsNobody() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<Thread> thread = new AtomicReference<>();
    LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
    loop.setExceptionHandler((failing, context) -> {});
    loop.createTask(((VoidCoroutine<Exception>) () -> {
      thread.set(Thread.currentThread());
      LockSupport.park();
      ended.countDown();
    }).returningNull());
    CompletableAsyncFuture<String> parked = loop.createFuture();
    loop.callSoon(() -> parked.setResult("parked"));
    loop.runUntilComplete(parked);
    LockSupport.unpark(thread.get());
    loop.close();
    ended.await();
  }

  @Test
  void unparks_atTheMomentOfTheClose_strandNobody() throws Exception {
    int rounds = 2_000;
    CountDownLatch ended = new CountDownLatch(rounds);
    AtomicReference<Thread> target = new AtomicReference<>();
    Thread foreign = Thread.ofPlatform().start(() -> {
      for (int i = 0; i < rounds; i++) {
        Confined.awaitThat(() -> target.get() != null);
        Thread victim = target.getAndSet(null);
        LockSupport.unpark(victim);
      }
    });
    for (int i = 0; i < rounds; i++) {
      LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
      AtomicReference<Thread> thread = new AtomicReference<>();
      loop.createTask(((VoidCoroutine<Exception>) () -> {
        thread.set(Thread.currentThread());
        LockSupport.park();
        ended.countDown();
      }).returningNull());
      loop.setExceptionHandler((failing, context) -> {});
      CompletableAsyncFuture<String> blocked = loop.createFuture();
      loop.callSoon(() -> blocked.setResult("blocked"));
      loop.runUntilComplete(blocked);
      Confined.awaitThat(() -> target.get() == null);
      target.set(thread.get());
      loop.close();
    }
    foreign.join();
    assertThat(ended.await(60, TimeUnit.SECONDS)).as("%s fibers are stranded", ended.getCount()).isTrue();
  }

  @Test
  void close_ofARunnerWithATaskThatWillNotEnd_namesItAndItsNextAwaitThrows() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<Throwable> next = new AtomicReference<>();
    ReentrantLock lock = new ReentrantLock();
    Thread owner = Thread.ofPlatform().start(() -> {
      lock.lock();
      try {
        release.await();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      } finally {
        lock.unlock();
      }
    });
    Confined.awaitThat(lock::isLocked);
    Runner runner = Runner.builder()
        .loopFactory(VirtualThreadLoops.confined())
        .closeTimeout(Duration.ofMillis(1))
        .build();
    runner.run(() -> {
      Task<Void> unused = Async.createTask(() -> {
        lock.lock(); // cannot be cancelled
        try {
          Async.sleep(Duration.ZERO);
        } catch (Throwable thrown) {
          next.set(thrown);
        } finally {
          lock.unlock();
        }
        ended.countDown();
      });
      unused.setName("stubborn");
      Async.sleep(Duration.ZERO);
    });
    assertThatThrownBy(runner::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("stubborn");
    release.countDown();
    ended.await();
    owner.join();
    assertThat(next.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
  }
}
