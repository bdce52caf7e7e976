package io.asyncrunner.compat.conformance;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import io.asyncrunner.tck.support.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** The programs that tests send signals; each says on its standard output where it is. */
final class SignalPrograms {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** The kind of loop that a Runner has without a factory, as an argument. */
  private static final String DEFAULT = "DEFAULT";

  private SignalPrograms() {}

  /** What the program does; the first argument. */
  enum Program {
    /** Runs a coroutine that returns at once. */
    HAM,
    /** Runs one that returns in a day. */
    DELAYED_HAM,
    /** Waits in a loop that has nothing to do. */
    PARKED,
    /** Turns over in a loop that always has something to do. */
    BUSY,
    /** Blocks in {@code Thread.sleep}. */
    THREAD_SLEEP,
    /** Blocks in the read of a socket that gets a byte once the program is nudged. */
    SOCKET_READ,
    /** Does not end when it is cancelled. */
    STUBBORN,
    /** Waits after the run, in which a signal has not come. */
    AFTER,
    /** Waits after a run that a signal has ended. */
    AFTER_INTERRUPT,
    /** Waits in the close of the Runner for a task that does not end. */
    CLOSING,
    /** Has a signal handler of its own, and does not end before that has been called. */
    OWN_HANDLER,
    /** Runs on a thread that is not the main one, with a signal handler of its own. */
    OTHER_THREAD,
    /** Has a Runner that handles SIGTERM. */
    TERM,
    /** The same, and does not end when it is cancelled once. */
    TERM_STUBBORN,
    /** Has a Runner that handles SIGTERM, on a thread that is not the main one. */
    TERM_OTHER_THREAD,
  }

  /** Starts a program in a JVM of its own on a kind of loop. */
  static ChildJvm start(Program program, Loops loops, String... flags) throws IOException {
    List<String> all = new ArrayList<>(Arrays.asList(flags));
    if (loops.isBlockingASuspension()) {
      all.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    return ChildJvm.start(all, SignalPrograms.class, program.name(), loops.name());
  }

  /** Starts a program in a JVM of its own on the loop that {@link Runner#create()} makes there. */
  static ChildJvm startOnDefaultLoop(Program program, String... flags) throws IOException {
    return ChildJvm.start(Arrays.asList(flags), SignalPrograms.class, program.name(), DEFAULT);
  }

  public static void main(String... arguments) throws Exception {
    say("sun.misc.Signal is " + (ModuleLayer.boot().findModule("jdk.unsupported").isPresent() ? "there" : "missing"));
    Runner.Builder builder = Runner.builder();
    if (!arguments[1].equals(DEFAULT)) {
      Loops loops = Loops.valueOf(arguments[1]);
      builder.loopFactory(() -> newEventLoop(loops));
    }
    switch (Program.valueOf(arguments[0])) {
      case HAM -> end(builder, () -> say("ham"));
      case DELAYED_HAM -> end(builder, () -> {
        say("sleeping");
        Async.sleep(FOR_EVER);
        say("ham");
      });
      case PARKED -> end(builder, () -> {
        say("loop: " + EventLoop.running());
        Async.sleep(FOR_EVER);
      });
      case BUSY -> end(builder, () -> {
        for (int turn = 0; turn >= 0; turn++) {
          Async.sleep(Duration.ZERO);
          if (turn == 1000) {
            say("busy");
          }
        }
      });
      case THREAD_SLEEP -> end(builder, () -> {
        announceBlocking();
        Thread.sleep(FOR_EVER);
      });
      case SOCKET_READ -> end(builder, SignalPrograms::readSocket);
      case STUBBORN -> end(builder, SignalPrograms::sleepTwice);
      case AFTER -> {
        end(builder, () -> {});
        waitForEver("after the run");
      }
      case AFTER_INTERRUPT -> {
        end(builder, () -> Async.sleep(FOR_EVER));
        waitForEver("after the run");
      }
      case CLOSING -> end(builder.closeTimeout(Duration.ZERO), () -> {
        Async.createTask(() -> {
          try {
            Async.sleep(FOR_EVER);
          } catch (CancelledError ignored) {
            say("closing");
            Async.sleep(FOR_EVER);
          }
        });
        Async.sleep(Duration.ZERO);
      });
      case OWN_HANDLER -> ownHandler(builder);
      case OTHER_THREAD -> {
        ownSignalHandler();
        inOtherThread(() -> end(builder, () -> {
          // If the Runner took the signal, this would be cancelled.
          say("running");
          while (HANDLED.getCount() > 0) {
            Async.sleep(Duration.ofMillis(1));
          }
        }));
      }
      case TERM -> end(builder.handleSignals("TERM"), () -> Async.sleep(FOR_EVER));
      case TERM_STUBBORN -> end(builder.handleSignals("TERM"), SignalPrograms::sleepTwice);
      case TERM_OTHER_THREAD ->
        inOtherThread(() -> end(builder.handleSignals("TERM"), () -> Async.sleep(FOR_EVER)));
    }
    say("end of main");
  }

  private static void sleepTwice() {
    try {
      Async.sleep(FOR_EVER);
    } catch (CancelledError ignored) {
      say("cleaning up");
      Async.sleep(FOR_EVER);
    }
  }

  /** A loop that says "parked" when it waits for the first time with nothing to do. */
  private static LoopEngine newEventLoop(Loops loops) {
    if (!loops.isOnNetty()) {
      return EventLoops.of(new AnnouncingPoller(), loops.fibers());
    }
    announceWaiting(Thread.currentThread());
    return loops.newEventLoop();
  }

  /** Says "parked" once a loop's thread waits in Netty, whose poller cannot be wrapped. */
  private static void announceWaiting(Thread loopThread) {
    watch(() -> {
      StackTraceElement[] stack = loopThread.getStackTrace();
      return stack.length > 0 && stack[0].isNativeMethod()
          && (stack[0].getClassName().startsWith("io.netty.channel.")
              || stack[0].getClassName().startsWith("sun.nio.ch."))
          && Arrays.stream(stack).anyMatch(SignalPrograms::isWithNothingToDo);
    }, "parked");
  }

  private static boolean isWithNothingToDo(StackTraceElement frame) {
    return frame.getClassName().equals("io.asyncrunner.core.Loop") && frame.getMethodName().equals("park");
  }

  /** Says something once something is so. */
  private static void watch(BooleanSupplier condition, String line) {
    Thread watcher = new Thread(() -> {
      while (!condition.getAsBoolean()) {
        Thread.onSpinWait();
      }
      say(line);
    }, "watches for " + line);
    watcher.setDaemon(true);
    watcher.start();
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** Runs a coroutine, closes the Runner, and says how both end. */
  private static void end(Runner.Builder builder, VoidCoroutine<?> main) {
    try (Runner runner = builder.build()) {
      runner.run(() -> {
        try {
          main.run();
        } finally {
          say("finally");
        }
      });
      say("run returned");
    } catch (KeyboardInterrupt interrupt) {
      say("KeyboardInterrupt: " + interrupt.getMessage());
    } catch (CancellationException cancelled) {
      say("CancellationException: " + cancelled.getMessage());
    } catch (Throwable thrown) {
      say("thrown: " + thrown);
    }
    say("closed");
  }

  private static void waitForEver(String line) throws InterruptedException {
    say(line);
    new CountDownLatch(1).await();
  }

  private static void inOtherThread(Runnable body) throws InterruptedException {
    Thread thread = new Thread(body, "not the main thread");
    thread.start();
    thread.join();
  }

  /** Says "blocked" once the calling task is in a blocking call. */
  private static void announceBlocking() {
    Thread caller = Thread.currentThread();
    // Confined fibers are waiting also between two turns of the loop; this one does not await any more.
    watch(() -> caller.getState() == Thread.State.WAITING || caller.getState() == Thread.State.TIMED_WAITING,
        "blocked");
  }

  private static void readSocket() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept();
        InputStream input = client.getInputStream()) {
      Thread sender = new Thread(() -> {
        try {
          int _ = System.in.read();
          accepted.getOutputStream().write('x');
        } catch (IOException broken) {
          say("sender: " + broken);
        }
      }, "sends a byte when nudged");
      sender.setDaemon(true);
      sender.start();
      say("reading");
      say("read " + input.read());
      Async.sleep(FOR_EVER);
    }
  }

  // --- a signal handler of the program's own ---

  private static final CountDownLatch HANDLED = new CountDownLatch(1);

  /** Reflectively, because the compiler's warning about it cannot be switched off. */
  private static void ownSignalHandler() throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType},
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            say("own handler: " + arguments[0]);
            HANDLED.countDown();
          }
          return null;
        });
    signalType.getMethod("handle", signalType, handlerType)
        .invoke(null, signalType.getConstructor(String.class).newInstance("INT"), handler);
  }

  private static void ownHandler(Runner.Builder builder) throws Exception {
    ownSignalHandler();
    end(builder, () -> {
      try {
        Async.sleep(FOR_EVER);
      } catch (CancelledError cancelled) {
        say("cleaning up");
        while (HANDLED.getCount() > 0) {
          Async.sleep(Duration.ofMillis(1));
        }
        throw cancelled;
      }
    });
    waitForEver("after the run");
  }

  /** Says when the loop waits with nothing to do. */
  private static final class AnnouncingPoller implements Poller {
    private final Poller poller = EventLoops.parkingPoller();
    private boolean announced;

    @Override
    public void poll(long maxWaitNanos) {
      if (maxWaitNanos > Duration.ofMinutes(1).toNanos() && !announced) {
        announced = true;
        say("parked");
      }
      poller.poll(maxWaitNanos);
    }

    @Override
    public void wakeup() {
      poller.wakeup();
    }

    @Override
    public void close() {
      poller.close();
    }
  }
}
