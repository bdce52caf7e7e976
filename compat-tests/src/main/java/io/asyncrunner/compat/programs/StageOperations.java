package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Stages of all kinds. */
final class StageOperations {
  private StageOperations() {}

  private static final Integer VALUE = 12345;

  static final List<Operation> ALL = List.of(
      Operation.waiting("await-complete-stage",
          (flow, step) -> await(flow, step, CompletableFuture.completedFuture(VALUE))),
      Operation.waiting("await-failed-stage", (flow, step) -> await(flow, step, CompletableFuture.failedFuture(
          step.number(0) % 2 == 0 ? new Fault("a stage") : new Fault.Checked("a stage")))).weighing(2),
      Operation.waiting("await-never-stage", (flow, step) -> await(flow, step, new CompletableFuture<>())).weighing(1),
      Operation.waiting("await-cancelled-stage", (flow, step) -> {
        CompletableFuture<Integer> stage = new CompletableFuture<>();
        stage.cancel(true);
        await(flow, step, stage);
      }).weighing(1),
      Operation.waiting("await-threads-stage", (flow, step) -> {
        CompletableFuture<Integer> stage = new CompletableFuture<>();
        flow.world.helper.post(() -> stage.complete(VALUE));
        await(flow, step, stage);
      }).outside(),
      Operation.waiting("await-pools-stage", (flow, step) -> {
        Helper helper = flow.world.helper;
        helper.begins();
        await(flow, step, CompletableFuture.supplyAsync(() -> {
          helper.ends();
          return VALUE;
        }).thenApply(value -> value).toCompletableFuture().minimalCompletionStage());
      }).weighing(2).outside(),
      Operation.waiting("await-loops-stage",
          (flow, step) -> await(flow, step, CompletableFuture.supplyAsync(() -> VALUE, flow.world.loop()))).weighing(2),
      Operation.waiting("await-odd-stage", (flow, step) -> {
        Odd stage = new Odd(flow.world.helper, Oddity.values()[step.number(0) % Oddity.values().length]);
        if (step.number(0) % 2 == 0) {
          stage.complete(VALUE);
        } else {
          flow.world.helper.post(() -> stage.complete(VALUE));
        }
        await(flow, step, stage);
      }).outside());

  private static void await(Flow flow, Step step, CompletionStage<Integer> stage) {
    try {
      flow.ensureSame(Async.await(stage), VALUE, "a stage gave");
    } catch (Fault | CompletionException | CancellationException failed) {
      if (step.number(0) % 3 == 0) {
        throw failed;
      }
    }
  }

  /** How a stage tells who asks. */
  private enum Oddity {
    LATER,
    TWICE,
    THROWING,
    LATER_THROWING
  }

  /** One whose {@code whenComplete} is not as that of a {@code CompletableFuture}. */
  private static final class Odd extends CompletableFuture<Integer> {
    private final Helper helper;
    private final Oddity oddity;

    Odd(Helper helper, Oddity oddity) {
      this.helper = helper;
      this.oddity = oddity;
    }

    @Override
    public CompletableFuture<Integer> whenComplete(
        BiConsumer<? super @Nullable Integer, ? super @Nullable Throwable> action) {
      return super.whenComplete((value, thrown) -> {
        switch (oddity) {
          case LATER -> helper.post(() -> action.accept(value, thrown));
          case TWICE -> {
            action.accept(value, thrown);
            action.accept(value, thrown);
          }
          case THROWING -> {
            action.accept(value, thrown);
            throw new Fault("a stage, having told");
          }
          case LATER_THROWING -> {
            helper.post(() -> action.accept(value, thrown));
            throw new Fault("a stage, telling later");
          }
        }
      });
    }
  }
}
