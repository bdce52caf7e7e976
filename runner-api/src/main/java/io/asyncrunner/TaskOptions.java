package io.asyncrunner;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a task is to be created: its name, its context, and whether its first step runs at once. Immutable.
 *
 * <pre>{@code
 * TaskOptions options = TaskOptions.named("fetch-a").withEagerStart(true);
 * Task<String> task = Async.createTask(options, () -> fetch("a")); // has begun to fetch
 * }</pre>
 *
 * @asyncio the keyword arguments of {@code create_task}
 */
public final class TaskOptions {
  /** A generated name, a copy of the current context, a first step in the loop's next iteration. */
  public static final TaskOptions DEFAULT = new TaskOptions(null, null, null);

  private final @Nullable String name;
  private final @Nullable Context context;
  private final @Nullable Boolean eagerStart; // null: nobody has said

  private TaskOptions(@Nullable String name, @Nullable Context context, @Nullable Boolean eagerStart) {
    this.name = name;
    this.context = context;
    this.eagerStart = eagerStart;
  }

  /**
   * The default options with a name.
   *
   * @param name the task's name
   * @return options with that name
   */
  public static TaskOptions named(String name) {
    return DEFAULT.withName(name);
  }

  /**
   * These options with another name.
   *
   * @param name the task's name
   * @return a changed copy
   */
  public TaskOptions withName(String name) {
    return new TaskOptions(Objects.requireNonNull(name, "name"), context, eagerStart);
  }

  /**
   * These options with a context that the task uses itself, not a copy of it: what the task sets is seen by all that
   * share it.
   *
   * @param context the task's context
   * @return a changed copy
   */
  public TaskOptions withContext(Context context) {
    return new TaskOptions(name, Objects.requireNonNull(context, "context"), eagerStart);
  }

  /**
   * These options with an eager or an ordinary start. A task that starts eagerly runs up to where it first suspends
   * before its creation returns, if the loop is running; else it starts as any other. What is said here goes before what
   * the loop's task factory would choose.
   *
   * @param eagerStart whether to start at once
   * @return a changed copy
   */
  public TaskOptions withEagerStart(boolean eagerStart) {
    return new TaskOptions(name, context, eagerStart);
  }

  /**
   * The name, if one was given.
   *
   * @return the name or {@code null}
   */
  public @Nullable String name() {
    return name;
  }

  /**
   * The context, if one was given.
   *
   * @return the context or {@code null} for a copy of the current one
   */
  public @Nullable Context context() {
    return context;
  }

  /**
   * Whether the first step runs at once.
   *
   * @return true for an eager start
   */
  public boolean eagerStart() {
    return eagerStartOr(false);
  }

  /**
   * Whether the first step runs at once, for a task factory with a choice of its own.
   *
   * @param otherwise what to return where neither start was asked for
   * @return true for an eager start
   */
  public boolean eagerStartOr(boolean otherwise) {
    return eagerStart == null ? otherwise : eagerStart;
  }

  @Override
  public String toString() {
    return "TaskOptions[name=" + name + ", context=" + context + ", eagerStart=" + eagerStart() + "]";
  }
}
