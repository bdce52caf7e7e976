package io.asyncrunner.benchmarks;

import io.asyncrunner.benchmarks.contenders.Contenders;
import io.asyncrunner.benchmarks.ops.Contender;
import java.util.List;
import java.util.Map;

/**
 * One row of the results for each contender: a benchmark, with its parameter.
 *
 * @param name as it stands in the results, {@code SwitchAtDepth[64]}
 * @param measurement what JMH runs
 * @param parameters what it is given besides the contender
 * @param contenders who takes part
 */
record Row(String name, Class<? extends Measurement<?>> measurement, Map<String, String> parameters,
    List<String> contenders) {

  /** All rows that JMH measures, in the order of the tables. */
  static final List<Row> ALL = List.of(
      of(new RunRoundTrip(), "RunRoundTrip", Map.of("thread", "worker")),
      // A main thread is nothing special to the others.
      new Row("RunRoundTrip[main]", RunRoundTrip.class, Map.of("thread", "main"),
          List.of("confined", "handoff", "kotlin")),
      of(new RunnerLifecycle(), "RunnerLifecycle", Map.of()),
      of(new TaskSwitch(), "TaskSwitch", Map.of()),
      of(new SwitchAtDepth(), "SwitchAtDepth[1]", Map.of("depth", "1")),
      of(new SwitchAtDepth(), "SwitchAtDepth[16]", Map.of("depth", "16")),
      of(new SwitchAtDepth(), "SwitchAtDepth[64]", Map.of("depth", "64")),
      of(new SpawnJoin(), "SpawnJoin", Map.of()),
      of(new PingPong(), "PingPong", Map.of()),
      of(new CallSoon(), "CallSoon[1]", Map.of("chains", "1")),
      of(new CallSoon(), "CallSoon[100]", Map.of("chains", "100")),
      of(new CallThreadsafe(), "CallThreadsafe[1]", Map.of("threads", "1")),
      of(new CallThreadsafe(), "CallThreadsafe[2]", Map.of("threads", "2")),
      of(new CallThreadsafe(), "CallThreadsafe[4]", Map.of("threads", "4")),
      of(new Timers(), "Timers[fired]", Map.of("end", "fired")),
      of(new Timers(), "Timers[cancelled]", Map.of("end", "cancelled")),
      of(new GatherFanOut(), "GatherFanOut", Map.of()),
      of(new LockHandoff(), "LockHandoff", Map.of()),
      of(new ContextSwitchCost(), "ContextSwitchCost[0]", Map.of("variables", "0")),
      of(new ContextSwitchCost(), "ContextSwitchCost[1]", Map.of("variables", "1")),
      of(new ContextSwitchCost(), "ContextSwitchCost[10]", Map.of("variables", "10")),
      of(new ScopedSwitchCost(), "ContextSwitchCost[scoped1]", Map.of("values", "1")),
      of(new ScopedSwitchCost(), "ContextSwitchCost[scoped10]", Map.of("values", "10")));

  private static <O extends Contender> Row of(
      Measurement<O> measurement, String name, Map<String, String> parameters) {
    @SuppressWarnings("unchecked") // what an object's class is
    Class<? extends Measurement<?>> type = (Class<? extends Measurement<?>>) measurement.getClass();
    return new Row(name, type, parameters, Contenders.namesOf(measurement.operation()));
  }

  /** The name without the parameter. */
  String benchmark() {
    return name.replaceFirst("\\[.*", "");
  }
}
