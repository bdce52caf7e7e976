package io.asyncrunner.benchmarks;

import io.asyncrunner.Async;
import io.asyncrunner.Runner;
import io.asyncrunner.TaskGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One operation: a switch between two of 100 tasks that yield in turn. Called from a platform thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TaskSwitch {
  private static final int TASKS = 100;
  private static final int TURNS = 100;

  /** Which loop. */
  @Param
  public LoopKind loop = LoopKind.confined;

  @SuppressWarnings("NullAway.Init") // JMH calls open() first
  private Runner runner;

  /** Makes the Runner. */
  @Setup(Level.Trial)
  public void open() {
    runner = loop.newRunner();
  }

  /** Closes the Runner. */
  @TearDown(Level.Trial)
  public void close() {
    runner.close();
  }

  /** Runs the tasks. */
  @Benchmark
  @OperationsPerInvocation(TASKS * TURNS)
  public void switchTasks() {
    runner.run(() -> TaskGroup.run(group -> {
      for (int i = 0; i < TASKS; i++) {
        group.createTask(TaskSwitch::takeTurns);
      }
    }));
  }

  private static void takeTurns() {
    for (int i = 0; i < TURNS; i++) {
      Async.sleep(Duration.ZERO);
    }
  }
}
