package io.asyncrunner.benchmarks.contenders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.asyncrunner.benchmarks.ops.Contender;
import io.asyncrunner.benchmarks.ops.Feeders;
import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every contender does every operation that it says it can, once, and does all of it. */
class ContendersTest {
  private interface Operation {
    int run(Contender contender) throws Exception;
  }

  /** An operation with small numbers, and what comes out of it. */
  private record Expected(Class<? extends Contender> type, Operation operation, int result) {}

  private static final Map<String, Expected> EXPECTED = new LinkedHashMap<>();

  private static <O extends Contender> void expect(String name, Class<O> type, Doing<O> operation, int result) {
    EXPECTED.put(name, new Expected(type, contender -> operation.run(type.cast(contender)), result));
  }

  private interface Doing<O> {
    int run(O contender) throws Exception;
  }

  static {
    expect("RunRoundTrip", Ops.RunRoundTrip.class, ops -> ops.runTrivial(41), 42);
    expect("RunnerLifecycle", Ops.RunnerLifecycle.class, ops -> ops.openRunClose(41), 42);
    expect("TaskSwitch", Ops.TaskSwitch.class, ops -> ops.takeTurns(5, 4), 20);
    expect("SwitchAtDepth[16]", Ops.SwitchAtDepth.class, ops -> ops.takeTurnsAtDepth(16, 5, 4), 20);
    expect("SpawnJoin", Ops.SpawnJoin.class, ops -> ops.spawnAndJoin(10), 45);
    expect("PingPong", Ops.PingPong.class, ops -> ops.play(10), 20);
    expect("CallSoon[1]", Ops.CallSoon.class, ops -> ops.runChains(1, 20), 20);
    expect("CallSoon[5]", Ops.CallSoon.class, ops -> ops.runChains(5, 4), 20);
    expect("CallThreadsafe[2]", Ops.CallThreadsafe.class, ops -> {
      try (Feeders feeders = new Feeders(2, 100)) {
        return ops.receive(feeders);
      }
    }, 100);
    expect("Timers[fired]", Ops.Timers.class, ops -> ops.setAndFire(20), 20);
    expect("Timers[cancelled]", Ops.Timers.class, ops -> ops.setAndCancel(20), 20);
    expect("GatherFanOut", Ops.GatherFanOut.class, ops -> ops.gatherSleepers(10), 45);
    expect("LockHandoff", Ops.LockHandoff.class, ops -> ops.handOver(5, 4), 20);
    expect("ContextSwitchCost[0]", Ops.ContextVariables.class, ops -> ops.takeTurnsWithVariables(0, 5, 4), 20);
    expect("ContextSwitchCost[10]", Ops.ContextVariables.class, ops -> ops.takeTurnsWithVariables(10, 5, 4), 20);
    expect("ContextSwitchCost[scoped10]", Ops.ContextScopedValues.class,
        ops -> ops.takeTurnsWithScopedValues(10, 5, 4), 20);
    expect("ParkedMemory", Ops.ParkedMemory.class, ops -> {
      int[] looked = {0};
      int parked = ops.park(10, () -> looked[0]++);
      assertThat(looked[0]).isEqualTo(1);
      return parked;
    }, 10);
  }

  @TestFactory
  Stream<DynamicTest> operation_onceByEachContender_isDoneCompletely() {
    List<DynamicTest> tests = new ArrayList<>();
    EXPECTED.forEach((name, expected) -> {
      for (String contender : Contenders.namesOf(expected.type())) {
        tests.add(dynamicTest(name + " by " + contender, () -> {
          try (Contender opened = Contenders.create(contender)) {
            opened.open();
            assertThat(expected.operation().run(opened)).isEqualTo(expected.result());
          }
        }));
      }
    });
    return tests.stream();
  }

  @Test
  void operations_ofAllContenders_areAllExpected() throws Exception {
    for (String name : Contenders.names()) {
      try (Contender contender = Contenders.create(name)) {
        contender.open();
        for (Class<?> operation : Ops.class.getClasses()) {
          if (operation.isInstance(contender)) {
            assertThat(EXPECTED.values()).as("%s by %s", operation.getSimpleName(), name)
                .anyMatch(expected -> expected.type() == operation);
          }
        }
      }
    }
  }
}
