package io.asyncrunner.sync;

import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A place where tasks that hold a lock wait for a change of what the lock protects.
 *
 * <pre>{@code
 * AsyncCondition changed = new AsyncCondition();
 * Task<String> taker = Async.createTask(() -> changed.with(() -> {
 *   changed.awaitUntil(() -> !items.isEmpty());
 *   return items.remove();
 * }));
 * changed.with(() -> {
 *   items.add("item");
 *   changed.signal();
 * });
 * }</pre>
 *
 * <p><b>Thread:</b> made anywhere, used on one loop.
 *
 * @asyncio {@code Condition}
 */
public final class AsyncCondition extends LoopBound {
  /** How often it is tried to get the lock back while there is no memory. */
  private static final int ATTEMPTS = 3;

  private final AsyncLock lock;
  private final Waiters<Boolean> waiters = new Waiters<>(this);

  /** Makes a condition with a lock of its own. */
  public AsyncCondition() {
    this(new AsyncLock());
  }

  /**
   * Makes a condition on a lock, which several conditions may share.
   *
   * @param lock the lock
   */
  public AsyncCondition(AsyncLock lock) {
    this.lock = Objects.requireNonNull(lock, "lock");
  }

  /**
   * The lock.
   *
   * @return the lock
   */
  public AsyncLock lock() {
    return lock;
  }

  /**
   * Gives the lock back, waits for a signal, and takes the lock again before it returns or throws. May return without a
   * signal: look again, or use {@link #awaitUntil}.
   *
   * @throws CancelledError if the task is cancelled; the lock is held, and a signal that was on its way goes to another
   * @throws IllegalStateException if nobody holds the lock
   */
  public void await() {
    LoopEngine loop = owner("AsyncCondition.await");
    ensureLocked("await");
    loop.ensureStack(4); // the wait for the lock is a clean-up, and asks itself
    Waiters.Waiter<Boolean> waiter = waiters.add(loop);
    try {
      lock.release();
      try {
        waiter.await();
      } finally {
        waiters.remove(waiter);
        acquireWhateverHappens();
      }
    } catch (Throwable thrown) {
      waiters.remove(waiter);
      wake(1); // whoever signalled meant one who goes on
      throw thrown;
    }
  }

  /** Takes the lock, also if the task is cancelled meanwhile, once or more; that is thrown when the lock is held. */
  private void acquireWhateverHappens() {
    Error later = null;
    int attemptsLeft = ATTEMPTS;
    for (boolean acquired = false; !acquired;) {
      try {
        lock.acquire();
        acquired = true;
      } catch (CancelledError cancelled) {
        later = cancelled;
      } catch (VirtualMachineError exhausted) { // who gave the lock away is to give it back
        if (--attemptsLeft == 0) {
          throw exhausted;
        }
        later = exhausted;
      }
    }
    if (later != null) {
      throw later;
    }
  }

  /**
   * Waits until a predicate is true; as {@code while (!predicate) await()}.
   *
   * @param predicate looked at with the lock held
   * @throws CancelledError if the task is cancelled; the lock is held
   * @throws IllegalStateException if nobody holds the lock and the predicate is false
   */
  public void awaitUntil(BooleanSupplier predicate) {
    Objects.requireNonNull(predicate, "predicate");
    owner("AsyncCondition.awaitUntil");
    while (!predicate.getAsBoolean()) {
      await();
    }
  }

  /**
   * Lets one who waits go on, once the lock is given back.
   *
   * @throws IllegalStateException if nobody holds the lock
   */
  public void signal() {
    signal(1);
  }

  /**
   * Lets some who wait go on, one after another, once the lock is given back.
   *
   * @param count how many at most, not negative
   * @throws IllegalArgumentException if {@code count} is negative
   * @throws IllegalStateException if nobody holds the lock
   */
  public void signal(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("count: " + count + " (expected at least 0)");
    }
    ensureOwner("AsyncCondition.signal");
    ensureLocked("signal");
    ensureStack(1);
    wake(count);
  }

  /**
   * Lets all who wait go on, one after another, once the lock is given back.
   *
   * @throws IllegalStateException if nobody holds the lock
   */
  public void signalAll() {
    signal(Integer.MAX_VALUE);
  }

  private void wake(int count) {
    for (int left = count; left > 0; left--) {
      Waiters.Waiter<Boolean> waiter = waiters.firstPending();
      if (waiter == null) {
        return;
      }
      waiter.future.setResult(true);
    }
  }

  private void ensureLocked(String method) {
    if (!lock.isLocked()) {
      throw new IllegalStateException("cannot " + method + " on " + this + ": nobody holds its lock; use with(...)");
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
    owner("AsyncCondition.with");
    return lock.with(body);
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

  /** State of the lock and number of waiters. */
  @Override
  public String toString() {
    return "AsyncCondition[" + lock + ", waiters=" + waiters.size() + "]";
  }
}
