package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Several at once. */
final class CombinatorOperations {
  private CombinatorOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("gather", CombinatorOperations::gather).taking(1, Place.TASK, Place.TASK, Place.TASK),
      Operation.waiting("gather-outcomes", CombinatorOperations::gatherOutcomes).taking(1, Place.TASK, Place.TASK),
      Operation.waiting("map-concurrently", CombinatorOperations::map).taking(3, Place.TASK),
      Operation.waiting("race", CombinatorOperations::race).taking(1, Place.TASK, Place.TASK),
      Operation.waiting("race-staggered", CombinatorOperations::raceStaggered).taking(2, Place.TASK, Place.TASK),
      Operation.waiting("as-completed", CombinatorOperations::asCompleted).taking(3, Place.TASK, Place.TASK),
      Operation.waiting("await-several", CombinatorOperations::awaitSeveral).taking(3),
      Operation.waiting("shield", CombinatorOperations::shield).taking(1));

  private static List<Task<?>> tasksOf(List<Job> jobs) {
    List<Task<?>> tasks = new ArrayList<>();
    jobs.forEach(job -> tasks.add(job.task()));
    return tasks;
  }

  private static void gather(Flow flow, Step step) {
    List<Job> jobs = flow.spawnAll(step.blocks());
    List<Object> results;
    try {
      results = flow.waiting("all of " + jobs, () -> jobs.stream().allMatch(Job::isDone),
          () -> Async.gather(tasksOf(jobs)));
    } catch (CancelledError cancelled) {
      flow.ensure(Async.currentTask().cancelling() > 0 || jobs.stream().anyMatch(job -> job.task().isCancelled()),
          "a gather was cancelled, but nobody cancelled it");
      throw cancelled;
    } catch (RuntimeException | Error thrown) {
      ensureOfOne(flow, jobs, thrown);
      if (step.number(0) % 2 == 0 || Expected.endsRun(thrown)) {
        throw thrown;
      }
      return;
    }
    if (!flow.world.isHostile()) {
      flow.ensureSame(results, jobs.stream().map(Job::value).toList(), "a gather gave");
    }
  }

  private static void ensureOfOne(Flow flow, List<Job> jobs, Throwable thrown) {
    if (!flow.world.isHostile()) {
      flow.ensure(jobs.stream()
          .anyMatch(
              job -> job.isDone()
                  && (job.hasThrown(thrown) || job.hasThrown(Objects.requireNonNullElse(thrown.getCause(), thrown)))),
          "none of " + jobs + " threw " + thrown);
    }
  }

  private static void gatherOutcomes(Flow flow, Step step) {
    List<Job> jobs = flow.spawnAll(step.blocks());
    List<Outcome<Object>> outcomes = flow.waiting(
        "all of " + jobs, () -> jobs.stream().allMatch(Job::isDone), () -> Async.gatherOutcomes(tasksOf(jobs)));
    for (int i = 0; i < jobs.size(); i++) {
      Job job = jobs.get(i);
      job.checkOutcome();
      if (outcomes.get(i) instanceof Outcome.Success<Object> success && !flow.world.isHostile()) {
        flow.ensureSame(success.value(), job.value(), "an outcome of " + job);
      } else if (outcomes.get(i) instanceof Outcome.Failure<Object> failure && !flow.world.isHostile()) {
        flow.ensureSame(failure.exception(), job.thrown(), "an outcome of " + job);
      }
    }
  }

  private static void map(Flow flow, Step step) throws Exception {
    List<Integer> inputs = IntStream.range(0, step.number(0)).boxed().toList();
    int limit = 1 + step.number(1) % 4;
    int[] running = new int[1];
    Map<Integer, Job> jobs = new TreeMap<>();
    try {
      List<Object> results = Async.mapConcurrently(inputs, limit, input -> {
        running[0]++;
        flow.ensure(running[0] <= limit, "mapConcurrently runs " + running[0] + " at once, expected " + limit);
        try {
          Job job = new Job(flow.world, step.block(0));
          jobs.put(input, job);
          return job.run();
        } finally {
          running[0]--;
        }
      });
      if (!flow.world.isHostile()) {
        flow.ensureSame(results, jobs.values().stream().map(Job::value).toList(), "mapConcurrently gave");
      }
    } catch (CancelledError cancelled) {
      throw cancelled;
    } catch (Exception | Error thrown) {
      if (step.number(2) % 2 == 0 || Expected.endsRun(thrown)) {
        throw thrown;
      }
    } finally {
      flow.ensure(running[0] == 0, "mapConcurrently ended, but " + running[0] + " are running");
    }
  }

  /** Contestants, each of which adds itself to {@code ended} when it ends. */
  private static List<Coroutine<Integer, Exception>> contestants(Flow flow, Step step, int[] running) {
    List<Coroutine<Integer, Exception>> contestants = new ArrayList<>();
    for (int i = 0; i < step.blocks().size(); i++) {
      int index = i;
      contestants.add(() -> {
        running[0]++;
        try {
          new Flow(flow.world, Place.TASK, null).run(step.block(index));
          return index;
        } finally {
          running[0]--;
        }
      });
    }
    return contestants;
  }

  private static void race(Flow flow, Step step) {
    int[] running = new int[1];
    try {
      Integer winner = Async.race(contestants(flow, step, running));
      flow.ensure(winner == null ? flow.world.isHostile() : winner < step.blocks().size(),
          "a race was won by " + winner);
    } catch (ExceptionGroup failures) {
      if (step.number(0) % 2 == 0) {
        throw failures;
      }
    } finally {
      flow.ensure(running[0] == 0, "a race ended, but " + running[0] + " contestants are running");
    }
  }

  private static void raceStaggered(Flow flow, Step step) {
    int[] running = new int[1];
    try {
      Async.Staggered<Integer> result = Async.raceStaggered(
          flow.units(step.number(0)), contestants(flow, step, running));
      if (!flow.world.isHostile()) {
        flow.ensureSame(result.winner(), result.winnerIndex() < 0 ? null : result.winnerIndex(), "a race was won by");
      }
    } finally {
      flow.ensure(running[0] == 0, "a staggered race ended, but " + running[0] + " contestants are running");
    }
  }

  private static void asCompleted(Flow flow, Step step) {
    List<Job> jobs = flow.spawnAll(step.blocks());
    Set<Task<?>> left = new LinkedHashSet<>(tasksOf(jobs));
    try {
      for (Task<?> task : Async.asCompleted(flow.units(10 * step.number(0)), tasksOf(jobs))) {
        flow.ensure(task.isDone(), "asCompleted gave " + task);
        flow.ensure(left.remove(task), "asCompleted gave " + task + " twice, or is not one of its");
        if (step.number(1) == 0) {
          return;
        }
      }
      flow.ensure(left.isEmpty(), "asCompleted did not give " + left);
    } catch (DeadlineExceededException late) {
      if (step.number(2) % 2 == 0) {
        throw late;
      }
    }
  }

  private static void awaitSeveral(Flow flow, Step step) {
    Set<Task<?>> tasks = new LinkedHashSet<>();
    for (int i = 0; i < 3; i++) {
      Job job = flow.world.job(step.number(0) + i);
      if (flow.mayAwait(job)) {
        tasks.add(job.task());
      }
    }
    if (tasks.isEmpty()) {
      return;
    }
    Async.Waited<Task<?>> waited = switch (step.number(1) % 3) {
      case 0 -> flow.waiting("all of several", () -> tasks.stream().allMatch(AsyncFuture::isDone),
          () -> Async.awaitAll(flow.units(10 * step.number(2)), tasks));
      case 1 -> flow.waiting("one of several", () -> tasks.stream().anyMatch(AsyncFuture::isDone),
          () -> Async.awaitAny(tasks));
      default -> flow.waiting("a failure of several", () -> tasks.stream().allMatch(AsyncFuture::isDone),
          () -> Async.awaitFirstFailure(tasks));
    };
    flow.ensure(waited.done().stream().allMatch(AsyncFuture::isDone), "not done: " + waited.done());
    Set<Task<?>> all = new LinkedHashSet<>(waited.done());
    all.addAll(waited.pending());
    flow.ensureSame(all, tasks, "a wait for several gave");
  }

  private static void shield(Flow flow, Step step) throws Exception {
    Job job = flow.world.job(step.number(0));
    if (!flow.mayAwait(job)) {
      return;
    }
    AsyncFuture<?> shielded = Async.shield(job.task());
    try {
      flow.waiting("shielded " + job, job::isDone, shielded::await);
    } catch (CancelledError cancelled) {
      throw cancelled;
    } catch (RuntimeException | Error thrown) {
      ensureOfOne(flow, List.of(job), thrown);
      throw thrown;
    }
  }
}
