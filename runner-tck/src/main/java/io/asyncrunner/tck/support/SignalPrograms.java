package io.asyncrunner.tck.support;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The programs that tests start in a JVM of their own, and send signals. Each runs a coroutine on the main thread, on a loop of
 * the factory under test, and says on its standard output where it is.
 */
public final class SignalPrograms {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private SignalPrograms() {}

  /** What the program does. */
  public enum Program {
    /** Runs a coroutine that returns at once. */
    HAM,
    /** Waits for a future. */
    WAIT,
    /** The same with tasks that cannot {@code uncancel}. */
    WAIT_WITHOUT_UNCANCEL,
    /** Turns over in a loop that always has something to do. */
    BUSY,
    /** Is cancelled by a task of its own just before the signal comes. */
    CANCELLED_BEFORE,
    /** Sleeps beside another task. */
    SLEEP,
    /** Does not end when it is cancelled. */
    STUBBORN,
  }

  /**
   * Starts a program in a JVM of its own; the door to confined virtual threads is open there if it is open here.
   *
   * @param kit what makes its loops
   */
  public static ChildJvm start(Program program, Class<?> kit, String... flags) throws IOException {
    return ChildJvm.start(kit, flags(flags), SignalPrograms.class, program.name(), kit.getName());
  }

  /** The program and the kit are its arguments. */
  public static void main(String... arguments) throws Exception {
    LoopEngine loop = newLoop(arguments[1]);
    Program program = Program.valueOf(arguments[0]);
    if (program == Program.WAIT_WITHOUT_UNCANCEL) {
      loop.setTaskFactory(WITHOUT_UNCANCEL);
    }
    try (Runner runner = Runner.builder().loopFactory(() -> loop).build()) {
      run(program, runner);
      say("run returned");
    } catch (KeyboardInterrupt interrupt) {
      say("KeyboardInterrupt: " + interrupt.getMessage());
    } catch (CancellationException cancelled) {
      say("CancellationException");
    }
    say("closed");
  }

  /** Flags for a JVM in which the door to confined virtual threads is open if it is open here. */
  public static List<String> flags(String... flags) {
    List<String> all = new ArrayList<>(List.of(flags));
    Module java = Object.class.getModule();
    Optional<Module> fibers = ModuleLayer.boot().findModule("io.asyncrunner.virtualthreads"); // none on the class path
    if (java.isOpen("java.lang", fibers.orElse(SignalPrograms.class.getModule()))) {
      all.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    return all;
  }

  /** A loop of a kit in real time. */
  public static LoopEngine newLoop(String kitName) throws ReflectiveOperationException {
    Method newEventLoop = EventLoopTck.class.getDeclaredMethod("newEventLoop", Ticker.class);
    newEventLoop.setAccessible(true);
    return (LoopEngine) newEventLoop.invoke(newKit(kitName), Ticker.SYSTEM);
  }

  /** What a kit says of its loops. */
  static boolean reportsGarbageWhileRunning(String kitName) throws ReflectiveOperationException {
    Method says = EventLoopTck.class.getDeclaredMethod("reportsGarbageWhileRunning");
    says.setAccessible(true);
    return (boolean) says.invoke(newKit(kitName));
  }

  private static Object newKit(String name) throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(name).getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static void run(Program program, Runner runner) {
    switch (program) {
      case HAM -> runner.run(() -> say("ham"));
      case WAIT, WAIT_WITHOUT_UNCANCEL -> {
        AsyncFuture<String> future = runner.loop().createFuture();
        try {
          runner.run(() -> untilCancelled(future::await));
        } finally {
          say("the future is cancelled: " + future.isCancelled());
        }
      }
      case BUSY -> runner.run(() -> untilCancelled(() -> {
        for (;;) {
          EventLoop.running().yieldNow();
        }
      }));
      case CANCELLED_BEFORE -> runner.run(SignalPrograms::cancelledBefore);
      case SLEEP -> runner.run(() -> {
        Async.createTask(() -> say("ready"));
        Async.sleep(FOR_EVER);
      });
      case STUBBORN -> runner.run(() -> {
        say("ready");
        try {
          Async.sleep(FOR_EVER);
        } catch (CancelledError ignored) {
          say("cancelled, requests: " + Async.currentTask().cancelling());
          Async.sleep(FOR_EVER);
        }
      });
    }
  }

  /** Says that it is there for the signal, and ends with a cancellation of its own when it has been cancelled. */
  private static void untilCancelled(VoidCoroutine<RuntimeException> body) throws InterruptedException {
    say("ready");
    try {
      body.run();
    } catch (CancelledError cancelled) {
      say("cancelled");
    }
    throw new CancelledError();
  }

  /** A signal comes on a thread of its own, so main holds its end up until it has been counted. */
  private static void cancelledBefore() {
    Task<?> main = Async.currentTask();
    Async.createTask(() -> {
      main.cancel();
      say("ready");
    });
    try {
      Async.sleep(FOR_EVER);
    } finally {
      while (main.cancelling() < 2) {
        try {
          EventLoop.running().yieldNow();
        } catch (CancelledError bySignal) {
          say("requests: " + main.cancelling());
        }
      }
    }
  }

  private static final TaskFactory WITHOUT_UNCANCEL = new TaskFactory() {
    @Override
    public <T extends @Nullable Object> Task<T> newTask(EventLoop loop, TaskOptions options,
        Coroutine<T, ?> coroutine) {
      return withoutUncancel(loop.newTask(options, coroutine));
    }
  };

  /** A task that hands all on to another one, but for one method. */
  @SuppressWarnings("unchecked") // a proxy of the interface
  private static <T extends @Nullable Object> Task<T> withoutUncancel(Task<T> task) {
    return (Task<T>) Proxy.newProxyInstance(Task.class.getClassLoader(), new Class<?>[] {Task.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("uncancel")) {
            throw new UnsupportedOperationException("uncancel");
          }
          try {
            return method.invoke(task, arguments);
          } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
          }
        });
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
