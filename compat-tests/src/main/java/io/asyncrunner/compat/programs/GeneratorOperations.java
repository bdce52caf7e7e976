package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import java.util.List;

/** Generators. */
final class GeneratorOperations {
  private GeneratorOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("generate", GeneratorOperations::generate).weighing(5).taking(3, Place.TASK, Place.TASK),
      Operation.waiting("ask-generator", (flow, step) -> any(flow, step, generator -> {
        boolean _ = generator.hasNext();
      })).weighing(2),
      Operation.waiting("close-generator", (flow, step) -> any(flow, step, flow.world.tools::close)).weighing(1));

  private static void generate(Flow flow, Step step) throws Exception {
    int count = step.number(0);
    World world = flow.world;
    AsyncGenerator<Integer> generator = Async.generator(out -> {
      world.generatorBegins();
      try {
        Flow inside = new Flow(world, Place.TASK, null);
        for (int i = 0; i < count; i++) {
          inside.run(step.block(0));
          out.yield(i);
        }
      } finally {
        world.generatorEnds();
      }
    });
    world.generators.add(generator);
    for (int i = 0; i < step.number(1) && generator.hasNext(); i++) {
      if (generator.next() < i) {
        flow.violation("a generator gave a value again");
      }
      flow.run(step.block(1));
    }
    if (step.number(2) % 2 == 0) {
      world.tools.close(generator);
      flow.ensure(generator.isFinished(), "a generator was closed, but is not finished");
    }
  }

  /** Something to be done with a generator. */
  private interface Use {
    void of(AsyncGenerator<?> generator);
  }

  private static void any(Flow flow, Step step, Use use) {
    if (flow.world.generators.isEmpty()) {
      return;
    }
    AsyncGenerator<?> generator = flow.world.generators.get(step.number(0) % flow.world.generators.size());
    try {
      use.of(generator);
    } catch (IllegalStateException refused) {
      flow.ensure(generator.isRunning(), "refused, but not running: " + refused);
    }
  }
}
