package io.asyncrunner.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.compat.Loops;
import io.asyncrunner.compat.conformance.SignalPrograms.Program;
import io.asyncrunner.tck.support.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real signals, sent to a JVM of its own that runs one of the {@link SignalPrograms}. */
@Timeout(300)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class SignalsTest {
  /** What ends a JVM: 128 and the signal's number. */
  private static final int ENDED_BY_SIGINT = 128 + 2;
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  private static final String OPEN_DOOR = "--add-opens=java.base/java.lang=ALL-UNNAMED";

  // --- the first signal ---

  @ParameterizedTest
  @EnumSource
  void sigint_whileTheLoopIsParked_cancelsMainAndRunEndsWithKeyboardInterrupt(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.PARKED, loops)) {
      child.expect("parked");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY_NIO", "NETTY_EPOLL"}, mode = EnumSource.Mode.EXCLUDE)
  void sigint_whileAFiberIsBusy_cancelsMainAndRunEndsWithKeyboardInterrupt(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.BUSY, loops)) {
      child.expect("busy");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "NETTY_EPOLL"})
  void sigint_whileMainIsInThreadSleepOnAConfinedFiber_interruptsThat(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.THREAD_SLEEP, loops)) {
      child.expect("blocked");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "NETTY_EPOLL"})
  void sigint_whileMainReadsASocketOnAConfinedFiber_interruptsThat(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.SOCKET_READ, loops)) {
      child.expect("reading");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  /** Where a blocking call holds the loop up, the cancellation comes at the next suspension point. */
  @ParameterizedTest
  @EnumSource(names = {"PLATFORM", "HANDOFF"})
  void sigint_whileMainHoldsTheLoopUpInASocketRead_cancelsMainBehindIt(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.SOCKET_READ, loops)) {
      child.expect("reading");
      child.signal("INT");
      child.nudge();
      child.expect("read " + (int) 'x');
      expectKeyboardInterrupt(child, "INT");
    }
  }

  private static void expectKeyboardInterrupt(ChildJvm child, String signal) throws InterruptedException {
    child.expect("finally");
    child.expect("KeyboardInterrupt: received SIG" + signal);
    child.expect("closed");
    child.expect("end of main");
    assertThat(child.exitStatus()).isZero();
  }

  // --- the second signal, and those after the run ---

  @ParameterizedTest
  @EnumSource(names = {"NETTY_NIO", "NETTY_EPOLL"}, mode = EnumSource.Mode.EXCLUDE)
  void secondSigint_whileMainIsStillCleaningUp_endsTheJvm(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.STUBBORN, loops)) {
      child.expect("parked");
      child.signal("INT");
      child.expect("cleaning up");
      child.signal("INT");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGINT);
      assertThat(child.output()).doesNotContain("finally", "end of main");
    }
  }

  /** Both may come before the loop has seen the first. */
  @ParameterizedTest
  @EnumSource(names = {"PLATFORM", "HANDOFF"})
  void secondSigint_whileMainHoldsTheLoopUp_endsTheJvm(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.THREAD_SLEEP, loops)) {
      child.expect("blocked");
      child.signal("INT");
      // Two signals that wait to be handled at the same time count as one: sends until the JVM has had enough.
      while (child.isAlive()) {
        child.signalIfAlive("INT");
      }

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGINT);
      assertThat(child.output()).doesNotContain("finally", "end of main");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY_NIO", "NETTY_EPOLL"}, mode = EnumSource.Mode.EXCLUDE)
  void signals_underAHandlerOfTheProgram_goToItBehindTheFirstAndAfterTheRun(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.OWN_HANDLER, loops)) {
      child.expect("parked");
      child.signal("INT");
      child.expect("cleaning up");
      child.signal("INT");
      child.expect("own handler: SIGINT");
      child.expect("finally");
      child.expect("KeyboardInterrupt: received SIGINT");
      child.expect("after the run");
      child.signal("INT");
      child.expect("own handler: SIGINT");
      assertThat(child.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY_NIO", "NETTY_EPOLL"}, mode = EnumSource.Mode.EXCLUDE)
  void sigint_afterTheRun_endsTheJvm(Loops loops) throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.AFTER, loops)) {
      child.expect("run returned");
      child.expect("after the run");
      child.signal("INT");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGINT);
    }
  }

  @Test
  void sigint_afterARunThatASignalHasEnded_endsTheJvm() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.AFTER_INTERRUPT, Loops.CONFINED)) {
      child.expect("parked");
      child.signal("INT");
      child.expect("KeyboardInterrupt: received SIGINT");
      child.expect("after the run");
      child.signal("INT");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGINT);
    }
  }

  /** The run is over, and so is the Runner's part in signals: whoever waits for a close can end it. */
  @Test
  void sigint_duringClose_endsTheJvm() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.CLOSING, Loops.CONFINED)) {
      child.expect("closing");
      child.signal("INT");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGINT);
      assertThat(child.output()).doesNotContain("closed");
    }
  }

  // --- other threads, other signals ---

  @Test
  void sigint_whileRunIsNotOnTheMainThread_goesToTheHandlerOfTheProgram() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.OTHER_THREAD, Loops.CONFINED)) {
      child.expect("running");
      child.signal("INT");
      child.expect("own handler: SIGINT");
      child.expect("run returned");
      child.expect("end of main");
      assertThat(child.exitStatus()).isZero();
    }
  }

  @Test
  void sigterm_withoutHandleSignals_endsTheJvm() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.PARKED, Loops.CONFINED)) {
      child.expect("parked");
      child.signal("TERM");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGTERM);
      assertThat(child.output()).doesNotContain("finally", "end of main");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TERM", "TERM_OTHER_THREAD"})
  void sigterm_withHandleSignals_cancelsMainAndRunEndsWithKeyboardInterrupt(Program program) throws Exception {
    try (ChildJvm child = SignalPrograms.start(program, Loops.CONFINED)) {
      child.expect("parked");
      child.signal("TERM");
      expectKeyboardInterrupt(child, "TERM");
    }
  }

  /** SIGINT comes on top of those that were asked for. */
  @Test
  void sigint_withHandleSignalsOfAnother_cancelsMainAndRunEndsWithKeyboardInterrupt() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.TERM, Loops.CONFINED)) {
      child.expect("parked");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  @Test
  void sigterm_afterSigint_cancelsTheCleanUpAndRunEndsWithKeyboardInterrupt() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.TERM_STUBBORN, Loops.CONFINED)) {
      child.expect("parked");
      child.signal("INT");
      child.expect("cleaning up");
      child.signal("TERM");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  // --- JVMs ---

  @Test
  void sigint_onTheLoopOfAJvmWithAnOpenDoor_cancelsMain() throws Exception {
    try (ChildJvm child = SignalPrograms.startOnDefaultLoop(Program.PARKED, OPEN_DOOR)) {
      child.expect("loop: EventLoop[confined virtual threads, running]");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  @Test
  void sigint_onTheLoopOfAJvmWithoutFlags_cancelsMain() throws Exception {
    try (ChildJvm child = SignalPrograms.startOnDefaultLoop(Program.PARKED)) {
      child.expect("loop: EventLoop[virtual threads with hand-over, running]");
      child.signal("INT");
      expectKeyboardInterrupt(child, "INT");
    }
  }

  /** {@code sun.misc.Signal} is in a module that a JVM need not have. */
  @Test
  void run_inAJvmWithoutSignals_worksAndLeavesSigintAlone() throws Exception {
    String limit = "--limit-modules=java.base,java.logging,java.management,java.naming,java.xml";
    try (ChildJvm child = SignalPrograms.start(Program.HAM, Loops.CONFINED, limit)) {
      child.expect("sun.misc.Signal is missing");
      child.expect("ham");
      child.expect("run returned");
      child.expect("end of main");
      assertThat(child.exitStatus()).isZero();
    }
    try (ChildJvm child = SignalPrograms.start(Program.PARKED, Loops.CONFINED, limit)) {
      child.expect("sun.misc.Signal is missing");
      child.expect("parked");
      child.signal("INT");

      assertThat(child.exitStatus()).isEqualTo(ENDED_BY_SIGINT);
      assertThat(child.output()).doesNotContain("finally", "end of main");
    }
    try (ChildJvm child = SignalPrograms.start(Program.TERM, Loops.CONFINED, limit)) {
      child.expect("sun.misc.Signal is missing");
      child.expect(
          "thrown: java.lang.IllegalStateException: handleSignals(TERM): no signal can be handled in this JVM, because it"
              + " has no module jdk.unsupported; add that module, or leave handleSignals out");
    }
  }

  @Test
  void handleSignals_inAJvmThatLeavesAllSignalsAlone_isRefused() throws Exception {
    try (ChildJvm child = SignalPrograms.start(Program.TERM, Loops.CONFINED, "-Xrs")) {
      child.expect(
          "thrown: java.lang.IllegalArgumentException: handleSignals: TERM (expected a signal that can be handled in this"
              + " JVM, as TERM or HUP; it says: Signal already used by VM or OS: SIGTERM)");
    }
  }
}
