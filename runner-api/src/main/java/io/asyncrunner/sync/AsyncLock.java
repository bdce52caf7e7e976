package io.asyncrunner.sync;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.internal.Interruptions;
import io.asyncrunner.spi.LoopEngine;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A lock that one task of a loop holds at a time; who finds it taken waits, first come first served. It is not owned by the
 * task that took it, and not reentrant.
 *
 * <pre>{@code
 * AsyncLock lock = new AsyncLock();
 * lock.with(() -> {
 *   int read = balance[0];
 *   Async.sleep(Duration.ofMillis(1)); // without the lock, another task could change the balance meanwhile
 *   balance[0] = read + 1;
 * });
 * }</pre>
 *
 * <p><b>Thread:</b> made anywhere, used on one loop.
 *
 * @asyncio {@code Lock}
 */
public final class AsyncLock extends LoopBound {
  private final Waiters<@Nullable Void> waiters = new Waiters<>(this);
  private boolean locked;
  private @Nullable Task<?> holder; // who acquired it; another task may release it

  /** Makes a lock that is free. */
  public AsyncLock() {}

  /**
   * Tells whether somebody holds it.
   *
   * @return true from a task's {@link #acquire} to a {@link #release}
   */
  public boolean isLocked() {
    ensureOwner("AsyncLock.isLocked");
    return locked;
  }

  /**
   * Takes the lock; waits while it is taken, or others wait already.
   *
   * @throws CancelledError if the task is cancelled; the lock is not taken
   */
  public void acquire() {
    Task<?> task = task("AsyncLock.acquire");
    if (takeAtOnce(task)) {
      return;
    }
    LoopEngine loop = LoopEngine.of(task.loop());
    loop.ensureStack(1);
    Waiters.Waiter<@Nullable Void> waiter = waiters.add(loop);
    try {
      try {
        waiter.await();
      } finally {
        waiters.remove(waiter);
      }
    } catch (Throwable notAcquired) {
      if (!locked) { // it may have been our turn: pass it on
        wakeFirst();
      }
      throw notAcquired;
    }
    locked = true;
    holder = task;
  }

  /**
   * Takes the lock if that needs no waiting.
   *
   * @return false if it is taken, or if others wait already
   */
  public boolean tryAcquire() {
    return takeAtOnce(task("AsyncLock.tryAcquire"));
  }

  private boolean takeAtOnce(Task<?> task) {
    if (locked || !waiters.allCancelled()) {
      return false;
    }
    locked = true;
    holder = task;
    return true;
  }

  /**
   * Gives the lock back and lets the first waiter go on.
   *
   * @throws IllegalStateException if nobody holds it
   */
  public void release() {
    ensureOwner("AsyncLock.release");
    if (!locked) {
      throw new IllegalStateException("cannot release " + this + ": nobody holds it");
    }
    wakeFirst(); // first, because it may throw for want of stack
    locked = false;
    holder = null;
  }

  private void wakeFirst() {
    Waiters.Waiter<@Nullable Void> first = waiters.first();
    if (first != null && !first.future.isDone()) {
      first.future.setResult(null);
    }
  }

  /**
   * Runs code that holds the lock.
   *
   * @param <T> the code's result
   * @param <X> what it may throw
   * @param body the code
   * @return what it returned
   * @throws X what it threw, the same object; the lock is given back
   */
  public <T extends @Nullable Object, X extends Throwable> T with(Coroutine<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    owner("AsyncLock.acquire").ensureStack(2); // for the release, however much the body has used up
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
   * Runs code without a result that holds the lock.
   *
   * @param <X> what it may throw
   * @param body the code
   * @throws X what it threw, the same object; the lock is given back
   */
  public <X extends Throwable> void with(VoidCoroutine<X> body) throws X {
    with(Objects.requireNonNull(body, "body").returningNull());
  }

  @Override
  Collection<? extends AsyncFuture<?>> holders() {
    return holder == null ? List.of() : List.of(holder);
  }

  /** State and number of waiters. */
  @Override
  public String toString() {
    return "AsyncLock[" + (locked ? "locked" : "unlocked") + ", waiters=" + waiters.size() + "]";
  }
}
