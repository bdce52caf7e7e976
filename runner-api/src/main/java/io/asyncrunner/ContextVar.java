package io.asyncrunner;

import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A variable with a value of its own in each {@link Context}, so in each task. Made once and kept in a static field.
 *
 * <pre>{@code
 * static final ContextVar<String> USER = ContextVar.withDefault("user", "nobody");
 * }</pre>
 *
 * @param <T> the value's type
 * @asyncio {@code contextvars.ContextVar}
 */
public final class ContextVar<T extends @Nullable Object> {
  private final String name;
  private final boolean hasDefault;
  private final @Nullable T defaultValue;

  private ContextVar(String name, boolean hasDefault, @Nullable T defaultValue) {
    this.name = Objects.requireNonNull(name, "name");
    this.hasDefault = hasDefault;
    this.defaultValue = defaultValue;
  }

  /**
   * Makes a variable without a default.
   *
   * @param <T> the value's type
   * @param name for messages
   * @return a new variable
   */
  public static <T extends @Nullable Object> ContextVar<T> named(String name) {
    return new ContextVar<>(name, false, null);
  }

  /**
   * Makes a variable with a default.
   *
   * @param <T> the value's type
   * @param name for messages
   * @param defaultValue its value where it has not been set
   * @return a new variable
   */
  public static <T extends @Nullable Object> ContextVar<T> withDefault(String name, T defaultValue) {
    return new ContextVar<>(name, true, defaultValue);
  }

  /** Undoes one {@link ContextVar#set}, given to {@link ContextVar#reset}. */
  public static final class Token {
    private final ContextVar<?> variable;
    private final Context context;
    private final boolean wasSet;
    private final @Nullable Object before;
    private boolean used;

    private Token(ContextVar<?> variable, Context context, boolean wasSet, @Nullable Object before) {
      this.variable = variable;
      this.context = context;
      this.wasSet = wasSet;
      this.before = before;
    }
  }

  /**
   * The variable's name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The value in the current context.
   *
   * @return the value that was set, else the default
   * @throws NoSuchElementException if it was not set here and has no default
   */
  public T get() {
    Context context = Context.current();
    int at = context.indexOf(this);
    if (at >= 0) {
      return cast(context.valueAt(at));
    }
    if (!hasDefault) {
      throw new NoSuchElementException(
          "context variable " + name + " has no value here and no default: set it, or make it with withDefault");
    }
    return cast(defaultValue);
  }

  /**
   * The value in the current context, or another if there is none.
   *
   * @param other what to return if it was not set here; goes before the variable's own default
   * @return the value that was set, else {@code other}
   */
  public T orElse(T other) {
    Context context = Context.current();
    int at = context.indexOf(this);
    return at >= 0 ? cast(context.valueAt(at)) : other;
  }

  /**
   * Sets the value in the current context.
   *
   * @param value the value
   * @return what {@link #reset} needs to undo this
   */
  public Token set(T value) {
    Context context = Context.current();
    int at = context.indexOf(this);
    Token token = new Token(this, context, at >= 0, at >= 0 ? context.valueAt(at) : null);
    context.set(this, value);
    return token;
  }

  /**
   * Puts back the value from before a {@link #set}.
   *
   * @param token what that {@code set} returned
   * @throws IllegalArgumentException if the token is of another variable, or made in another context; nothing changes
   * @throws IllegalStateException if the token was used before; nothing changes
   */
  public void reset(Token token) {
    if (token.variable != this) {
      throw new IllegalArgumentException(
          "a token of context variable " + token.variable.name + " cannot reset context variable " + name);
    }
    if (token.context != Context.current()) {
      throw new IllegalArgumentException("this token of context variable " + name + " was made in another context");
    }
    if (token.used) {
      throw new IllegalStateException("this token of context variable " + name + " has been used once already");
    }
    if (token.wasSet) {
      token.context.set(this, token.before);
    } else {
      token.context.remove(this);
    }
    token.used = true;
  }

  @Nullable T defaultValue() {
    return defaultValue;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // set(T) is the only writer; T may be nullable
  T cast(@Nullable Object value) {
    return (T) value;
  }

  @Override
  public String toString() {
    return "ContextVar[" + name + "]";
  }
}
