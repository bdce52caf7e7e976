package io.asyncrunner;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Several exceptions that happened together, in the order in which they happened.
 *
 * <pre>{@code
 * try {
 *   TaskGroup.run(group -> {
 *     group.createTask(() -> fail("a"));
 *   });
 * } catch (ExceptionGroup failed) {
 *   ExceptionGroup.Split split = failed.split(exception -> exception instanceof IOException);
 *   if (split.rest() != null) {
 *     throw split.rest(); // what is not for us to deal with
 *   }
 *   show(split.matching().exceptions().get(0).getMessage());
 * }
 * }</pre>
 *
 * @asyncio {@code BaseExceptionGroup}
 */
public final class ExceptionGroup extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The exceptions, in order. */
  @SuppressWarnings("serial") // List.copyOf gives a serializable list
  private final List<Throwable> exceptions;

  /**
   * Makes a group.
   *
   * @param message what they have in common
   * @param exceptions at least one; the first becomes the cause, the others are suppressed exceptions
   * @throws IllegalArgumentException if {@code exceptions} is empty
   */
  public ExceptionGroup(String message, List<? extends Throwable> exceptions) {
    super(Objects.requireNonNull(message, "message"), first(exceptions));
    this.exceptions = List.copyOf(exceptions);
    this.exceptions.stream().skip(1).forEach(this::addSuppressed);
  }

  private static Throwable first(List<? extends Throwable> exceptions) {
    if (exceptions.isEmpty()) {
      throw new IllegalArgumentException("an ExceptionGroup needs at least one exception, found none");
    }
    return exceptions.get(0);
  }

  /**
   * The exceptions.
   *
   * @return an immutable list, in order, never empty
   */
  public List<Throwable> exceptions() {
    return exceptions;
  }

  /**
   * The only exception, if there is no other: looks through groups in groups.
   *
   * @return the exception, or empty if there are several
   */
  public Optional<Throwable> single() {
    Throwable found = this;
    while (found instanceof ExceptionGroup group) {
      if (group.exceptions.size() > 1) {
        return Optional.empty();
      }
      found = group.exceptions.get(0);
    }
    return Optional.of(found);
  }

  /**
   * Throws the {@linkplain #single only exception} if it is of a type: for a caller that declares it.
   *
   * <pre>{@code
   * try {
   *   TaskGroup.run(group -> {
   *     group.createTask(() -> fail("a"));
   *   });
   * } catch (ExceptionGroup failed) {
   *   failed.throwSingle(IOException.class);
   *   throw failed; // several, or something else
   * }
   * }</pre>
   *
   * @param <X> the type
   * @param type the type
   * @throws X the only exception, the same object
   */
  public <X extends Throwable> void throwSingle(Class<X> type) throws X {
    Optional<Throwable> single = single();
    if (single.filter(Objects.requireNonNull(type, "type")::isInstance).isPresent()) {
      throw type.cast(single.get());
    }
  }

  /**
   * The part of this group whose exceptions fit a condition, nested as they are here.
   *
   * @param condition asked of this group first, then of each exception and of each nested group
   * @return this group itself if it fits, or a new one; {@code null} if nothing fits
   */
  public @Nullable ExceptionGroup subgroup(Predicate<? super Throwable> condition) {
    return split(condition).matching();
  }

  /**
   * The part of this group whose exceptions are of a type, nested as they are here.
   *
   * @param type the type
   * @return this group itself, or a new one; {@code null} if nothing fits
   */
  public @Nullable ExceptionGroup subgroup(Class<? extends Throwable> type) {
    return subgroup(Objects.requireNonNull(type, "type")::isInstance);
  }

  /**
   * A group in two.
   *
   * @param matching what fits, or {@code null} if nothing does
   * @param rest what does not fit, or {@code null} if everything does
   */
  public record Split(@Nullable ExceptionGroup matching, @Nullable ExceptionGroup rest) {}

  /**
   * Splits this group by a condition, both parts nested as they are here.
   *
   * @param condition asked of this group first, then of each exception and of each nested group
   * @return both parts
   */
  public Split split(Predicate<? super Throwable> condition) {
    Objects.requireNonNull(condition, "condition");
    if (condition.test(this)) {
      return new Split(this, null);
    }
    List<Throwable> matching = new ArrayList<>();
    List<Throwable> rest = new ArrayList<>();
    for (Throwable exception : exceptions) {
      if (exception instanceof ExceptionGroup nested) {
        Split split = nested.split(condition);
        if (split.matching != null) {
          matching.add(split.matching);
        }
        if (split.rest != null) {
          rest.add(split.rest);
        }
      } else {
        (condition.test(exception) ? matching : rest).add(exception);
      }
    }
    return new Split(derived(matching), derived(rest));
  }

  private @Nullable ExceptionGroup derived(List<Throwable> some) {
    if (some.isEmpty()) {
      return null;
    }
    ExceptionGroup group = new ExceptionGroup(Objects.requireNonNull(super.getMessage()), some);
    group.setStackTrace(getStackTrace());
    return group;
  }

  /** So many of its exceptions a message shows, and so much of each. */
  private static final int SHOWN = 3;
  private static final int SHOWN_CHARACTERS = 200;

  /** What they have in common, how many there are, and what the first few are. */
  @Override
  public String getMessage() {
    if (exceptions == null) { // while the superclass constructor runs
      return String.valueOf(super.getMessage());
    }
    StringBuilder text = new StringBuilder(counted());
    for (int i = 0; i < Math.min(SHOWN, exceptions.size()); i++) {
      text.append(i == 0 ? ": " : "; ").append(shown(exceptions.get(i)));
    }
    return text.append(exceptions.size() > SHOWN ? "; …" : "").toString();
  }

  private String counted() {
    return super.getMessage() + " (" + exceptions.size() + (exceptions.size() == 1 ? " exception)" : " exceptions)");
  }

  /** One exception, short; of a group only how many it has, because groups may be nested as deep as one likes. */
  private static String shown(Throwable exception) {
    String type = exception.getClass().getName();
    String message;
    try {
      message = exception instanceof ExceptionGroup group ? group.counted() : exception.getMessage();
    } catch (Exception | LinkageError | StackOverflowError failed) { // user code
      message = "(its message cannot be had: " + failed.getClass().getName() + ")";
    }
    String text = message == null ? type : type + ": " + message;
    int end = text.indexOf('\n');
    end = Math.min(end < 0 ? text.length() : end, SHOWN_CHARACTERS);
    return end == text.length() ? text : text.substring(0, end).stripTrailing() + "…";
  }
}
