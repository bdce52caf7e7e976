package io.asyncrunner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.benchmarks.contenders.Contenders;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BenchTest {
  @Test
  void names_ofBenchmarks_areAllThere() {
    assertThat(Bench.names()).contains("RunRoundTrip", "RunnerLifecycle", "TaskSwitch", "SwitchAtDepth", "SpawnJoin",
        "PingPong", "CallSoon", "CallThreadsafe", "Timers", "GatherFanOut", "ParkedMemory", "LockHandoff",
        "ContextSwitchCost", "Growth", "SwitchAtDepth[64]");
  }

  @Test
  void rows_everyContender_takesPartInOne() {
    for (String contender : Contenders.names()) {
      assertThat(Row.ALL).as(contender).anyMatch(row -> row.contenders().contains(contender));
    }
  }

  @ParameterizedTest
  @MethodSource("io.asyncrunner.benchmarks.ParkedMemory#contenders")
  void parkedMemory_byEachContender_printsOneRow(String contender) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      ParkedMemory.main(new String[] {contender, "20"});
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .matches("ParkedMemory," + contender + ",-?\\d+\\.\\d\\d,0\\.00\\R");
  }
}
