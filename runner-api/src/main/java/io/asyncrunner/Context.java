package io.asyncrunner;

import io.asyncrunner.internal.Interruptions;
import io.asyncrunner.spi.Fiber;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of all {@link ContextVar}s as one piece of code sees them.
 *
 * <p>Each task runs in a copy of the context of its creator, so that what it sets is its own; callbacks run in the context
 * in which they were given to the loop. Copying takes constant time: a context is a reference to an immutable table, and
 * setting a variable replaces the table.
 *
 * <p><b>Thread:</b> a context is used by one thread, or the tasks of one loop, at a time.
 *
 * @asyncio {@code contextvars.Context}
 */
public final class Context {
  private static final @Nullable Object[] EMPTY = new @Nullable Object[0];

  /**
   * Contexts of threads that are no fibers. A thread has none before it sets a variable: a thread of a pool that runs a loop
   * once would keep it for ever, and with it this class, and an application that is to be unloaded.
   */
  private static final ThreadLocal<@Nullable Context> OF_THREAD = new ThreadLocal<>();

  /** Variable and value in turn. Never changed in place: copies share it. */
  private @Nullable Object[] table;

  /** Makes an empty context, in which every variable has its default. */
  public Context() {
    this(EMPTY);
  }

  private Context(@Nullable Object[] table) {
    this.table = table;
  }

  /**
   * The context of the calling code: that of the task or callback, else that of the thread. Changes with
   * {@link ContextVar#set}; use {@link #copyCurrent()} for one that does not.
   *
   * @return the context itself, not a copy
   */
  public static Context current() {
    Context existing = currentOrNull(Fiber.current());
    if (existing != null) {
      return existing;
    }
    Context made = new Context();
    OF_THREAD.set(made);
    return made;
  }

  private static @Nullable Context currentOrNull(@Nullable Fiber fiber) {
    return fiber != null ? fiber.context() : OF_THREAD.get();
  }

  /**
   * A copy of the calling code's context.
   *
   * @return a new context
   * @asyncio {@code copy_context}
   */
  public static Context copyCurrent() {
    Context existing = currentOrNull(Fiber.current());
    return existing != null ? existing.copy() : new Context();
  }

  /**
   * A copy: equal now, independent from now on.
   *
   * @return a new context
   */
  public Context copy() {
    return new Context(table);
  }

  /**
   * Runs a body with this as the current context. What the body sets stays set in this context.
   *
   * @param <T> the body's result
   * @param <X> what the body may throw
   * @param body called once, on the calling thread; on a task it may suspend
   * @return what the body returned
   * @throws X what the body threw
   * @throws CancelledError if the body threw an {@code InterruptedException}
   */
  public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    Fiber fiber = Fiber.current();
    Context before = currentOrNull(fiber);
    enter(fiber, this);
    try {
      return body.run();
    } catch (InterruptedException interruption) {
      throw Interruptions.asCancellation(interruption);
    } finally {
      enter(fiber, before);
    }
  }

  /**
   * Runs a body with this as the current context; as {@link #run(Coroutine)}.
   *
   * @param <X> what the body may throw
   * @param body called once, on the calling thread; on a task it may suspend
   * @throws X what the body threw
   */
  public <X extends Throwable> void run(VoidCoroutine<X> body) throws X {
    run(Objects.requireNonNull(body, "body").returningNull());
  }

  private static void enter(@Nullable Fiber fiber, @Nullable Context context) {
    if (context == null) {
      OF_THREAD.remove();
    } else if (fiber != null) {
      fiber.setContext(context);
    } else {
      OF_THREAD.set(context);
    }
  }

  /**
   * The value of a variable in this context, whether it is current or not.
   *
   * @param <T> the variable's type
   * @param variable the variable
   * @return its value here, else its default, else {@code null}
   */
  public <T extends @Nullable Object> @Nullable T get(ContextVar<T> variable) {
    int at = indexOf(Objects.requireNonNull(variable, "variable"));
    return at < 0 ? variable.defaultValue() : variable.cast(table[at + 1]);
  }

  /**
   * Tells whether a variable has been set in this context.
   *
   * @param variable the variable
   * @return true if it has a value here
   */
  public boolean contains(ContextVar<?> variable) {
    return indexOf(Objects.requireNonNull(variable, "variable")) >= 0;
  }

  /**
   * How many variables have been set.
   *
   * @return the number of variables that have a value here
   */
  public int size() {
    return table.length / 2;
  }

  /** A linear search: a program has a handful of variables, and one cache line beats hashing. */
  int indexOf(ContextVar<?> variable) {
    @Nullable Object[] entries = table;
    for (int i = 0; i < entries.length; i += 2) {
      if (entries[i] == variable) {
        return i;
      }
    }
    return -1;
  }

  @Nullable Object valueAt(int index) {
    return table[index + 1];
  }

  void set(ContextVar<?> variable, @Nullable Object value) {
    int at = indexOf(variable);
    @Nullable Object[] changed = Arrays.copyOf(table, at < 0 ? table.length + 2 : table.length);
    int to = at < 0 ? table.length : at;
    changed[to] = variable;
    changed[to + 1] = value;
    table = changed;
  }

  void remove(ContextVar<?> variable) {
    int at = indexOf(variable);
    if (at < 0) {
      return;
    }
    @Nullable Object[] changed = new @Nullable Object[table.length - 2];
    System.arraycopy(table, 0, changed, 0, at);
    System.arraycopy(table, at + 2, changed, at, changed.length - at);
    table = changed;
  }

  /** The variables by name; the values are left out, because their {@code toString} is not ours to call. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Context[");
    for (int i = 0; i < table.length; i += 2) {
      text.append(i == 0 ? "" : ", ").append(((ContextVar<?>) Objects.requireNonNull(table[i])).name());
    }
    return text.append(']').toString();
  }
}
