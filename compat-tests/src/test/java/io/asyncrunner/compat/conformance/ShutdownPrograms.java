package io.asyncrunner.compat.conformance;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.tck.support.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;

/** Services that are told to end; each says on its standard output where it is. */
final class ShutdownPrograms {
  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final Duration MOMENT = Duration.ofMillis(1);

  private ShutdownPrograms() {}

  /** What the program does; the first argument. */
  enum Program {
    /** Serves on the main thread, beside a thread that is no daemon and another's shutdown hook. */
    SERVING,
    /** The same on another thread. */
    SERVING_ELSEWHERE,
    /** Begins another run when the first has been cancelled; with a close timeout that nobody would wait for. */
    RUNNING_AGAIN,
    /** Goes on when it is cancelled. */
    STUBBORN,
    /** The same with a short close timeout. */
    STUBBORN_FOR_A_WHILE,
    /** Is between two runs, with a task left; with the same timeout. */
    IDLE,
    /** Has never run. */
    UNUSED,
    /** Has been closed. */
    CLOSED,
    /** Another thread calls {@code System.exit}. */
    EXIT_ELSEWHERE,
    /** The main task calls {@code System.exit} while another waits. */
    EXIT_IN_MAIN_TASK,
    /** Another task calls it. */
    EXIT_IN_OTHER_TASK,
    /** The main thread calls it behind the run. */
    EXIT_BEHIND_RUN,
  }

  static ChildJvm start(Program program, Loops loops) throws IOException {
    return ChildJvm.start(List.of("--add-opens=java.base/java.lang=ALL-UNNAMED"), ShutdownPrograms.class,
        program.name(),
        loops.name());
  }

  public static void main(String... arguments) throws Exception {
    Program program = Program.valueOf(arguments[0]);
    Runner.Builder builder = Runner.builder().loopFactory(Loops.valueOf(arguments[1])::newEventLoop).closeOnShutdown();
    switch (program) {
      case SERVING -> {
        new Thread(ShutdownPrograms::waitForEver, "no daemon").start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> say("another's hook")));
        serve(builder);
      }
      case SERVING_ELSEWHERE -> new Thread(() -> serve(builder), "not the main thread").start();
      case RUNNING_AGAIN -> {
        Runner runner = builder.closeTimeout(FOR_EVER).build();
        try {
          runner.run(() -> {
            say("ready");
            Async.sleep(FOR_EVER);
          });
        } catch (CancellationException cancelled) {
          try {
            runner.run(() -> say("ran again"));
          } catch (IllegalStateException refused) {
            say(refused.getMessage());
          }
        }
        waitForEver();
      }
      case STUBBORN -> stubborn(builder);
      case STUBBORN_FOR_A_WHILE -> stubborn(builder.closeTimeout(Duration.ofMillis(200)));
      case IDLE -> {
        Runner runner = builder.closeTimeout(FOR_EVER).build();
        runner.run(() -> {
          Task<?> _ = Async.createTask(() -> cleanUpBehind(FOR_EVER));
          Async.sleep(MOMENT);
        });
        say("ready");
        waitForEver();
      }
      case UNUSED -> {
        Runner _ = builder.build();
        say("ready");
        waitForEver();
      }
      case CLOSED -> {
        try (Runner runner = builder.build()) {
          runner.run(() -> {});
        }
        say("ready");
        waitForEver();
      }
      case EXIT_ELSEWHERE -> {
        new Thread(() -> System.exit(7)).start();
        serve(builder);
      }
      case EXIT_IN_MAIN_TASK -> exitIn(builder, true);
      case EXIT_IN_OTHER_TASK -> exitIn(builder, false);
      case EXIT_BEHIND_RUN -> {
        try (Runner runner = builder.build()) {
          runner.run(() -> cleanUpBehind(MOMENT));
          System.exit(7);
        }
      }
    }
    say("end of main");
  }

  private static void serve(Runner.Builder builder) {
    try {
      try (Runner runner = builder.build()) {
        runner.run(() -> {
          Task<?> _ = Async.createTask(() -> cleanUpBehind(FOR_EVER));
          Async.sleep(MOMENT);
          say("ready");
          cleanUpBehind(FOR_EVER);
        });
      } finally {
        say("closed");
      }
    } catch (CancellationException shutdown) {
      say(shutdown.getMessage().replaceAll("at .*", "at that time)"));
    }
  }

  private static void stubborn(Runner.Builder builder) {
    try (Runner runner = builder.build()) {
      runner.run(() -> {
        for (;;) {
          say("ready");
          try {
            Async.sleep(FOR_EVER);
          } catch (CancelledError ignored) {
            say("ignored");
          }
        }
      });
    }
  }

  private static void exitIn(Runner.Builder builder, boolean inMain) {
    try (Runner runner = builder.build()) {
      runner.run(() -> {
        Task<?> _ = Async.createTask(() -> {
          try {
            Async.sleep(MOMENT.multipliedBy(5));
            if (!inMain) {
              System.exit(7);
            }
            Async.sleep(FOR_EVER);
          } finally {
            Async.sleep(MOMENT);
            say("the other has cleaned up");
          }
        });
        try {
          Async.sleep(MOMENT.multipliedBy(20));
          if (inMain) {
            System.exit(7);
          }
          Async.sleep(FOR_EVER);
        } finally {
          Async.sleep(MOMENT);
          say("main has cleaned up");
        }
      });
    }
  }

  /** Waits, and takes its time to clean up. */
  private static void cleanUpBehind(Duration wait) {
    try {
      Async.sleep(wait);
    } finally {
      Async.sleep(MOMENT);
      say("cleaned up");
    }
  }

  private static void waitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
