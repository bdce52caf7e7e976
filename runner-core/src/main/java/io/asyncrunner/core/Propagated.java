package io.asyncrunner.core;

import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the propagators of a loop captured at one moment. */
final class Propagated implements ContextPropagator.Snapshot {
  private final ContextPropagator.Snapshot[] snapshots; // the first is the outermost

  private Propagated(ContextPropagator.Snapshot[] snapshots) {
    this.snapshots = snapshots;
  }

  /** Asks some propagators; {@code null} if there are none. Calls user code. */
  static @Nullable Propagated capture(List<ContextPropagator> propagators) {
    if (propagators.isEmpty()) {
      return null;
    }
    ContextPropagator.Snapshot[] snapshots = new ContextPropagator.Snapshot[propagators.size()];
    for (int i = 0; i < snapshots.length; i++) {
      ContextPropagator propagator = propagators.get(i);
      snapshots[i] = Objects.requireNonNull(propagator.capture(),
          () -> "the propagator " + propagator.getClass().getName() + " captured null, expected a snapshot");
    }
    return new Propagated(snapshots);
  }

  @Override
  public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body)
      throws X, InterruptedException {
    Watched<T, X> watched = new Watched<>(body);
    Coroutine<T, X> wrapped = watched;
    for (int i = snapshots.length - 1; i >= 0; i--) {
      ContextPropagator.Snapshot snapshot = snapshots[i];
      Coroutine<T, X> inner = wrapped;
      wrapped = () -> snapshot.run(inner);
    }
    T result = wrapped.run();
    if (!watched.wasRun) {
      throw new IllegalStateException(
          "a context propagator did not run the body that it was given, expected it to do so"
              + " once: " + this);
    }
    return result;
  }

  @Override
  public String toString() {
    StringBuilder classes = new StringBuilder("Propagated");
    for (ContextPropagator.Snapshot snapshot : snapshots) {
      classes.append(' ').append(snapshot.getClass().getName());
    }
    return classes.toString();
  }

  /** A body, and whether it was run. */
  private static final class Watched<T extends @Nullable Object, X extends Throwable> implements Coroutine<T, X> {
    private final Coroutine<T, X> body;
    private boolean wasRun;

    Watched(Coroutine<T, X> body) {
      this.body = body;
    }

    @Override
    public T run() throws X, InterruptedException {
      wasRun = true;
      return body.run();
    }
  }
}
