package io.asyncrunner;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Checks of arguments. */
final class Arguments {
  private Arguments() {}

  /** An immutable copy; as {@link #copyOf(Collection, String)}. */
  static <T> List<T> copyOf(T[] elements, String name) {
    return copyOf(Arrays.asList(Objects.requireNonNull(elements, name)), name);
  }

  /** An immutable copy. A {@code NullPointerException} names the parameter if it is null, or one of its elements. */
  static <T> List<T> copyOf(Collection<? extends T> elements, String name) {
    Objects.requireNonNull(elements, name);
    try {
      return List.copyOf(elements);
    } catch (NullPointerException nullElement) {
      NullPointerException named = new NullPointerException("an element of " + name);
      named.initCause(nullElement);
      throw named;
    }
  }
}
