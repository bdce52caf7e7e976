package io.asyncrunner.sync;

import io.asyncrunner.CancelledError;
import io.asyncrunner.spi.LoopEngine;
import org.jspecify.annotations.Nullable;

/**
 * A flag that tasks of a loop wait for.
 *
 * <p><b>Thread:</b> made anywhere, used on one loop.
 *
 * <pre>{@code
 * AsyncEvent started = new AsyncEvent();
 * Task<?> waiter = Async.createTask(() -> {
 *   started.await();
 *   show("on my way");
 * });
 * started.set();
 * }</pre>
 *
 * @asyncio {@code Event}
 */
public final class AsyncEvent extends LoopBound {
  private final Waiters<@Nullable Void> waiters = new Waiters<>(this);
  private boolean set;

  /** Makes an event that is not set. */
  public AsyncEvent() {
    this(false);
  }

  AsyncEvent(boolean set) {
    this.set = set;
  }

  /**
   * Tells whether it is set.
   *
   * @return true from {@link #set} to {@link #clear}
   */
  public boolean isSet() {
    ensureOwner("AsyncEvent.isSet");
    return set;
  }

  /** Sets it, and lets all who wait go on, also if it is cleared before they do. */
  public void set() {
    ensureOwner("AsyncEvent.set");
    if (set) {
      return;
    }
    if (waiters.size() > 0) {
      ensureStack(1);
    }
    for (var waiter = waiters.firstPending(); waiter != null; waiter = waiters.firstPending()) {
      waiter.future.setResult(null);
    }
    set = true;
  }

  /** Clears it: who waits from now on waits for the next {@link #set}. */
  public void clear() {
    ensureOwner("AsyncEvent.clear");
    set = false;
  }

  /**
   * Waits until it is set; returns at once if it is.
   *
   * @throws CancelledError if the task is cancelled
   */
  public void await() {
    LoopEngine loop = owner("AsyncEvent.await");
    if (set) {
      return;
    }
    loop.ensureStack(1);
    Waiters.Waiter<@Nullable Void> waiter = waiters.add(loop);
    try {
      waiter.await();
    } finally {
      waiters.remove(waiter);
    }
  }

  /** State and number of waiters. */
  @Override
  public String toString() {
    return "AsyncEvent[" + (set ? "set" : "not set") + ", waiters=" + waiters.size() + "]";
  }
}
