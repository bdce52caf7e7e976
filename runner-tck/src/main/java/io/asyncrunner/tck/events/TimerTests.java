package io.asyncrunner.tck.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.EventLoop;
import io.asyncrunner.Handle;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code TimerTests} of {@code test_events.py}. */
public abstract class TimerTests extends PortedTests {
  protected TimerTests(LoopSource source) {
    super(source);
  }

  /** A callback with a name. */
  private static final class Noop implements Runnable {
    @Override
    public void run() {}
  }

  @Test
  @Conformance("test_events.TimerTests.test_hash")
  void test_hash() {
    EventLoop loop = loop();
    Runnable callback = new Noop();
    long when = loop.time() + 1_000_000_000;
    TimerHandle timer = loop.callAt(when, callback);
    TimerHandle sameTime = loop.callAt(when, callback);

    Set<TimerHandle> timers = new HashSet<>(List.of(timer, sameTime));

    assertThat(timers).hasSize(2);
    timer.cancel();
    assertThat(timers).contains(timer, sameTime);
  }

  @Test
  @Conformance("test_events.TimerTests.test_when")
  void test_when() {
    EventLoop loop = loop();
    long when = loop.time() + 1_000_000_000;

    TimerHandle timer = loop.callAt(when, () -> {});

    assertThat(timer.when()).isEqualTo(when);
    timer.cancel();
    assertThat(timer.when()).isEqualTo(when);
  }

  /** Makes a callback that nobody else refers to. */
  private static Runnable newCallback(List<String> called, List<WeakReference<Runnable>> reference) {
    Runnable callback = () -> called.add("called");
    reference.add(new WeakReference<>(callback));
    return callback;
  }

  /** A wait in vain for the callback to be garbage is ended by the timeout of the test. */
  @Test
  @Conformance("test_events.TimerTests.test_timer")
  void test_timer() {
    EventLoop loop = loop();
    List<String> called = new ArrayList<>();
    List<WeakReference<Runnable>> reference = new ArrayList<>();
    TimerHandle timer = loop.callLater(Duration.ofSeconds(10), newCallback(called, reference));

    assertThat(timer.isCancelled()).isFalse();
    timer.cancel();
    assertThat(timer.isCancelled()).isTrue();
    while (reference.get(0).get() != null) {
      System.gc();
    }

    assertThat(timer.isCancelled()).isTrue(); // and it is there still
    runUntilComplete(() -> sleep(20_000));
    assertThat(called).isEmpty();
  }

  private void assertThatTextShowsWhatAndWhen() {
    EventLoop loop = loop();
    long when = loop.time() + 123;
    TimerHandle timer = loop.callAt(when, new Noop());

    assertThat(timer.toString()).isEqualTo("TimerHandle[" + Noop.class.getName() + ", when=" + when + "]");
    timer.cancel();
    assertThat(timer.toString()).isEqualTo("TimerHandle[cancelled, when=" + when + "]");
  }

  @Test
  @Conformance("test_events.TimerTests.test_timer_repr")
  void test_timer_repr() {
    assertThatTextShowsWhatAndWhen();
  }

  @Test
  @Conformance("test_events.TimerTests.test_timer_repr_debug")
  void test_timer_repr_debug() {
    loop().setDebug(true);
    assertThatTextShowsWhatAndWhen();
  }

  @Test
  @Conformance("test_events.TimerTests.test_timer_comparison")
  void test_timer_comparison() {
    EventLoop loop = loop();
    Runnable callback = new Noop();
    long when = loop.time() + 1_000_000_000;
    List<String> fired = new ArrayList<>();
    loop.callAt(when + 1, () -> fired.add("later"));
    loop.callAt(when, () -> fired.add("first of two at the same time"));
    loop.callAt(when - 1, () -> fired.add("earlier"));
    loop.callAt(when, () -> fired.add("second of two at the same time"));
    TimerHandle one = loop.callAt(when, callback);
    TimerHandle other = loop.callAt(when, callback);
    Handle handle = loop.callSoon(callback);

    runUntilComplete(() -> sleep(2_000));

    assertThat(fired).containsExactly(
        "earlier", "first of two at the same time", "second of two at the same time", "later");
    assertThat(one).isNotEqualTo(other).isNotEqualTo(handle);
    assertThat((Object) handle).isNotEqualTo(one);
  }
}
