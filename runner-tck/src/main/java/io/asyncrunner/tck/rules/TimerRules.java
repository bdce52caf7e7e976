package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.Timeout;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The rules of many timers, and of what time they go by. */
public abstract class TimerRules extends PortedTests {
  protected TimerRules(LoopSource source) {
    super(source);
  }

  /** As many as make a heap of several levels; some deadlines are equal, and a third of the timers is cancelled. */
  @Test
  void timers_manyInAnyOrderOfWhichSomeAreCancelled_fireByDeadlineAndCreation() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      TreeMap<Long, List<Integer>> expected = new TreeMap<>();
      List<Integer> fired = run(() -> {
        EventLoop loop = EventLoop.running();
        List<Integer> order = new ArrayList<>();
        List<TimerHandle> timers = new ArrayList<>();
        long begin = loop.time() + Duration.ofMillis(1).toNanos();
        for (int i = 0; i < 300; i++) {
          int number = i;
          long when = begin + random.nextInt(200) * 1_000_000L;
          timers.add(loop.callAt(when, () -> order.add(number)));
          expected.computeIfAbsent(when, none -> new ArrayList<>()).add(number);
        }
        List<TimerHandle> some = new ArrayList<>(timers);
        Collections.shuffle(some, random);
        for (TimerHandle timer : some.subList(0, 100)) {
          timer.cancel();
          expected.get(timer.when()).remove((Object) timers.indexOf(timer));
        }
        sleep(300);
        return order;
      });
      assertThat(fired).as("timers with seed %d", seed)
          .containsExactlyElementsOf(expected.values().stream().flatMap(List::stream).toList());
    }
  }

  @Test
  void timers_thatAreCancelled_doNotHoldTheLoopUp() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      long before = loop.time();
      TimerHandle last = loop.callLater(Duration.ofDays(2), () -> {});
      loop.callLater(Duration.ofDays(1), () -> {
        throw new AssertionError("cancelled");
      }).cancel();
      assertThat(last.when()).isEqualTo(before + Duration.ofDays(2).toNanos());
      last.cancel();
      assertThat(last.isCancelled()).isTrue();
      sleep(1);
      assertThat(elapsed(loop, before)).isLessThan(Duration.ofHours(1));
    });
  }

  @Test
  void deadlines_areNotBeforeNowAndNotBeyondTheEndOfTime() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      sleep(1); // a virtual clock begins at zero
      long now = loop.time();
      assertThat(loop.deadline(Duration.ofSeconds(-1))).isGreaterThanOrEqualTo(now).isLessThan(now + 1_000_000_000);
      assertThat(loop.deadline(Duration.ofDays(1))).isGreaterThanOrEqualTo(now + Duration.ofDays(1).toNanos());
      assertThat(loop.deadline(FOREVER)).isEqualTo(Long.MAX_VALUE);
      sleep(1);
      assertThat(loop.deadline(Duration.ofNanos(Long.MAX_VALUE))).as("the end of a long that begins later")
          .isEqualTo(Long.MAX_VALUE);
      List<String> order = new ArrayList<>();
      TimerHandle never = loop.callAt(Long.MAX_VALUE, () -> order.add("never"));
      loop.callAt(now - 1, () -> order.add("long ago"));
      sleep(1);
      assertThat(order).containsExactly("long ago");
      assertThat(never.when()).isEqualTo(Long.MAX_VALUE);
      never.cancel();
    });
  }

  @Test
  void timers_thatAreDue_fireBehindWhatIsReady() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      List<String> order = new ArrayList<>();
      loop.callAt(loop.time(), () -> order.add("due"));
      loop.callSoon(() -> order.add("soon"));
      giveATurn();
      assertThat(order).containsExactly("soon");
      Async.sleep(Duration.ofMillis(-1)); // as zero: one turn
      assertThat(order).containsExactly("soon", "due");
    });
  }

  /** A timer that is left would keep what it holds until its time has come, and make the clock stop there. */
  @Test
  void waits_thatEndEarly_leaveNoTimerBehind() {
    VirtualTime time = new VirtualTime();
    LoopEngine loop = newEventLoop(time);
    Duration limit = Duration.ofDays(1);
    loop.runUntilComplete(loop.createTask(() -> {
      Async.timeout(limit, () -> giveATurn());
      Async.timeout(limit, (Timeout timeout) -> timeout.reschedule(limit.plusDays(1)));
      Async.waitFor(limit, () -> giveATurn());
      Task<String> waited = Async.createTask(() -> "result");
      assertThat(Async.waitFor(limit, waited)).isEqualTo("result");
      Task<String> first = Async.createTask(() -> "first");
      Task<String> second = Async.createTask(() -> "second");
      assertThat(Async.awaitAll(limit, List.of(first, second)).done()).containsExactly(first, second);
      for (Task<String> done : Async.asCompleted(limit, List.of(first, second))) {
        assertThat(done.isDone()).isTrue();
      }
      assertThat(Async.asCompleted(limit, List.<Task<String>>of())).isEmpty();
      Task<?> sleeper = Async.createTask(() -> Async.sleep(limit));
      giveATurn();
      sleeper.cancel();
      Async.awaitAll(List.of(sleeper));
      Async.sleep(limit.plusDays(7));
    }));
    assertThat(time.deadlines()).hasSizeLessThanOrEqualTo(1); // none if the loop goes by a clock of its own
  }
}
