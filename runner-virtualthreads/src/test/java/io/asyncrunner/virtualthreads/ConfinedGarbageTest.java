package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What outlives a fiber does not hold what the fiber held. */
@ExtendWith(Watchdog.class)
class ConfinedGarbageTest {
  private static final ContextVar<Object> VARIABLE = ContextVar.named("variable");
  private static final ThreadLocal<Object> LOCAL = new ThreadLocal<>();
  private static final InheritableThreadLocal<Object> INHERITABLE = new InheritableThreadLocal<>();

  /** Gives the fiber all kinds of things to hold, and the test references to them. */
  private static void holdMuch(List<WeakReference<?>> held) {
    Object captured = new Object();
    ClassLoader loader = new ClassLoader(null) {};
    Thread.currentThread().setContextClassLoader(loader);
    VARIABLE.set(captured);
    LOCAL.set(new Object());
    INHERITABLE.set(new Object());
    held.add(new WeakReference<>(captured));
    held.add(new WeakReference<>(loader));
    held.add(new WeakReference<>(LOCAL.get()));
    held.add(new WeakReference<>(INHERITABLE.get()));
    held.add(new WeakReference<>(Thread.currentThread()));
  }

  @Test
  void child_thatOutlivesItsFiber_doesNotHoldWhatThatHeld() throws Exception {
    List<WeakReference<?>> held = new ArrayList<>();
    CountDownLatch over = new CountDownLatch(1);
    List<Thread> children = new ArrayList<>();
    try (Runner runner = Confined.runner()) {
      runner.run(() -> {
        Async.createTask(() -> {
          holdMuch(held);
          children.add(Thread.ofVirtual().inheritInheritableThreadLocals(false).start(() -> await(over)));
          Async.sleep(Duration.ZERO);
        }).await();
      });
      Confined.assertCollected(held); // while the loop is still open
    }
    assertThat(children.get(0).isAlive()).isTrue();
    over.countDown();
    children.get(0).join();
  }

  @Test
  void fiberThatWaitedForALongTime_isGarbageWhenItIsDone() throws Exception {
    List<WeakReference<?>> held = new ArrayList<>();
    try (Runner runner = Confined.runner()) {
      runner.run(() -> {
        BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
        Object monitor = new Object();
        boolean[] notified = new boolean[1];
        Task<Void> task = Async.createTask(() -> {
          holdMuch(held);
          queue.poll(1, TimeUnit.DAYS); // the JDK has a timer for it
          synchronized (monitor) {
            while (!notified[0]) {
              monitor.wait(Duration.ofDays(1).toMillis());
            }
          }
        });
        Async.sleep(Duration.ofMillis(1));
        queue.put("element");
        Async.sleep(Duration.ofMillis(1));
        synchronized (monitor) {
          notified[0] = true;
          monitor.notifyAll();
        }
        task.await();
      });
      Confined.assertCollected(held);
    }
  }

  @Test
  void tasksAndGenerators_thatAreKept_doNotHoldWhatTheirCodeHeld() {
    List<WeakReference<?>> held = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    try (Runner runner = Confined.runner()) {
      runner.run(() -> {
        Task<String> done = taskWith(new Object(), held);
        assertThat(done.await()).startsWith("result");
        Task<String> cancelled = taskWith(new Object(), held);
        cancelled.cancel();
        try {
          cancelled.await();
        } catch (CancelledError expected) {
          // Before its first step.
        }
        AsyncGenerator<String> finished = generatorWith(new Object(), held);
        assertThat(finished.next()).startsWith("value");
        assertThat(finished.hasNext()).isFalse();
        AsyncGenerator<String> closed = generatorWith(new Object(), held);
        closed.close();
        kept.addAll(List.of(done, cancelled, finished, closed));
      });
      Confined.assertCollected(held);
    }
    assertThat(kept).hasSize(4);
  }

  private static Task<String> taskWith(Object captured, List<WeakReference<?>> held) {
    held.add(new WeakReference<>(captured));
    return Async.createTask(() -> {
      return "result of " + captured;
    });
  }

  private static AsyncGenerator<String> generatorWith(Object captured, List<WeakReference<?>> held) {
    held.add(new WeakReference<>(captured));
    return Async.generator(output -> {
      output.yield("value of " + captured);
    });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  // --- once in a JVM's life ---

  @Test
  void fiber_thatFirstWaitsForASocketInAJvm_leavesNothingToThePollers() throws Exception {
    assertThat(ChildJvm.onClassPath().withFlags("--add-opens", ChildJvm.OPEN_DOOR).run(FirstSocket.class))
        .contains("what it held: collected");
  }

  @Test
  void library_ofAnApplicationThatIsUnloaded_isUnloadedWithIt() throws Exception {
    assertThat(ChildJvm.onClassPath().withFlags("--add-opens", ChildJvm.OPEN_DOOR).run(Unloaded.class))
        .contains("the application: collected");
  }

  /** Waits for a socket, which has the JDK start its pollers. */
  static final class FirstSocket {
    private FirstSocket() {}

    public static void main(String[] arguments) throws Exception {
      List<WeakReference<?>> held = new ArrayList<>();
      try (Runner runner = Confined.runner()) {
        runner.run(() -> {
          Async.createTask(() -> {
            holdMuch(held);
            waitForASocket();
          }).await();
        });
      }
      report("what it held", held);
    }
  }

  /** Uses the library by way of a class loader of its own, as a container does with an application. */
  static final class Unloaded {
    private Unloaded() {}

    public static void main(String[] arguments) throws Exception {
      report("the application", List.of(runApplication()));
    }

    private static WeakReference<?> runApplication() throws Exception {
      List<URL> classPath = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        classPath.add(url(entry));
      }
      URLClassLoader loader = new URLClassLoader(classPath.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
      Thread current = Thread.currentThread();
      ClassLoader before = current.getContextClassLoader();
      current.setContextClassLoader(loader);
      try {
        Class<?> application = loader.loadClass(Application.class.getName());
        ((Callable<?>) application.getDeclaredConstructor().newInstance()).call();
      } finally {
        current.setContextClassLoader(before);
      }
      loader.close();
      return new WeakReference<>(loader);
    }

    private static URL url(String entry) throws MalformedURLException {
      return Path.of(entry).toUri().toURL();
    }
  }

  /** What is loaded by a loader of its own. */
  public static final class Application implements Callable<String> {
    /** For reflection. */
    public Application() {}

    @Override
    public String call() throws Exception {
      Confined.run(() -> {
        waitForASocket();
        Async.timeout(Duration.ofDays(1), () -> EventLoop.running().yieldNow());
        Thread.sleep(1);
        Async.createTask(() -> Async.sleep(Duration.ofMillis(1))).await();
      });
      return "done";
    }
  }

  private static void waitForASocket() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(1);
      socket.receive(new DatagramPacket(new byte[1], 1));
      throw new AssertionError("expected nothing to come");
    } catch (SocketTimeoutException expected) {
      // It has waited.
    }
  }

  private static void report(String what, List<WeakReference<?>> held) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (held.stream().anyMatch(reference -> reference.get() != null) && System.nanoTime() < end) {
      System.gc();
    }
    List<Object> left = new ArrayList<>();
    held.forEach(reference -> left.add(reference.get()));
    left.removeIf(object -> object == null);
    System.out.println(what + ": " + (left.isEmpty() ? "collected" : "still reachable: " + left));
  }
}
