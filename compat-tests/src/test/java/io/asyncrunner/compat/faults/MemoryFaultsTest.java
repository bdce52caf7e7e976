package io.asyncrunner.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every operation of the API, with each of its allocations failing in turn, has its effect, or throws an {@code OutOfMemoryError} and has
 * none; where the loop meets the error, the run ends and the next one goes on. Nobody waits for ever, no task is left, the close
 * ends.
 */
class MemoryFaultsTest {
  @ParameterizedTest
  @EnumSource
  void operations_withEachAllocationFailing_haveTheirEffectOrNone(Kind kind) throws Exception {
    assertThat(MemoryFaults.run(kind, Duration.ofMinutes(3))).isEmpty();
  }
}
