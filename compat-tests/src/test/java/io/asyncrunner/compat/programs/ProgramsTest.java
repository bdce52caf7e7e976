package io.asyncrunner.compat.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A thousand random programs; {@code bin/programs} runs as many as one likes. */
class ProgramsTest {
  /** Left out until it is known what programs of these kinds may expect. */
  private static final Set<String> WITHOUT = Set.of("spawning-while-closing", "circles");

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static Logs logs;

  @BeforeAll
  static void begin() {
    logs = new Logs();
  }

  @AfterAll
  static void end() {
    logs.close();
  }

  /** They add up to a thousand. Those on virtual time take less of the real one. */
  private static int count(Kind kind) {
    return switch (kind) {
      case VIRTUAL_CONFINED, VIRTUAL_HANDOFF, VIRTUAL_PLATFORM, SEEDED_CONFINED, SEEDED_HANDOFF, SEEDED_PLATFORM -> 100;
      case CONFINED -> 120;
      case HANDOFF -> 70;
      case PLATFORM -> 60;
      case NIO, EPOLL, IO_URING -> 50;
    };
  }

  @TestFactory
  Stream<DynamicTest> program_ofAnySeed_holdsWhatHasToBeTrueOfAll() {
    List<Kind> places = List.of(Kind.values());
    return places.stream().map(kind -> dynamicTest(kind.option(), () -> {
      Assumptions.assumeTrue(kind.unavailableReason() == null, kind::unavailableReason);
      Campaign campaign = new Campaign(kind, WITHOUT, new Tools());
      LongStream.range(0, count(kind)).forEach(i -> {
        Campaign.Failure failure = campaign.run(1000L * places.indexOf(kind) + i);
        if (failure != null) {
          throw new AssertionError(failure + "\nas small as it can be made:\n" + campaign.shrink(failure));
        }
      });
    }));
  }

  @TestFactory
  Stream<DynamicTest> program_runTwiceOnASimulatedLoop_takesTheSameCourse() {
    Grammar grammar = new Grammar(WITHOUT, true);
    return Arrays.stream(Kind.values()).filter(Kind::isSimulated).map(kind -> dynamicTest(kind.option(), () -> {
      for (long seed = 0; seed < 20; seed++) {
        Program program = grammar.program(seed);
        ProgramRun.Result first = ProgramRun.of(program, kind, new Tools(), true, LIMIT);
        ProgramRun.Result second = ProgramRun.of(program, kind, new Tools(), true, LIMIT);
        assertThat(first.violations()).as(program.toString()).isEmpty();
        if (program.setting().propagation() != Program.Propagation.HOSTILE) { // which may have nothing run at all
          assertThat(first.trace()).as(program.toString()).isNotEmpty();
        }
        assertThat(second.trace()).as(program.toString()).isEqualTo(first.trace());
      }
    }));
  }
}
