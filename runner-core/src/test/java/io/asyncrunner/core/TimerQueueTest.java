package io.asyncrunner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerQueueTest {
  private final Loop loop = (Loop) PlatformThreadLoops.factory().newEventLoop();
  private final TimerQueue queue = new TimerQueue();

  private TimerHandleImpl timer(long when) {
    TimerHandleImpl timer = new TimerHandleImpl(loop, () -> {}, new Context(), when);
    queue.add(timer);
    return timer;
  }

  private List<TimerHandleImpl> pollAllDue(long now) {
    List<TimerHandleImpl> due = new ArrayList<>();
    for (TimerHandleImpl next = queue.pollDue(now); next != null; next = queue.pollDue(now)) {
      due.add(next);
    }
    return due;
  }

  @Test
  void pollDue_equalDeadlines_inTheOrderOfCreation() {
    List<TimerHandleImpl> added = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      added.add(timer(7));
    }
    assertThat(pollAllDue(7)).containsExactlyElementsOf(added);
  }

  @Test
  void pollDue_deadlineNotReached_givesNothing() {
    timer(8);
    assertThat(queue.pollDue(7)).isNull();
    assertThat(queue.nextDeadline()).isEqualTo(8);
  }

  @Test
  void nextDeadline_empty_isNever() {
    assertThat(queue.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void remove_twiceOrAfterPoll_hasNoEffect() {
    TimerHandleImpl first = timer(1);
    TimerHandleImpl second = timer(2);
    queue.remove(first);
    queue.remove(first);
    assertThat(queue.pollDue(5)).isSameAs(second);
    queue.remove(second);
    assertThat(queue.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void randomAddsRemovesAndPolls_agreeWithASortedList(long seed) {
    Random random = new Random(seed);
    Comparator<TimerHandleImpl> order = Comparator.comparingLong(timer -> timer.when); // a sort keeps the order of creation
    List<TimerHandleImpl> expected = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      int choice = random.nextInt(10);
      if (choice < 6) {
        expected.add(timer(random.nextInt(50)));
      } else if (choice < 9 && !expected.isEmpty()) {
        queue.remove(expected.remove(random.nextInt(expected.size())));
      } else {
        expected.sort(order);
        TimerHandleImpl polled = queue.pollDue(25);
        boolean isDue = !expected.isEmpty() && expected.get(0).when <= 25;
        assertThat(polled).isSameAs(isDue ? expected.remove(0) : null);
      }
    }
    expected.sort(order);
    assertThat(pollAllDue(50)).containsExactlyElementsOf(expected);
  }
}
