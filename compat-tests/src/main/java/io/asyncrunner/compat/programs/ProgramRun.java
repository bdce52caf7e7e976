package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one program from beginning to end, and holds what is left against what has to be true of any program. */
final class ProgramRun {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** How long threads that have been told to end may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Program program;
  private final World world;

  private ProgramRun(Program program, Kind kind, Tools tools, boolean tracing) {
    this.program = program;
    this.world = new World(kind, program.setting(), tools, tracing);
  }

  /**
   * What came of a program.
   *
   * @param violations what was not as it has to be
   * @param trace what happened, step by step, if that was asked for
   */
  record Result(List<String> violations, List<String> trace) {
    boolean isGood() {
      return violations.isEmpty();
    }
  }

  /** Runs a program on a thread of its own, which takes some milliseconds; one that takes longer than a limit hangs. */
  static Result of(Program program, Kind kind, Tools tools, boolean tracing, Duration limit) {
    ProgramRun run = new ProgramRun(program, kind, tools, tracing);
    FutureTask<Result> whole = new FutureTask<>(run::run);
    Thread thread = Thread.ofPlatform().daemon().name("programs-main").start(whole);
    try {
      return whole.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException hangs) {
      return new Result(List.of("it hangs:\n" + run.dump(thread)), List.of());
    } catch (Exception failed) {
      return new Result(List.of("the run itself failed: " + failed + " caused by " + failed.getCause()), List.of());
    }
  }

  private Result run() {
    Set<Thread> before = threads();
    Runner.Builder builder = Runner.builder()
        .debug(program.setting().debug())
        .loopFactory(() -> world.kind.newEventLoop(program.seed()))
        .closeTimeout(CLOSE_TIMEOUT);
    if (program.setting().propagation() != Program.Propagation.NONE) {
      builder.propagate(world.carrier);
    }
    Runner runner = builder.build(); // closed by one thread or another
    world.begins(runner.loop());
    for (Program.Part part : program.parts()) {
      call(part.caller(), true, () -> run(runner, part));
    }
    if (program.setting().drained()) {
      call(Program.Caller.SAME, true, () -> drain(runner));
    }
    world.closes();
    if (!world.has(Program.Trait.SPAWNING_WHILE_CLOSING)) { // nor are tasks submitted then
      world.helper.drain();
      call(Program.Caller.SAME, true, () -> turn(runner));
    }
    call(program.setting().closer(), false, () -> close(runner));
    check(before);
    return new Result(world.violations(), world.trace());
  }

  // --- what is done with the Runner ---

  private void run(Runner runner, Program.Part part) {
    Job main = new Job(world, part.block()).sharingContext();
    try {
      Object result = runner.run(() -> {
        Overseer overseer = new Overseer(world, Async.currentTask());
        overseer.begin();
        try {
          return main.run();
        } finally {
          if (part.ending() == Program.Ending.SETTLED) {
            overseer.settle();
          } else if (part.ending() == Program.Ending.CANCELLED) {
            Async.allTasks().forEach(task -> {
              if (task != Async.currentTask()) {
                task.cancel();
              }
            });
          }
          overseer.end();
        }
      });
      if (result != main.value() && !world.isHostile()) {
        world.violation("a run returned " + result + ", expected " + main.value());
      }
    } catch (Throwable thrown) {
      world.ensureExpected(thrown, "the caller of a run");
    }
  }

  /** Cancels all tasks until none is left. */
  private void drain(Runner runner) {
    try {
      runner.run(() -> {
        Task<?> me = Async.currentTask();
        List<Task<?>> left = new ArrayList<>(Async.allTasks());
        for (left.remove(me); !left.isEmpty(); left.remove(me)) {
          left.forEach(Task::cancel);
          Async.awaitAll(world.kind.unit().multipliedBy(1000), left);
          left = new ArrayList<>(Async.allTasks());
        }
        world.jobs().forEach(Job::checkOutcome);
        world.locks.forEach(lock -> lock.ensureAsNew(world));
        world.semaphores.forEach(semaphore -> semaphore.ensureAsNew(world));
        world.queues.forEach(queue -> queue.ensureBalanced(world));
      });
    } catch (Throwable thrown) { // what ends the run comes out of it
      world.ensureExpected(thrown, "the caller of the last run");
    }
  }

  /** Has what was submitted begin. */
  private void turn(Runner runner) {
    try {
      runner.run(() -> Async.sleep(Duration.ZERO));
    } catch (Throwable thrown) { // others cancel it, or end the run
      world.ensureExpected(thrown, "the caller of the last turn");
    }
  }

  private void close(Runner runner) {
    try {
      runner.close();
    } catch (Throwable thrown) {
      world.ensureExpected(thrown, "the caller of close");
    }
  }

  /** Has one thread or another call the Runner. Such a call leaves it interrupted only if it was interrupted. */
  @SuppressWarnings("LockNotBeforeTry") // there is nothing to be done with it
  private void call(Program.Caller caller, boolean running, Runnable body) {
    Runnable call = () -> {
      world.caller = Thread.currentThread();
      body.run();
      world.caller = null;
      world.helper.drain(); // who interrupts the thread has done so
      boolean _ = Thread.interrupted();
      if (world.has(Program.Trait.LOCKING_BETWEEN_RUNS)) {
        world.leaf.lock(); // as who logs next: nobody may hold it for ever
        world.leaf.unlock();
      }
    };
    try {
      switch (world.kind.isBoundToAThread() ? Program.Caller.SAME : caller) {
        case SAME -> call.run();
        case PLATFORM -> Thread.ofPlatform().name("programs-caller").start(call).join();
        case VIRTUAL -> {
          if (world.kind.isConfined() && (running || !world.has(Program.Trait.CLOSING_ON_VIRTUAL_THREADS))) {
            Thread.ofPlatform().name("programs-caller").start(call).join();
          } else {
            Thread.ofVirtual().name("programs-caller").start(call).join();
          }
        }
      }
    } catch (InterruptedException interrupted) {
      world.violation("the thread of the program was interrupted");
    }
  }

  // --- what is left ---

  private void check(Set<Thread> before) {
    EventLoop loop = world.loop();
    ensure(loop.isClosed(), "the loop is not closed: " + loop);
    ensure(loop.allTasks().isEmpty(), "tasks are left: " + loop.allTasks());
    world.jobs().forEach(Job::checkOutcome);
    world.locks.forEach(lock -> lock.ensureAsNew(world));
    world.semaphores.forEach(semaphore -> semaphore.ensureAsNew(world));
    world.queues.forEach(queue -> queue.ensureBalanced(world));
    ensure(world.limiter.toString().contains("permits=2, waiters=0"), "the limiter: " + world.limiter);
    world.conditions.forEach(condition -> ensure(
        condition.toString().contains("waiters=0") && !condition.lock().isLocked(), "a condition: " + condition));
    world.barriers.forEach(barrier -> ensure(barrier.waiting() == 0, "a barrier: " + barrier));
    world.generators.forEach(generator -> ensure(
        !generator.isRunning(), "a generator is running: " + generator));
    ensure(world.openGenerators() == 0, world.openGenerators() + " generators have not ended");
    ensure(world.carrier.open() == 0, world.carrier.open() + " propagated values are still in force");
    ensure(world.threads.get() == 0, world.threads.get() + " threads still run code of toThread");
    world.blockingLocks.forEach(lock -> ensure(!lock.isLocked(), "still locked: " + lock));
    world.submissions.forEach(this::checkAnswer);
    checkThreads(before);
  }

  private void checkAnswer(CompletableFuture<?> answer) {
    try {
      answer.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException unanswered) {
      world.violation("a submission was never answered: " + answer);
    } catch (InterruptedException interrupted) {
      world.violation("the thread of the program was interrupted");
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.CancellationException failed) {
      world.ensureExpected(failed, "a submission");
    }
  }

  private void ensure(boolean condition, String message) {
    if (!condition) {
      world.violation(message);
    }
  }

  private void checkThreads(Set<Thread> before) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Thread thread : threads()) {
      if (!before.contains(thread)) {
        try {
          thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException interrupted) {
          world.violation("the thread of the program was interrupted");
        }
        ensure(!thread.isAlive(), "a thread is left: " + thread);
      }
    }
  }

  /** The platform threads, without those that serve all programs, or the JDK. */
  private static Set<Thread> threads() {
    Set<Thread> threads = new java.util.LinkedHashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> thread.getName().startsWith("programs-")
        || thread.getClass().getName().startsWith("jdk.")
        || thread instanceof java.util.concurrent.ForkJoinWorkerThread
        || thread.getName()
            .matches("Read-Poller|Write-Poller|VirtualThread-unpark.*|VirtualThread-unblocker|"
                + "globalEventExecutor.*|process reaper.*|CompletableFutureDelayScheduler|.*delayScheduler|.*Poller.*|Attach Listener|JFR.*"));
    return threads;
  }

  /** Where everybody is. */
  private String dump(Thread main) {
    StringBuilder text = new StringBuilder();
    world.violations().forEach(violation -> text.append("  ").append(violation).append('\n'));
    for (Task<?> task : world.loop().allTasks()) {
      text.append("  ").append(task).append('\n');
      task.stack().stream().limit(20).forEach(frame -> text.append("      at ").append(frame).append('\n'));
    }
    for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
      String where = Arrays.toString(entry.getValue());
      if (entry.getKey() == main || (where.contains("asyncrunner") && entry.getKey() != Thread.currentThread())) {
        text.append("  ").append(entry.getKey()).append(' ').append(entry.getKey().getState()).append('\n');
        for (StackTraceElement frame : entry.getValue()) {
          text.append("      at ").append(frame).append('\n');
        }
      }
    }
    return text.toString();
  }
}
