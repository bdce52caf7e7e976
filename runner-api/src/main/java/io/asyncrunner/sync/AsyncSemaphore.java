package io.asyncrunner.sync;

import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.internal.Interruptions;
import io.asyncrunner.spi.LoopEngine;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits that tasks of one loop take and give back; who finds none waits, first come first served.
 *
 * <pre>{@code
 * AsyncSemaphore places = new AsyncSemaphore(4);
 * String page = places.with(() -> fetch("a")); // at most four at once
 * }</pre>
 *
 * <p><b>Thread:</b> made anywhere, used on one loop.
 *
 * @asyncio {@code Semaphore}
 */
public sealed class AsyncSemaphore extends LoopBound permits BoundedAsyncSemaphore {
  private final Waiters<@Nullable Void> waiters = new Waiters<>(this);
  private int permits;

  /**
   * Makes a semaphore.
   *
   * @param permits how many there are at first, not negative
   * @throws IllegalArgumentException if negative
   */
  public AsyncSemaphore(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("permits: " + permits + " (expected at least 0)");
    }
    this.permits = permits;
  }

  /**
   * Tells whether {@link #acquire} would have to wait.
   *
   * @return true if no permit is free, or others wait already
   */
  public final boolean isLocked() {
    ensureOwner("AsyncSemaphore.isLocked");
    return permits == 0 || !waiters.allCancelled();
  }

  /**
   * Takes a permit; waits if there is none, or if others wait already.
   *
   * @throws CancelledError if the task is cancelled; no permit is taken
   */
  public final void acquire() {
    LoopEngine loop = owner("AsyncSemaphore.acquire");
    if (takeAtOnce()) {
      return;
    }
    loop.ensureStack(1);
    Waiters.Waiter<@Nullable Void> waiter = waiters.add(loop);
    try {
      try {
        waiter.await();
      } finally {
        waiters.remove(waiter);
      }
    } catch (Throwable error) {
      if (waiter.future.isDone() && !waiter.future.isCancelled()) { // the permit was ours already
        permits++;
      }
      throw error;
    } finally {
      wakeNext(); // permits may have come back, by us or while ours was on its way
    }
  }

  /**
   * Takes a permit if that needs no waiting.
   *
   * @return false if none is free, or if others wait already
   */
  public final boolean tryAcquire() {
    ensureOwner("AsyncSemaphore.tryAcquire");
    return takeAtOnce();
  }

  private boolean takeAtOnce() {
    if (isLocked()) {
      return false;
    }
    permits--;
    return true;
  }

  /** Gives a permit back and lets the first waiter go on. */
  public void release() {
    ensureOwner("AsyncSemaphore.release");
    Waiters.Waiter<@Nullable Void> first = waiters.firstPending();
    if (first == null) {
      permits++;
    } else {
      first.future.setResult(null);
      if (permits > 0) {
        wakeNext();
      }
    }
  }

  /** How many permits are there to be taken. */
  final int permits() {
    return permits;
  }

  /** Hands permits to those who have waited longest. */
  private void wakeNext() {
    for (var waiter = waiters.firstPending(); permits > 0 && waiter != null; waiter = waiters.firstPending()) {
      waiter.future.setResult(null);
      permits--;
    }
  }

  /**
   * Runs code that holds a permit.
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param body the code
   * @return what it returned
   * @throws X what it threw, the same object; the permit is given back
   */
  public final <T extends @Nullable Object, X extends Throwable> T with(Coroutine<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    owner("AsyncSemaphore.acquire").ensureStack(2); // for the release, however much the body has used up
    acquire();
    try {
      return body.run();
    } catch (InterruptedException interruption) {
      throw Interruptions.asCancellation(interruption);
    } finally {
      release();
    }
  }

  /**
   * Runs code without a result that holds a permit.
   *
   * @param <X> what it may throw
   * @param body the code
   * @throws X what it threw, the same object; the permit is given back
   */
  public final <X extends Throwable> void with(VoidCoroutine<X> body) throws X {
    with(Objects.requireNonNull(body, "body").returningNull());
  }

  /** Free permits and number of waiters. */
  @Override
  public String toString() {
    return getClass().getSimpleName() + "[permits=" + permits + ", waiters=" + waiters.size() + "]";
  }
}
