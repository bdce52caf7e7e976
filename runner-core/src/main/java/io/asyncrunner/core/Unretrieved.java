package io.asyncrunner.core;

import io.asyncrunner.ExceptionContext;
import io.asyncrunner.spi.Surroundings;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception of a future that nobody has asked for yet. Reported to the loop's exception handler once the future is garbage,
 * at the latest when the loop closes. Confined to the loop.
 */
final class Unretrieved extends PhantomReference<FutureImpl<?>> {
  private final Throwable exception;
  private final String future;
  private final Surroundings surroundings;
  private final Registry registry;

  private Unretrieved(Throwable exception, FutureImpl<?> future, Registry registry) {
    super(future, registry.garbage);
    this.exception = exception;
    this.future = future.describe();
    this.surroundings = future.reportSurroundings();
    this.registry = registry;
  }

  /** Somebody has asked: nothing to report. */
  void retrieved() {
    registry.all.remove(this);
  }

  ExceptionContext report() {
    return new ExceptionContext("exception of " + future + " was never retrieved", exception);
  }

  /** What the report is made in. */
  Surroundings surroundings() {
    return surroundings;
  }

  /** The exceptions of one loop that nobody has asked for yet. */
  static final class Registry {
    private final Set<Unretrieved> all = new LinkedHashSet<>(); // in the order in which they happened
    private final ReferenceQueue<FutureImpl<?>> garbage = new ReferenceQueue<>();

    Unretrieved add(Throwable exception, FutureImpl<?> future) {
      Unretrieved added = new Unretrieved(exception, future, this);
      all.add(added);
      return added;
    }

    /** Takes out one whose future is garbage. Takes no lock while there is none; else one that no fiber ever holds. */
    @Nullable Unretrieved pollGarbage() {
      for (Object polled = garbage.poll(); polled != null; polled = garbage.poll()) {
        if (polled instanceof Unretrieved unretrieved && all.remove(unretrieved)) {
          return unretrieved;
        }
      }
      return null;
    }

    /** Takes out one, whether its future is garbage or not. */
    @Nullable Unretrieved pollAny() {
      for (Unretrieved unretrieved : all) {
        all.remove(unretrieved);
        return unretrieved;
      }
      return null;
    }
  }
}
