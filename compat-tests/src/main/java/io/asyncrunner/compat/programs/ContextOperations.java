package io.asyncrunner.compat.programs;

import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import java.util.List;

/** Context variables, contexts, and what propagators carry. */
final class ContextOperations {
  private ContextOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("set-variable", ContextOperations::set).taking(1, Place.TASK),
      Operation.waiting("in-context", (flow, step) -> Context.copyCurrent().run(() -> set(flow, step)))
          .weighing(2)
          .taking(1, Place.TASK),
      Operation.waiting("carry", ContextOperations::carry).weighing(3).taking(1, Place.TASK));

  private static void set(Flow flow, Step step) throws Exception {
    Integer before = flow.variable();
    if (before == null) { // it shares a context with others
      flow.run(step.block(0));
      return;
    }
    ContextVar.Token token = flow.world.variable.set(1000 + step.number(0));
    flow.expectVariable(1000 + step.number(0));
    try {
      flow.run(step.block(0));
    } finally {
      flow.world.variable.reset(token);
      flow.expectVariable(before);
    }
  }

  private static void carry(Flow flow, Step step) throws Exception {
    if (flow.carried() == null) {
      flow.run(step.block(0));
      return;
    }
    int before = flow.world.carried.get();
    flow.world.carried.set(1000 + step.number(0));
    flow.expectCarried(1000 + step.number(0));
    try {
      flow.run(step.block(0));
    } finally {
      flow.world.carried.set(before);
      flow.expectCarried(before);
    }
  }
}
