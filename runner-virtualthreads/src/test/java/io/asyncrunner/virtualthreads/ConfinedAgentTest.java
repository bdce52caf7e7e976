package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.virtualthreads.child.Wrapped;
import io.asyncrunner.virtualthreads.child.WrappingAgent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Agents that wrap what is given to executors: the continuations of fibers are none of their business. */
@ExtendWith(Watchdog.class)
class ConfinedAgentTest {
  @TempDir
  Path folder;

  @Test
  void agent_thatWrapsWhatIsGivenToEveryExecutor_leavesFibersOnTheirLoop() throws Exception {
    assertThat(withAgent("executors").run(Confinement.class)).contains("all on the loop", "executors are wrapped");
  }

  @Test
  void agent_thatWrapsWhatVirtualThreadsGiveToTheirScheduler_leavesFibersOnTheirLoop() throws Exception {
    assertThat(withAgent("threads").run(Confinement.class)).contains("all on the loop", "something is wrapped");
  }

  @Test
  void fiber_thatHasBeenRunOffItsLoop_saysThat() throws Exception {
    assertThat(withAgent("hiding").run(OffTheLoop.class)).contains("has been run off it", "an agent that wraps")
        .doesNotContain("initialiser");
  }

  private ChildJvm withAgent(String where) throws IOException {
    Path jar = folder.resolve("agent.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", WrappingAgent.class.getName());
    manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream output = new JarOutputStream(file, manifest)) {
      Class<?>[] wrappers = Wrapped.class.getDeclaredClasses();
      add(Wrapped.class, output);
      for (Class<?> wrapper : wrappers) {
        add(wrapper, output);
      }
    }
    return ChildJvm.onClassPath()
        .withFlags("--add-opens", ChildJvm.OPEN_DOOR, "-javaagent:" + jar + "=" + where + "=" + jar);
  }

  private static void add(Class<?> type, JarOutputStream output) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    output.putNextEntry(new JarEntry(name));
    try (InputStream input = type.getClassLoader().getResourceAsStream(name)) {
      input.transferTo(output);
    }
    output.closeEntry();
  }

  /** Switches tasks in all ways, and looks where they run. */
  static final class Confinement {
    private Confinement() {}

    public static void main(String[] arguments) throws Exception {
      AtomicInteger strayed = new AtomicInteger();
      Confined.run(() -> {
        Thread carrier = Confined.carrier();
        EventLoop loop = EventLoop.running();
        Semaphore permits = new Semaphore(0);
        TaskGroup.run(group -> {
          for (int i = 0; i < 20; i++) {
            group.createTask(() -> {
              for (int turn = 0; turn < 50; turn++) {
                Async.sleep(Duration.ZERO);
                look(carrier, strayed);
                permits.acquire(); // another thread unparks it
                look(carrier, strayed);
                if (turn % 10 == 0) {
                  Thread.sleep(1);
                  look(carrier, strayed);
                  Async.toThread(() -> {});
                  look(carrier, strayed);
                }
              }
            });
          }
          Thread child = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 1_000; i++) {
              permits.release();
              if (Confined.carrier() == carrier) {
                strayed.incrementAndGet(); // this one belongs elsewhere
              }
              if (i % 100 == 0) {
                sleep();
              }
            }
          });
          child.join();
          CountDownLatch called = new CountDownLatch(1);
          loop.callSoon(() -> {
            look(carrier, strayed);
            called.countDown();
          });
          called.await();
        });
      });
      System.out.println(strayed.get() == 0 ? "all on the loop" : strayed + " times off it");
      System.out.println(Wrapped.made() > 0 ? "something is wrapped" : "nothing is wrapped");
      long before = Wrapped.made();
      new Direct().execute(() -> {});
      System.out.println(Wrapped.made() > before ? "executors are wrapped" : "executors are not wrapped");
    }

    private static void look(Thread carrier, AtomicInteger strayed) {
      if (Confined.carrier() != carrier) {
        strayed.incrementAndGet();
      }
    }

    private static void sleep() {
      try {
        Thread.sleep(1);
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
    }
  }

  /** An executor of the usual kind. */
  private static final class Direct implements Executor {
    @Override
    public void execute(Runnable command) {
      command.run();
    }
  }

  /** A task is run off its loop, because nobody can tell what has been wrapped. */
  static final class OffTheLoop {
    private OffTheLoop() {}

    public static void main(String[] arguments) throws Exception {
      Confined.run(() -> {
        Semaphore permits = new Semaphore(0);
        EventLoop.running().callSoon(() -> { // the loop has put the task down
          Thread.ofPlatform().start(permits::release);
        });
        permits.acquire();
        if (Confined.carrier() == null) {
          throw new AssertionError();
        }
        try {
          Async.sleep(Duration.ZERO);
          System.out.println("it goes on");
        } catch (IllegalStateException refused) {
          System.out.println(refused.getMessage());
        }
        System.exit(0);
      });
    }
  }
}
