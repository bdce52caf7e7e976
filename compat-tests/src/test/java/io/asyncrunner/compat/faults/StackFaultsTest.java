package io.asyncrunner.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every operation of the API, at every depth near the end of the stack, has its effect, or throws a {@code StackOverflowError} and has
 * none. The property {@code asyncrunner.faults.rounds} makes it as long as one likes; the JIT compilers change what is where meanwhile.
 */
class StackFaultsTest {
  @ParameterizedTest
  @EnumSource
  void operations_atTheEndOfTheStack_haveTheirEffectOrNone(Kind kind) throws InterruptedException {
    int rounds = Integer.getInteger("asyncrunner.faults.rounds", 1);
    int trials = kind == Kind.PLATFORM ? 40 : 100; // threads are dear
    assertThat(new StackFaults(kind.factory(), trials, rounds).run(Operations.all())).isEmpty();
  }
}
