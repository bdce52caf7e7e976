package io.asyncrunner.tck.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The programs that tests start in a JVM of their own to see what is logged: there the kit brings the logging backend, and
 * nothing depends on that of who runs the kit. One JVM runs them all, one after another, because it takes far longer to start than
 * they do.
 */
public final class LogPrograms {
  /** What each kit's JVM has printed. */
  private static final Map<Class<?>, List<String>> OUTPUTS = new HashMap<>();

  private LogPrograms() {}

  /** What the program does. */
  public enum Program {
    /** A callback fails, then a timer's, each with another one behind it. */
    CALLBACKS,
    /** A task fails that nobody looks at. */
    NEVER_RETRIEVED,
    /** A callback fails with an exception handler, then one without. */
    HANDLER_TAKEN_AWAY,
    /** A callback fails, and so does the exception handler. */
    BROKEN_HANDLER,
    /** Debug mode: a callback holds the loop, then a task, until that is logged. */
    SLOW,
    /** The default executor does not end. */
    EXECUTOR,
  }

  /** The output of a program; each line of it that was logged begins with the level. */
  public static synchronized List<String> outputOf(Program program, Class<?> kit)
      throws IOException, InterruptedException {
    List<String> all = OUTPUTS.get(kit);
    if (all == null) {
      try (ChildJvm child = ChildJvm.start(kit, SignalPrograms.flags(), LogPrograms.class, kit.getName())) {
        all = child.output();
      }
      OUTPUTS.put(kit, all);
    }
    assertThat(all).as("what the JVM of the programs has printed").contains(titleOf(program));
    return all.stream()
        .dropWhile(line -> !line.equals(titleOf(program)))
        .skip(1)
        .takeWhile(line -> Arrays.stream(Program.values()).map(LogPrograms::titleOf).noneMatch(line::equals))
        .toList();
  }

  private static String titleOf(Program program) {
    return "--- " + program;
  }

  /** The kit is its argument. A program that fails leaves the others alone. */
  public static void main(String... arguments) throws Exception {
    boolean reportsGarbage = SignalPrograms.reportsGarbageWhileRunning(arguments[0]);
    for (Program program : Program.values()) {
      say(titleOf(program));
      LogToStdout.LINES.clear();
      LoopEngine loop = SignalPrograms.newLoop(arguments[0]);
      try {
        run(program, loop, reportsGarbage);
        loop.close();
        say("end");
      } catch (Throwable failed) {
        say("thrown: " + failed);
      }
    }
  }

  private static void run(Program program, LoopEngine loop, boolean reportsGarbage) {
    switch (program) {
      case CALLBACKS -> {
        loop.callSoon(new Failing());
        loop.callSoon(() -> say("goes on"));
        in(loop, () -> Async.sleep(Duration.ZERO));
        loop.callLater(Duration.ofMillis(10), new Failing());
        in(loop, () -> Async.sleep(Duration.ofMillis(20)));
        say("goes on");
      }
      case NEVER_RETRIEVED -> {
        in(loop, () -> Async.createTask(TaskOptions.named("zero error"), () -> PortedTests.crash()));
        in(loop, () -> Async.sleep(Duration.ZERO));
        while (reportsGarbage && LogToStdout.LINES.isEmpty()) {
          System.gc();
          in(loop, () -> Async.sleep(Duration.ofMillis(1)));
        }
      }
      case HANDLER_TAKEN_AWAY -> {
        loop.setExceptionHandler((of, context) -> say("the handler: " + context.exception()));
        loop.callSoon(new Failing());
        in(loop, () -> Async.sleep(Duration.ZERO));
        loop.setExceptionHandler(null);
        loop.callSoon(new Failing());
        in(loop, () -> Async.sleep(Duration.ZERO));
      }
      case BROKEN_HANDLER -> {
        loop.setExceptionHandler((of, context) -> {
          throw new UnsupportedOperationException("spam");
        });
        loop.callSoon(new Failing());
        loop.callSoon(() -> say("goes on"));
        in(loop, () -> Async.sleep(Duration.ZERO));
      }
      case SLOW -> {
        loop.setDebug(true);
        loop.callSoon(() -> holdUntilLogged(1));
        in(loop, () -> Async.sleep(Duration.ZERO));
        loop.runUntilComplete(loop.createTask(TaskOptions.named("slow task"), () -> {
          holdUntilLogged(2);
          return true;
        }));
      }
      case EXECUTOR -> {
        CountDownLatch mayEnd = new CountDownLatch(1);
        ExecutorService stubborn = Executors.newSingleThreadExecutor();
        stubborn.execute(() -> {
          while (mayEnd.getCount() > 0) {
            Thread.onSpinWait(); // and so is not interrupted
          }
        });
        loop.handOverDefaultExecutor(stubborn);
        in(loop, () -> loop.shutdownDefaultExecutor(Duration.ofMillis(10)));
        say("ended before: " + stubborn.isTerminated());
        mayEnd.countDown();
      }
    }
  }

  /** A callback that fails. */
  public static final class Failing implements Runnable {
    @Override
    public void run() {
      PortedTests.crash();
    }
  }

  private static void in(LoopEngine loop, VoidCoroutine<?> coroutine) {
    loop.runUntilComplete(loop.createTask(coroutine));
  }

  /** Holds the loop without blocking, which would let it go on. */
  private static void holdUntilLogged(int number) {
    while (LogToStdout.LINES.size() < number) {
      Thread.onSpinWait();
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
