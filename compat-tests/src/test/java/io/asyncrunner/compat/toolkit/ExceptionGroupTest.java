package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.ExceptionGroup;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link ExceptionGroup}: its parts. */
class ExceptionGroupTest {
  private final IOException io = new IOException("io");
  private final IllegalStateException state = new IllegalStateException("state");
  private final IllegalArgumentException argument = new IllegalArgumentException("argument");
  private final ExceptionGroup inner = new ExceptionGroup("inner", List.of(io, state));
  private final ExceptionGroup outer = new ExceptionGroup("outer", List.of(argument, inner));

  @Test
  void group_sameObjectTwice_isAllowed() {
    assertThat(new ExceptionGroup("twice", List.of(io, io)).exceptions()).containsExactly(io, io);
  }

  @Test
  void subgroup_ofAType_keepsNestingMessagesAndStackTraces() {
    ExceptionGroup found = outer.subgroup(IOException.class);
    assertThat(found).hasMessage("outer (1 exception): io.asyncrunner.ExceptionGroup: inner (1 exception)");
    assertThat(found.getStackTrace()).isEqualTo(outer.getStackTrace());
    assertThat(found.exceptions()).singleElement().isInstanceOfSatisfying(ExceptionGroup.class, nested -> {
      assertThat(nested).hasMessageStartingWith("inner (1 exception): java.io.IOException");
      assertThat(nested.exceptions()).containsExactly(io);
    });
    assertThat(outer.exceptions()).as("the group itself").containsExactly(argument, inner);
  }

  @Test
  void message_manyLongOrFailing_showsTheFirstFewInShort() {
    RuntimeException failing = new RuntimeException() {
      @Override
      public String getMessage() {
        throw new IllegalStateException("no message");
      }
    };
    ExceptionGroup group = new ExceptionGroup("many",
        List.of(new IOException("first line\nsecond"), failing, new IOException("x".repeat(10_000)),
            new IOException("hidden")));
    assertThat(group.getMessage()).startsWith("many (4 exceptions): java.io.IOException: first line…; ")
        .contains("(its message cannot be had: java.lang.IllegalStateException); java.io.IOException: xxx")
        .endsWith("x…; …")
        .hasSizeLessThan(600);
    ExceptionGroup nested = group;
    for (int depth = 0; depth < 100_000; depth++) {
      nested = new ExceptionGroup("nested", List.of(nested));
    }
    assertThat(nested).hasMessage("nested (1 exception): io.asyncrunner.ExceptionGroup: nested (1 exception)");
  }

  @Test
  void subgroup_nothingOrEverythingFits_isNullOrTheGroupItself() {
    assertThat(outer.subgroup(InterruptedException.class)).isNull();
    assertThat(outer.subgroup(ExceptionGroup.class)).isSameAs(outer);
    assertThat(outer.subgroup(thrown -> thrown == inner).exceptions()).containsExactly(inner);
  }

  @Test
  void split_byACondition_givesBothParts() {
    ExceptionGroup.Split split = outer.split(thrown -> thrown == io || thrown == argument);
    assertThat(split.matching().exceptions()).first().isSameAs(argument);
    assertThat(((ExceptionGroup) split.matching().exceptions().get(1)).exceptions()).containsExactly(io);
    assertThat(split.rest().exceptions()).singleElement()
        .isInstanceOfSatisfying(ExceptionGroup.class,
            nested -> assertThat(nested.exceptions()).containsExactly(state));
  }

  @Test
  void split_nothingOrEverythingFits_hasOnePart() {
    assertThat(outer.split(thrown -> true)).isEqualTo(new ExceptionGroup.Split(outer, null));
    ExceptionGroup.Split none = outer.split(thrown -> false);
    assertThat(none.matching()).isNull();
    assertThat(none.rest()).hasMessageStartingWith("outer (2 exceptions): java.lang.");
  }
}
