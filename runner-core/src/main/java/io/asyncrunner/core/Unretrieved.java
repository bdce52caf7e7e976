package io.asyncrunner.core;

import io.asyncrunner.ExceptionContext;
import io.asyncrunner.spi.Surroundings;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
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

  // The registry's list.
  private @Nullable Unretrieved previous;
  private @Nullable Unretrieved next;
  private boolean listed;

  private Unretrieved(Throwable exception, FutureImpl<?> future, Registry registry) {
    super(future, registry.garbage);
    this.exception = exception;
    this.future = future.describe();
    this.surroundings = future.reportSurroundings();
    this.registry = registry;
  }

  /** Somebody has asked, or has been told: nothing more to report. */
  void retrieved() {
    registry.remove(this);
  }

  ExceptionContext report() {
    return new ExceptionContext("exception of " + future + " was never retrieved", exception);
  }

  /** What the report is made in. */
  Surroundings surroundings() {
    return surroundings;
  }

  /**
   * The exceptions of one loop that nobody has asked for yet, in the order in which they happened: a list threaded through them, which
   * needs no memory of its own.
   */
  static final class Registry {
    private @Nullable Unretrieved first;
    private @Nullable Unretrieved last;
    private final ReferenceQueue<FutureImpl<?>> garbage = new ReferenceQueue<>();

    /** Makes one, which is not in the list yet. */
    Unretrieved create(Throwable exception, FutureImpl<?> future) {
      return new Unretrieved(exception, future, this);
    }

    void add(Unretrieved added) {
      added.listed = true;
      added.previous = last;
      if (last == null) {
        first = added;
      } else {
        last.next = added;
      }
      last = added;
    }

    private void remove(Unretrieved removed) {
      if (!removed.listed) {
        return;
      }
      removed.listed = false;
      Unretrieved before = removed.previous;
      Unretrieved after = removed.next;
      if (before == null) {
        first = after;
      } else {
        before.next = after;
      }
      if (after == null) {
        last = before;
      } else {
        after.previous = before;
      }
      removed.previous = null;
      removed.next = null;
    }

    /** Gives one whose future is garbage, once. Takes no lock while there is none; else one that no fiber ever holds. */
    @Nullable Unretrieved pollGarbage() {
      for (Object polled = garbage.poll(); polled != null; polled = garbage.poll()) {
        if (polled instanceof Unretrieved unretrieved && unretrieved.listed) {
          return unretrieved;
        }
      }
      return null;
    }

    /** The first, whether its future is garbage or not. */
    @Nullable Unretrieved first() {
      return first;
    }
  }
}
