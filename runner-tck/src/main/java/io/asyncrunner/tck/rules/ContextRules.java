package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.Context;
import io.asyncrunner.ContextVar;
import io.asyncrunner.EventLoop;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** The rules of contexts: of CPython's tests of {@code contextvars}, what a loop can get wrong. */
public abstract class ContextRules extends PortedTests {
  private final ContextVar<String> first = ContextVar.withDefault("first", "default");
  private final ContextVar<String> second = ContextVar.named("second");
  private final ContextVar<String> third = ContextVar.named("third");

  protected ContextRules(LoopSource source) {
    super(source);
  }

  @Test
  void variables_inATask_areSetResetAndTakenOutOneByOne() {
    run(() -> {
      Context context = Context.current();
      int before = context.size();
      ContextVar.Token ofFirst = first.set("1");
      ContextVar.Token ofSecond = second.set("2");
      ContextVar.Token ofThird = third.set("3");
      ContextVar.Token again = second.set("2 again");
      assertThat(List.of(first.get(), second.get(), third.get())).containsExactly("1", "2 again", "3");
      assertThat(context.size()).isEqualTo(before + 3);
      assertThat(context.toString()).contains("first, second, third").doesNotContain("again");

      second.reset(again);
      assertThat(second.get()).isEqualTo("2");
      second.reset(ofSecond);
      assertThat(context.contains(second)).isFalse();
      assertThat(context.get(second)).isNull();
      assertThat(List.of(first.get(), third.get())).containsExactly("1", "3");
      first.reset(ofFirst);
      assertThat(context.contains(first)).isFalse();
      assertThat(context.contains(third)).isTrue();
      assertThat(context.get(first)).isEqualTo("default");
      assertThat(third.get()).isEqualTo("3");
      third.reset(ofThird);
      assertThat(context.size()).isEqualTo(before);
    });
  }

  @Test
  void variables_setAgain_haveTheLastValueAndCountOnce() {
    Context context = new Context();
    context.run(() -> {
      first.set("1");
      ContextVar.Token again = first.set("1 again");
      assertThat(first.get()).isEqualTo("1 again");
      assertThat(context.size()).isEqualTo(1);
      first.reset(again);
      assertThat(first.get()).isEqualTo("1");
    });
  }

  @Test
  void variables_notSet_haveTheirDefaultOrNone() {
    run(() -> {
      assertThat(first.get()).isEqualTo("default");
      assertThat(first.orElse("instead")).isEqualTo("instead");
      assertThatThrownBy(second::get).isExactlyInstanceOf(NoSuchElementException.class).hasMessageContaining("second");
      assertThat(second.orElse("instead")).isEqualTo("instead");
      first.set("set");
      assertThat(first.orElse("instead")).isEqualTo("set");
      second.set(null);
      assertThat(second.orElse("instead")).isNull();
    });
  }

  @Test
  void tokens_usedTwiceOrElsewhere_areRefused() {
    run(() -> {
      ContextVar.Token token = first.set("set");
      assertThatIllegalArgumentException().isThrownBy(() -> second.reset(token));
      new Context().run(() -> {
        assertThatIllegalArgumentException().isThrownBy(() -> first.reset(token));
      });
      assertThat(first.get()).isEqualTo("set");
      first.reset(token);
      first.set("set again");
      assertThatIllegalStateException().isThrownBy(() -> first.reset(token));
      assertThat(first.get()).isEqualTo("set again");
    });
  }

  /** A body may suspend, and what it has set stays set in that context. */
  @Test
  void contexts_enteredByATask_areLeftAgain() {
    run(() -> {
      Context own = Context.current();
      Context other = new Context();
      String seen = other.run(() -> {
        first.set("in the other");
        EventLoop.running().yieldNow();
        assertThat(Context.current()).isSameAs(other);
        return first.get();
      });
      assertThat(seen).isEqualTo("in the other");
      assertThat(Context.current()).isSameAs(own);
      assertThat(first.get()).isEqualTo("default");
      assertThat(other.get(first)).isEqualTo("in the other");
      Context copy = other.copy();
      copy.run(() -> {
        first.set("in the copy");
      });
      assertThat(other.get(first)).isEqualTo("in the other");
    });
  }

  @Test
  void contexts_ofThreads_areTheirOwn() {
    run(() -> {
      first.set("of the task");
      List<String> seen = new ArrayList<>();
      Async.toThread(() -> {
        new Context().run(() -> {
          seen.add(first.get());
          first.set("of the thread");
          seen.add(first.get());
        });
        seen.add(first.get());
      });
      assertThat(seen).containsExactly("default", "of the thread", "of the task");
      assertThat(first.get()).isEqualTo("of the task");
    });
  }

  @Test
  void callbacks_runInTheContextThatTheyAreGiven() {
    run(() -> {
      Context given = new Context();
      given.run(() -> {
        first.set("given");
      });
      List<String> seen = new ArrayList<>();
      EventLoop loop = EventLoop.running();
      loop.callSoon(given, () -> seen.add(first.get()));
      loop.callSoon(() -> {
        seen.add(first.get());
        first.set("the callback's");
      });
      loop.callSoonThreadsafe(given, () -> seen.add(first.get()));
      loop.callAt(loop.time(), given, () -> seen.add(first.get()));
      sleep(1);
      assertThat(seen).containsExactly("given", "default", "given", "given");
      assertThat(first.get()).as("in the task: callbacks get a copy of its context").isEqualTo("default");
    });
  }

  @Test
  void names_areGivenForPeople() {
    assertThat(first.name()).isEqualTo("first");
    assertThat(first.toString()).contains("first");
  }
}
