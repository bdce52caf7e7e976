package io.asyncrunner;

import java.util.List;
import java.util.Objects;

/**
 * Several exceptions that happened together, in the order in which they happened.
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

  @Override
  public String getMessage() {
    int count = exceptions == null ? 1 : exceptions.size(); // null while the superclass constructor runs
    return super.getMessage() + " (" + count + (count == 1 ? " exception)" : " exceptions)");
  }
}
