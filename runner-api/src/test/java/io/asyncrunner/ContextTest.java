package io.asyncrunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Contexts and their variables, on threads that run no loop. */
class ContextTest {
  private static final ContextVar<String> VARIABLE = ContextVar.withDefault("variable", "default");
  private static final ContextVar<String> OTHER = ContextVar.named("other");

  @Test
  void get_notSet_isTheDefaultOrRefused() {
    Context context = new Context();
    context.run(() -> {
      assertThat(VARIABLE.get()).isEqualTo("default");
      assertThat(VARIABLE.orElse("instead")).isEqualTo("instead");
      assertThatThrownBy(OTHER::get).isExactlyInstanceOf(NoSuchElementException.class).hasMessageContaining("other");
      assertThat(OTHER.orElse("instead")).isEqualTo("instead");
    });
    assertThat(context.get(VARIABLE)).isEqualTo("default");
    assertThat(context.get(OTHER)).isNull();
    assertThat(context.contains(VARIABLE)).isFalse();
    assertThat(context.size()).isZero();
  }

  @Test
  void set_inARun_staysInThatContextOnly() {
    Context context = new Context();
    context.run(() -> {
      VARIABLE.set("set");
      assertThat(VARIABLE.get()).isEqualTo("set");
    });
    assertThat(context.get(VARIABLE)).isEqualTo("set");
    assertThat(context.contains(VARIABLE)).isTrue();
    assertThat(context.size()).isEqualTo(1);
    assertThat(VARIABLE.get()).isEqualTo("default");
    context.run(() -> assertThat(VARIABLE.get()).isEqualTo("set"));
  }

  @Test
  void set_null_isAValue() {
    new Context().run(() -> {
      VARIABLE.set(null);
      assertThat(VARIABLE.get()).isNull();
      assertThat(VARIABLE.orElse("instead")).isNull();
      assertThat(Context.current().contains(VARIABLE)).isTrue();
    });
  }

  @Test
  void copy_changedOnEitherSide_leavesTheOtherAlone() {
    Context original = new Context();
    original.run(() -> {
      VARIABLE.set("before");
    });
    Context copy = original.copy();
    original.run(() -> {
      VARIABLE.set("in the original");
      OTHER.set("in the original");
    });
    copy.run(() -> {
      VARIABLE.set("in the copy");
    });
    assertThat(original.get(VARIABLE)).isEqualTo("in the original");
    assertThat(copy.get(VARIABLE)).isEqualTo("in the copy");
    assertThat(copy.contains(OTHER)).isFalse();
  }

  @Test
  void run_bodyThrows_throwsThatAndRestores() {
    Context before = Context.current();
    IOException failure = new IOException("thrown");
    assertThatThrownBy(() -> new Context().run(() -> {
      throw failure;
    })).isSameAs(failure);
    assertThat(Context.current()).isSameAs(before);
  }

  @Test
  void run_nested_restoresEach() {
    Context outer = new Context();
    Context inner = new Context();
    String result = outer.run(() -> {
      inner.run(() -> assertThat(Context.current()).isSameAs(inner));
      assertThat(Context.current()).isSameAs(outer);
      return "result";
    });
    assertThat(result).isEqualTo("result");
  }

  @Test
  void current_onEachThread_isItsOwn() {
    new Context().run(() -> {
      VARIABLE.set("on this thread");
      CompletableFuture<String> elsewhere = new CompletableFuture<>();
      new Thread(() -> elsewhere.complete(VARIABLE.get())).start();
      assertThat(elsewhere.join()).isEqualTo("default");
    });
  }

  @Test
  void reset_afterSet_putsBackWhatWasBefore() {
    new Context().run(() -> {
      ContextVar.Token first = VARIABLE.set("first");
      ContextVar.Token second = VARIABLE.set("second");
      VARIABLE.reset(second);
      assertThat(VARIABLE.get()).isEqualTo("first");
      VARIABLE.reset(first);
      assertThat(VARIABLE.get()).isEqualTo("default");
      assertThat(Context.current().contains(VARIABLE)).isFalse();
    });
  }

  @Test
  void reset_usedTwiceOrElsewhere_refusedAndNothingChanged() {
    new Context().run(() -> {
      ContextVar.Token token = VARIABLE.set("set");
      assertThatIllegalArgumentException().isThrownBy(() -> OTHER.reset(token)).withMessageContaining("other");
      new Context().run(() -> {
        assertThatIllegalArgumentException().isThrownBy(() -> VARIABLE.reset(token))
            .withMessageContaining("another context");
      });
      assertThat(VARIABLE.get()).isEqualTo("set");
      VARIABLE.reset(token);
      VARIABLE.set("again");
      assertThatIllegalStateException().isThrownBy(() -> VARIABLE.reset(token)).withMessageContaining("used");
      assertThat(VARIABLE.get()).isEqualTo("again");
    });
  }

  @Test
  void toString_always_namesVariablesAndNoValues() {
    Context context = new Context();
    context.run(() -> {
      VARIABLE.set("secret");
      OTHER.set("secret");
    });
    assertThat(context.toString()).contains("variable", "other").doesNotContain("secret");
    assertThat(VARIABLE.toString()).contains("variable");
    assertThat(VARIABLE.name()).isEqualTo("variable");
  }
}
