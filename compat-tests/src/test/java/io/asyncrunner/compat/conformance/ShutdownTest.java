package io.asyncrunner.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.compat.Loops;
import io.asyncrunner.compat.conformance.ShutdownPrograms.Program;
import io.asyncrunner.tck.support.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code closeOnShutdown}: real signals, sent to a JVM of its own that runs one of the {@link ShutdownPrograms}. */
@Timeout(300)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class ShutdownTest {
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @ParameterizedTest
  @EnumSource
  void sigterm_whileItServes_cleansUpAndEndsWith143AlthoughAThreadIsLeft(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.SERVING, loops)) {
      child.expect("ready");
      child.signal("TERM");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
      List<String> output = child.output();
      assertThat(output).contains("another's hook");
      assertThat(output).filteredOn(line -> !line.equals("another's hook"))
          .endsWith("cleaned up", "cleaned up", "closed", "(cancelled by the JVM's shutdown at that time)",
              "end of main");
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "HUP,129"})
  void otherSignals_whileItServes_cleanUpAndEndWithTheirStatus(String signal, int status) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.SERVING, Loops.CONFINED)) {
      child.expect("ready");
      child.signal(signal);

      assertThat(child.exitStatus()).isEqualTo(status);
      assertThat(child.output()).contains("cleaned up", "closed", "end of main");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "HANDOFF"})
  void sigterm_whileItServesOnAnotherThread_cleansUp(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.SERVING_ELSEWHERE, loops)) {
      child.expect("ready");
      child.signal("TERM");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
      assertThat(child.output().stream().filter("cleaned up"::equals)).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "PLATFORM"})
  void run_onceTheShutdownHasBegun_isRefused(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.RUNNING_AGAIN, loops)) {
      child.expect("ready");
      child.signal("TERM");

      assertThat(child.output()).doesNotContain("ran again")
          .filteredOn(line -> line.startsWith("run()") || line.startsWith("Runner"))
          .hasSize(1);
      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY_NIO", "NETTY_EPOLL"}, mode = EnumSource.Mode.EXCLUDE)
  void secondSignal_whileATaskDoesNotEnd_endsTheJvmAtOnce(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.STUBBORN, loops)) {
      child.expect("ready");
      child.signal("TERM");
      child.expect("ignored");
      child.signal("INT");

      assertThat(child.exitStatus()).isEqualTo(128 + 2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "HANDOFF", "PLATFORM"})
  void sigterm_aTaskDoesNotEnd_endsAfterTheCloseTimeoutAndNamesIt(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.STUBBORN_FOR_A_WHILE, loops)) {
      child.expect("ready");
      child.signal("TERM");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
      assertThat(child.output()).contains("ignored")
          .anyMatch(line -> line.contains("did not end within PT0.2S") && line.contains("Task[Task-1, cancelling"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NETTY_IO_URING", mode = EnumSource.Mode.EXCLUDE) // which one thread alone may close
  void sigterm_betweenTwoRuns_cleansUpWhatIsLeft(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.IDLE, loops)) {
      child.expect("ready");
      child.signal("TERM");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
      assertThat(child.output()).endsWith("cleaned up");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UNUSED", "CLOSED"})
  void sigterm_nothingToClose_endsTheJvm(Program program) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(program, Loops.CONFINED)) {
      child.expect("ready");
      child.signal("TERM");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
      assertThat(child.output()).endsWith("ready");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "HANDOFF", "PLATFORM"})
  void exit_onAnotherThread_cleansUpAndKeepsTheStatus(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.EXIT_ELSEWHERE, loops)) {
      assertThat(child.exitStatus()).isEqualTo(7);
      // It may come before the run has begun, which is refused then, or before the tasks have.
      assertThat(child.output()).doesNotContain("ran again");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "NETTY_NIO"})
  void exit_inATaskOfAConfinedLoop_cleansUpTheOthersAndKeepsTheStatus(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.EXIT_IN_MAIN_TASK, loops)) {
      assertThat(child.exitStatus()).isEqualTo(7);
      assertThat(child.output()).endsWith("the other has cleaned up");
    }
    try (ChildJvm child = ShutdownPrograms.start(Program.EXIT_IN_OTHER_TASK, loops)) {
      assertThat(child.exitStatus()).isEqualTo(7);
      assertThat(child.output()).endsWith("main has cleaned up");
    }
  }

  /** It holds the loop: nothing else can run, and nothing waits for it. */
  @ParameterizedTest
  @EnumSource(names = {"HANDOFF", "PLATFORM"})
  void exit_inATaskOfAnotherLoop_keepsTheStatusAndSaysWhatIsLost(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.EXIT_IN_OTHER_TASK, loops)) {
      assertThat(child.exitStatus()).isEqualTo(7);
      assertThat(child.output()).anyMatch(line -> line.contains("in System.exit: call that behind the run"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "PLATFORM"})
  void exit_onTheMainThreadBehindTheRun_isNotWaitedFor(Loops loops) throws Exception {
    try (ChildJvm child = ShutdownPrograms.start(Program.EXIT_BEHIND_RUN, loops)) {
      assertThat(child.exitStatus()).isEqualTo(7);
      assertThat(child.output()).endsWith("cleaned up");
    }
  }
}
