package io.asyncrunner.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long a loop waits on a clock that tells nothing but the time. */
class TickerTest {
  private static Ticker at(long nanoTime) {
    return () -> nanoTime;
  }

  @Test
  void waitNanos_deadlineAhead_isTheDifference() {
    assertThat(at(10).waitNanos(15)).isEqualTo(5);
    assertThat(at(-10).waitNanos(15)).isEqualTo(25);
  }

  @Test
  void waitNanos_deadlinePassed_isNotPositive() {
    assertThat(at(15).waitNanos(15)).isNotPositive();
    assertThat(at(15).waitNanos(10)).isNotPositive();
    assertThat(at(15).waitNanos(Long.MIN_VALUE)).isNotPositive();
  }

  @Test
  void waitNanos_noDeadline_isForEver() {
    assertThat(at(15).waitNanos(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(at(-15).waitNanos(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void waitNanos_deadlineFartherAheadThanALong_isPositive() {
    assertThat(at(-15).waitNanos(Long.MAX_VALUE - 1)).isPositive();
    assertThat(at(Long.MIN_VALUE).waitNanos(1)).isPositive();
  }

  @Test
  void system_always_goesOn() {
    long before = Ticker.SYSTEM.nanoTime();
    assertThat(Ticker.SYSTEM.nanoTime() - before).isNotNegative();
  }
}
