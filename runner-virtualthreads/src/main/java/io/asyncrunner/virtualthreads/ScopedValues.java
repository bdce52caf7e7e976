package io.asyncrunner.virtualthreads;

import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries {@link ScopedValue}s into tasks and threads. */
public final class ScopedValues {
  private ScopedValues() {}

  /**
   * A propagator for some scoped values: those that are bound where a task is created are bound to the same values in it.
   *
   * <pre>{@code
   * Runner.builder().propagate(ScopedValues.propagator(USER, REQUEST_ID)).build()
   * }</pre>
   *
   * @param values the scoped values; the JDK has no way to ask for all
   * @return the propagator
   */
  public static ContextPropagator propagator(ScopedValue<?>... values) {
    List<ScopedValue<?>> all = List.of(values);
    return () -> {
      ScopedValue.Carrier bindings = null;
      for (ScopedValue<?> value : all) {
        bindings = bind(bindings, value);
      }
      return new Bindings(bindings);
    };
  }

  private static <T> ScopedValue.@Nullable Carrier bind(ScopedValue.@Nullable Carrier bindings, ScopedValue<T> value) {
    if (!value.isBound()) {
      return bindings;
    }
    return bindings == null ? ScopedValue.where(value, value.get()) : bindings.where(value, value.get());
  }

  private record Bindings(ScopedValue.@Nullable Carrier carrier) implements ContextPropagator.Snapshot {
    @Override
    @SuppressWarnings("unchecked") // whatever it throws is declared
    public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body)
        throws X, InterruptedException {
      ScopedValue.CallableOp<T, ?> op = body::run;
      return carrier == null ? body.run() : carrier.call((ScopedValue.CallableOp<T, X>) op);
    }
  }
}
