package io.asyncrunner.compat.faults;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.compat.faults.Operation.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls an operation at every depth near the end of the stack: goes down to the end, and calls it in the frames on the way up, until it
 * has succeeded a few times in a row, and once more at the beginning of the stack. Each call has what it needs prepared, and is looked at afterwards, where there is stack again.
 */
final class StackFaults {
  private static final int SUCCESSES = 5;
  private static final int MOST_FRAMES_BETWEEN = 1_000;
  private static final int STACK_BYTES = 260 << 10;

  private final EventLoopFactory loops;
  private final int trials;
  private final int rounds;
  private final List<String> failures = new ArrayList<>();

  /**
   * @param trials how often an operation is called in a round; between two calls are the more frames, the more calls there have been
   */
  StackFaults(EventLoopFactory loops, int trials, int rounds) {
    this.loops = loops;
    this.trials = trials;
    this.rounds = rounds;
  }

  /** What was wrong, one line for each operation at most. */
  List<String> run(List<Operation> operations) throws InterruptedException {
    Thread thread = new Thread(null, () -> runHere(operations), "small stack", STACK_BYTES);
    thread.start();
    thread.join();
    return failures;
  }

  private void runHere(List<Operation> operations) {
    List<Operation> left = new ArrayList<>(operations);
    while (!left.isEmpty()) {
      try (Runner runner = Runner.builder().loopFactory(loops).closeTimeout(Duration.ofSeconds(10)).build()) {
        runner.run(() -> {
          while (!left.isEmpty()) {
            for (int round = 0; round < rounds; round++) {
              tryOut(left.get(0), round);
            }
            left.remove(0);
          }
        });
      } catch (Throwable thrown) {
        failures.add(
            (left.isEmpty() ? "the end" : left.remove(0).name()) + " ended the run or the closing: " + trace(thrown));
      }
    }
  }

  private void tryOut(Operation operation, int round) throws Throwable {
    Trial warmUp = operation.preparation().prepare(); // the JVM links code where it is run for the first time, which takes stack
    warmUp.act();
    warmUp.check(true);
    List<Task<?>> before = EventLoop.running().allTasks();
    Diver diver = new Diver(trials);
    for (int i = 0; i < trials; i++) {
      diver.trials.add(operation.preparation().prepare());
    }
    Async.createTask(() -> {
      switch (round % 4) {
        case 0 -> diver.dive();
        case 1 -> diver.dive(1, 2);
        case 2 -> diver.dive(1, 2, 3, 4);
        default -> diver.dive(1, 2, 3, 4, 5, 6);
      }
      diver.call(); // with all the stack there is
    }).await();
    String failure = diver.failure == null ? null : "threw " + trace(diver.failure);
    if (failure == null && diver.inARow == 0) {
      failure = "has not succeeded in " + diver.tried + " calls";
    }
    for (int i = 0; i < trials && failure == null; i++) {
      try {
        diver.trials.get(i).check(diver.done[i]);
      } catch (Throwable thrown) {
        failure = "round " + round + ", call " + i + " of " + diver.tried + ", which "
            + (diver.done[i] ? "returned: " : i < diver.tried ? "threw: " : "was not made: ") + trace(thrown);
      }
    }
    Operation.settle();
    if (failure == null && !EventLoop.running().allTasks().equals(before)) {
      failure = "left tasks: " + EventLoop.running().allTasks();
    }
    if (failure != null) {
      failures.add(operation.name() + ": " + failure);
      List<Task<?>> left = new ArrayList<>(EventLoop.running().allTasks());
      left.removeAll(before);
      left.forEach(Task::cancel);
      if (!left.isEmpty()) {
        Async.awaitAll(Duration.ofSeconds(5), left);
      }
    }
  }

  static String trace(Throwable thrown) {
    StringBuilder text = new StringBuilder(thrown.toString());
    StackTraceElement[] frames = thrown.getStackTrace();
    for (int i = 0; i < Math.min(frames.length, 12); i++) {
      text.append(" < ")
          .append(frames[i].getClassName().replaceAll(".*\\.", ""))
          .append('.')
          .append(frames[i].getMethodName())
          .append(':')
          .append(frames[i].getLineNumber());
    }
    if (thrown.getCause() != null) {
      text.append(" caused by ").append(trace(thrown.getCause()));
    }
    return text.toString();
  }

  /** Goes down to the end of the stack, and calls on the way up. */
  private static final class Diver {
    final List<Trial> trials = new ArrayList<>();
    final boolean[] done;
    private int frames;
    private int next;
    int tried;
    int inARow;
    Throwable failure;

    Diver(int trials) {
      done = new boolean[trials];
    }

    @SuppressWarnings("InfiniteRecursion") // what is wanted
    void dive() {
      try {
        dive();
      } catch (StackOverflowError end) {
        frames = 0;
        next = 0;
      }
      if (inARow < SUCCESSES && frames++ >= next && tried < done.length - 1) {
        call();
      }
    }

    // The same from a beginning that is a little lower.

    @SuppressWarnings("unused") // takes up stack
    void dive(long a, long b) {
      dive();
    }

    @SuppressWarnings("unused") // takes up stack
    void dive(long a, long b, long c, long d) {
      dive(a, b);
    }

    @SuppressWarnings("unused") // takes up stack
    void dive(long a, long b, long c, long d, long e, long f) {
      dive(a, b, c, d);
    }

    private void call() {
      next = frames + (int) (MOST_FRAMES_BETWEEN * Math.pow((double) tried / done.length, 3)); // the first ones in each frame
      Trial trial = trials.get(tried++);
      try {
        trial.act();
        done[tried - 1] = true;
        inARow++;
      } catch (StackOverflowError end) {
        inARow = 0;
      } catch (Throwable thrown) {
        failure = thrown;
        inARow = SUCCESSES;
      }
    }
  }
}
