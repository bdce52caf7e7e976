package io.asyncrunner.compat.faults;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.compat.faults.Operation.Trial;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Calls an operation with its first allocation failing, then with its second, until it needs no more. An error that the operation
 * throws is caught; one that the loop meets ends the run, and the next run goes on.
 */
final class MemoryFaults implements Runnable {
  private static final int MOST = 2_000;
  private static final String OPERATION = "asyncrunner.faults.operation"; // what both loaders see

  private final Kind kind;
  private final List<String> failures;

  /** Called through reflection, because another loader has loaded this. */
  MemoryFaults(String kind, List<String> failures) {
    this.kind = Kind.valueOf(kind);
    this.failures = failures;
  }

  /** What was wrong, one line for each operation at most. */
  static List<String> run(Kind kind, Duration patience) throws ReflectiveOperationException, InterruptedException {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    Class<?> type = new FailingLoader(MemoryFaults.class.getClassLoader()).loadClass(MemoryFaults.class.getName());
    Constructor<?> constructor = type.getDeclaredConstructor(String.class, List.class);
    constructor.setAccessible(true);
    Thread thread = new Thread((Runnable) constructor.newInstance(kind.name(), failures), "memory faults");
    thread.setDaemon(true);
    thread.start();
    thread.join(patience.toMillis());
    if (thread.isAlive()) {
      Allocations.stop();
      failures.add(kind + " " + System.getProperty(OPERATION) + ": hangs");
    }
    return failures;
  }

  @Override
  public void run() {
    for (Operation operation : Operations.all()) {
      System.setProperty(OPERATION, operation.name());
      String failure = tryOut(operation);
      if (failure != null) {
        failures.add(kind + " " + operation.name() + ": " + failure);
      }
    }
  }

  private String tryOut(Operation operation) {
    for (int number = 0; number < MOST; number++) {
      Call call = new Call(operation, number);
      try {
        call.run();
      } catch (Throwable thrown) {
        return "allocation " + number + " failed " + (call.failedAt == null ? "" : StackFaults.trace(call.failedAt))
            + ", done "
            + call.done + ": " + StackFaults.trace(thrown);
      }
      if (number > 0 && !call.failed) {
        return null;
      }
    }
    return "still allocates at " + MOST;
  }

  /** One call, in a Runner of its own. */
  private final class Call {
    private final Operation operation;
    private final int number; // 0: none fails, so that all is linked
    private Trial trial;
    boolean done;
    boolean failed;
    Throwable failedAt;

    Call(Operation operation, int number) {
      this.operation = operation;
      this.number = number;
    }

    void run() throws Throwable {
      Runner runner = Runner.builder().loopFactory(kind.factory()).closeTimeout(Duration.ofSeconds(5)).build();
      try {
        runner.run(() -> {
          trial = operation.preparation().prepare();
        });
        List<Task<?>> acting = new ArrayList<>();
        try {
          runner.run(() -> {
            acting.add(Async.currentTask());
            act();
          });
        } catch (OutOfMemoryError ended) {
          failedAt = ended;
        } finally {
          failed |= Allocations.stop();
        }
        runner.run(() -> {
          Operation.require(Async.awaitAll(Duration.ofSeconds(5), acting).pending().isEmpty(),
              "the task that acts does not end: " + acting);
          trial.check(done);
          Operation.settle();
          List<Task<?>> left = new ArrayList<>(EventLoop.running().allTasks());
          left.remove(Async.currentTask());
          Operation.require(left.isEmpty(), "left tasks: " + left);
        });
      } finally {
        Allocations.stop();
        runner.close();
      }
    }

    private void act() throws Throwable {
      Allocations.failAt(number);
      try {
        trial.act();
        done = true;
      } catch (OutOfMemoryError caught) {
        failedAt = caught;
      } finally {
        failed = Allocations.stop();
      }
    }
  }
}
