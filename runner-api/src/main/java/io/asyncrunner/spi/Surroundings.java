package io.asyncrunner.spi;

import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What code runs in, besides its thread: a {@link Context}, what the {@linkplain ContextPropagator propagators} captured, and the
 * context class loader. Captured where code is given away, and put around it where it runs. Immutable, though the context is not.
 */
public final class Surroundings {
  private final Context context;
  private final ContextPropagator.@Nullable Snapshot propagated;
  private final @Nullable ClassLoader classLoader;

  /**
   * Puts surroundings together.
   *
   * @param context the context itself, not a copy
   * @param propagated what the propagators captured, or {@code null} if there are none
   * @param classLoader the context class loader
   */
  public Surroundings(Context context, ContextPropagator.@Nullable Snapshot propagated,
      @Nullable ClassLoader classLoader) {
    this.context = Objects.requireNonNull(context, "context");
    this.propagated = propagated;
    this.classLoader = classLoader;
  }

  /**
   * Those of the calling code. Any thread.
   *
   * @param loop whose propagators are asked
   * @return with a copy of the current context
   */
  public static Surroundings capture(EventLoop loop) {
    return new Surroundings(Context.copyCurrent(), LoopEngine.of(loop).capturePropagated(),
        Thread.currentThread().getContextClassLoader());
  }

  /**
   * Runs a body in these surroundings, on the calling thread, and puts back what was before. May be called any number of times.
   *
   * @param <T> the body's result
   * @param <X> what it may throw
   * @param body called once
   * @return what it returned
   * @throws X what it threw
   */
  public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body) throws X {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    if (before != classLoader) {
      thread.setContextClassLoader(classLoader);
    }
    try {
      ContextPropagator.Snapshot values = propagated;
      return context.run(values == null ? body : () -> values.run(body));
    } finally {
      if (thread.getContextClassLoader() != before) {
        thread.setContextClassLoader(before);
      }
    }
  }
}
