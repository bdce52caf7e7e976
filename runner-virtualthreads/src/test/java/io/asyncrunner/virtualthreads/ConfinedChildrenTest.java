package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Virtual threads that code on a confined loop makes run elsewhere; the JDK's own are among them. */
@ExtendWith(Watchdog.class)
class ConfinedChildrenTest {
  /** Made off the loop, used on it. */
  private static final ThreadFactory MADE_ELSEWHERE = Thread.ofVirtual().factory();

  /** Ways to start a virtual thread. */
  enum Start {
    BUILDER {
      @Override
      void run(Runnable body) throws Exception {
        Thread.ofVirtual().name("child").start(body).join();
      }
    },
    UNSTARTED {
      @Override
      void run(Runnable body) throws Exception {
        Thread child = Thread.ofVirtual().unstarted(body);
        child.start();
        child.join();
      }
    },
    START_VIRTUAL_THREAD {
      @Override
      void run(Runnable body) throws Exception {
        Thread.startVirtualThread(body).join();
      }
    },
    FACTORY_MADE_ON_THE_FIBER {
      @Override
      void run(Runnable body) throws Exception {
        Thread child = Thread.ofVirtual().factory().newThread(body);
        child.start();
        child.join();
      }
    },
    FACTORY_MADE_ELSEWHERE {
      @Override
      void run(Runnable body) throws Exception {
        Thread child = MADE_ELSEWHERE.newThread(body);
        child.start();
        child.join();
      }
    },
    EXECUTOR_MADE_ON_THE_FIBER {
      @Override
      void run(Runnable body) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
          executor.submit(body).get();
        }
      }
    },
    EXECUTOR_MADE_ELSEWHERE {
      @Override
      void run(Runnable body) throws Exception {
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(MADE_ELSEWHERE)) {
          executor.submit(body).get();
        }
      }
    },
    GRANDCHILD {
      @Override
      void run(Runnable body) throws Exception {
        Thread.ofVirtual().start(() -> {
          try {
            Thread.ofVirtual().start(body).join();
          } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
          }
        }).join();
      }
    };

    /** Runs a body on a new thread, to its end. */
    abstract void run(Runnable body) throws Exception;
  }

  @ParameterizedTest
  @EnumSource(Start.class)
  void child_runsOffTheLoop_whichGoesOn(Start start) throws Exception {
    Confined.run(() -> {
      Thread carrier = Confined.carrier();
      LoopEngine loop = LoopEngine.running();
      AtomicBoolean release = new AtomicBoolean();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Async.createTask(() -> {
        Async.sleep(Duration.ZERO);
        release.set(true);
      });
      start.run(() -> {
        try {
          assertOffTheLoop(carrier, loop);
          while (!release.get()) { // on the loop, it would hold it up
            Thread.onSpinWait();
          }
          Thread.sleep(1);
          assertOffTheLoop(carrier, loop);
          LockSupport.parkNanos(1_000);
          assertOffTheLoop(carrier, loop);
          new ArrayBlockingQueue<String>(1).poll(1, TimeUnit.MILLISECONDS);
          assertOffTheLoop(carrier, loop);
        } catch (Throwable thrown) {
          failure.set(thrown);
        }
      });
      assertThat(failure.get()).isNull();
      assertThat(Confined.carrier()).isSameAs(carrier);
      assertThat(EventLoop.running()).isSameAs(loop);
    });
  }

  private static void assertOffTheLoop(Thread carrier, LoopEngine loop) {
    assertThat(Thread.currentThread().isVirtual()).isTrue();
    assertThat(Confined.carrier()).isNotSameAs(carrier);
    assertThat(EventLoop.runningOrNull()).isNull();
    assertThatThrownBy(() -> Async.sleep(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(loop::yieldNow).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(loop::stop).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void children_thatTalkToTheirLoop_areOtherThreads() throws Exception {
    Confined.run(() -> {
      EventLoop loop = EventLoop.running();
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Integer> child = executor.submit(() -> Async.callThreadsafe(loop, () -> {
          Async.sleep(Duration.ZERO);
          return 42;
        }).get());
        assertThat(child.get()).isEqualTo(42);
      }
    });
  }

  @Test
  void child_thatOutlivesItsLoop_goesOn() throws Exception {
    BlockingQueue<String> toChild = new ArrayBlockingQueue<>(1);
    BlockingQueue<String> fromChild = new ArrayBlockingQueue<>(1);
    Confined.run(() -> {
      Thread.ofVirtual().start(() -> {
        try {
          fromChild.put(toChild.take());
          Thread.sleep(1);
          fromChild.put("still there");
        } catch (InterruptedException unexpected) {
          throw new AssertionError(unexpected);
        }
      });
      Async.sleep(Duration.ofMillis(1));
    });
    toChild.put("after the loop");
    assertThat(List.of(fromChild.take(), fromChild.take())).containsExactly("after the loop", "still there");
  }

  // --- the JDK's socket pollers, which are children of the first thread that needs them ---

  @Test
  void sockets_ofOtherVirtualThreads_workAfterALoopThatUsedThemFirstHasClosed() throws Exception {
    assertThat(ChildJvm.onClassPath().withFlags("--add-opens", ChildJvm.OPEN_DOOR).run(SocketsFirstOnALoop.class))
        .contains("while the loop is idle: works", "after it has closed: works");
  }

  @Test
  void loop_whoseFibersUsedSocketsFirst_isGarbageAfterItsClose() throws Exception {
    assertThat(ChildJvm.onClassPath().withFlags("--add-opens", ChildJvm.OPEN_DOOR).run(SocketsFirstOnALoop.class))
        .contains("the loop: collected");
  }

  /** Sockets are used on a fiber first, then on other virtual threads. */
  static final class SocketsFirstOnALoop {
    private SocketsFirstOnALoop() {}

    public static void main(String[] arguments) throws Exception {
      WeakReference<EventLoop> loop = useSocketsOnALoop();
      exchangeOnAVirtualThread("after it has closed");
      long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
      while (loop.get() != null && System.nanoTime() < end) {
        System.gc();
      }
      System.out.println("the loop: " + (loop.get() == null ? "collected" : "still reachable"));
    }

    private static WeakReference<EventLoop> useSocketsOnALoop() throws Exception {
      try (Runner runner = Confined.runner()) {
        runner.run(SocketsFirstOnALoop::exchange);
        exchangeOnAVirtualThread("while the loop is idle");
        return new WeakReference<>(runner.loop());
      }
    }

    private static void exchangeOnAVirtualThread(String when) throws InterruptedException {
      AtomicReference<Exception> failure = new AtomicReference<>();
      Thread thread = Thread.ofVirtual().start(() -> {
        try {
          exchange();
        } catch (Exception thrown) {
          failure.set(thrown);
        }
      });
      boolean ended = thread.join(Duration.ofMinutes(1));
      System.out.println(when + ": " + (!ended ? "hangs" : failure.get() == null ? "works" : failure.get()));
    }

    /** Sends a byte to and fro, so that both ends have to wait. */
    private static void exchange() throws IOException, InterruptedException {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        AtomicBoolean accepted = new AtomicBoolean();
        Thread other = Thread.ofVirtual().start(() -> {
          try (Socket socket = server.accept()) {
            accepted.set(true);
            socket.getOutputStream().write(socket.getInputStream().read());
          } catch (IOException unexpected) {
            throw new AssertionError(unexpected);
          }
        });
        while (other.getState() != Thread.State.WAITING) { // so that it really waits in accept
          Thread.onSpinWait();
        }
        try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
          while (!accepted.get() || other.getState() != Thread.State.WAITING) { // and in read
            Thread.onSpinWait();
          }
          socket.getOutputStream().write(1);
          if (socket.getInputStream().read() != 1) {
            throw new AssertionError("expected the byte that was sent");
          }
        }
        other.join();
      }
    }
  }
}
