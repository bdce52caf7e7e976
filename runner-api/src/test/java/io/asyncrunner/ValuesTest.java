package io.asyncrunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The small immutable types. */
class ValuesTest {
  @Test
  void taskOptions_withers_changeACopy() {
    Context context = new Context();
    TaskOptions options = TaskOptions.named("name").withContext(context).withEagerStart(true);
    assertThat(options.name()).isEqualTo("name");
    assertThat(options.context()).isSameAs(context);
    assertThat(options.eagerStart()).isTrue();
    assertThat(options.withName("other").context()).isSameAs(context);
    assertThat(options.withName("other").eagerStart()).isTrue();
    assertThat(options.withEagerStart(false).name()).isEqualTo("name");
    assertThat(TaskOptions.DEFAULT.name()).isNull();
    assertThat(TaskOptions.DEFAULT.context()).isNull();
    assertThat(TaskOptions.DEFAULT.eagerStart()).isFalse();
  }

  @Test
  void eagerStartOr_wasAskedForOrNot_givesWhatWasAskedFor() {
    for (boolean otherwise : new boolean[] {true, false}) {
      assertThat(TaskOptions.named("name").eagerStartOr(otherwise)).isEqualTo(otherwise);
      assertThat(TaskOptions.DEFAULT.withEagerStart(true).withName("name").eagerStartOr(otherwise)).isTrue();
      assertThat(TaskOptions.DEFAULT.withEagerStart(false).withContext(new Context()).eagerStartOr(otherwise))
          .isFalse();
    }
  }

  @Test
  void cancelledError_message_saysWhyAndWho() {
    assertThat(new CancelledError()).hasMessage(null);
    assertThat(new CancelledError("why")).hasMessage("why");
    assertThat(error("why", new CancelledError.Source("who", null))).hasMessage("why (cancelled by who)");
    assertThat(error(null, new CancelledError.Source("who", null))).hasMessage("(cancelled by who)");
    assertThat(error(null, new CancelledError.Source("a timeout", Duration.ofSeconds(1)))).hasMessageContaining("PT1S");
    assertThat(error("why", new CancelledError.Source(null, null))).hasMessage("why");
    assertThat(error("why", new CancelledError.Source("who", null)).reason()).isEqualTo("why");
  }

  @Test
  void cancelledError_message_saysWhen() {
    CancelledError.Source who = new CancelledError.Source("who", null);
    assertThat(new CancelledError("why", who, 12_500_000_000L, null, false))
        .hasMessage("why (cancelled by who at 12.5 s)");
    assertThat(new CancelledError(null, who, -1, null, false)).hasMessage("(cancelled by who at -0.000000001 s)");
    assertThat(new CancelledError("why", null, 0, null, false)).hasMessage("why (cancelled at 0 s)");
    assertThat(new CancelledError(null, new CancelledError.Source("a timeout", Duration.ofSeconds(1)), 1, null, false))
        .hasMessage("(a timeout of PT1S ran out at 0.000000001 s)");
    assertThat(new CancelledError("by hand").when()).isEmpty();
    assertThat(new CancelledError(null, null, 5, null, false).when()).hasValue(5);
  }

  private static CancelledError error(String reason, CancelledError.Source source) {
    return new CancelledError(reason, source, Long.MAX_VALUE, null, false);
  }

  @Test
  void cancelledError_stackTrace_onlyIfAskedFor() {
    assertThat(new CancelledError("by hand").getStackTrace()).isEmpty();
    assertThat(new CancelledError("in debug mode", null, Long.MAX_VALUE, null, true).getStackTrace()).isNotEmpty();
  }

  @Test
  void cancelledErrorAndKeyboardInterrupt_always_areNoExceptions() {
    assertThat(new CancelledError()).isInstanceOf(Error.class);
    assertThat(new KeyboardInterrupt()).isInstanceOf(Error.class);
    assertThat(new KeyboardInterrupt("SIGINT")).hasMessage("SIGINT");
  }

  @Test
  void source_outsideATask_namesNobody() {
    assertThat(CancelledError.Source.current().canceller()).isNull();
  }

  @Test
  void exceptionGroup_several_keepsThemInOrder() {
    IOException first = new IOException("first");
    IllegalStateException second = new IllegalStateException("second");
    ExceptionGroup group = new ExceptionGroup("both", List.of(first, second));
    assertThat(group.exceptions()).containsExactly(first, second);
    assertThat(group).hasCause(first)
        .hasSuppressedException(second)
        .hasMessage("both (2 exceptions): java.io.IOException: first; java.lang.IllegalStateException: second");
    assertThat(new ExceptionGroup("one", List.of(first))).hasMessage("one (1 exception): java.io.IOException: first");
  }

  @Test
  void exceptionGroup_noneOrNull_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ExceptionGroup("none", List.of()));
    assertThatNullPointerException().isThrownBy(() -> new ExceptionGroup(null, List.of(new IOException())))
        .withMessage("message");
    assertThatNullPointerException().isThrownBy(() -> new ExceptionGroup("none", null))
        .withMessageContaining("exceptions");
  }

  @Test
  void exceptionContext_noMessage_refused() {
    assertThatNullPointerException().isThrownBy(() -> new ExceptionContext(null, new IOException()))
        .withMessage("message");
    assertThat(new ExceptionContext("message", null).exception()).isNull();
  }
}
