package io.asyncrunner.sync;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.spi.Blocker;
import io.asyncrunner.spi.LoopEngine;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for one thing, in the order in which they came: a linked list, from which each takes itself out without
 * looking at the others.
 *
 * <p>Who has been woken or cancelled stays in it until its task runs and takes it out. A future that is done stays done, so the list
 * remembers up to where all are; together, any number of looks passes over each waiter once.
 *
 * @param <T> what those who wait are given
 */
final class Waiters<T extends @Nullable Object> {
  private final LoopBound subject;
  private int size;
  private @Nullable Waiter<T> first;
  private @Nullable Waiter<T> last;
  private @Nullable Waiter<T> pending; // all before it are done; null: all are
  private @Nullable Waiter<T> uncancelled; // all before it are cancelled; null: all are

  Waiters(LoopBound subject) {
    this.subject = subject;
  }

  /** A task's place in the list. */
  static final class Waiter<T extends @Nullable Object> implements Blocker {
    private final LoopBound subject;
    final CompletableAsyncFuture<T> future;
    private @Nullable Waiter<T> previous;
    private @Nullable Waiter<T> next;
    private boolean gone;

    private Waiter(LoopBound subject, CompletableAsyncFuture<T> future) {
      this.subject = subject;
      this.future = future;
    }

    /** Waits to be woken, with the future. */
    T await() {
      return Blocker.await(future, this);
    }

    @Override
    public LoopBound subject() {
      return subject;
    }

    @Override
    public Collection<? extends AsyncFuture<?>> waitsFor() {
      return subject.holders();
    }
  }

  int size() {
    return size;
  }

  /** Adds the calling task at the end. */
  Waiter<T> add(LoopEngine loop) {
    Waiter<T> added = new Waiter<>(subject, loop.createFuture());
    Waiter<T> before = last;
    added.previous = before;
    if (before == null) {
      first = added;
    } else {
      before.next = added;
    }
    last = added;
    if (pending == null) {
      pending = added;
    }
    if (uncancelled == null) {
      uncancelled = added;
    }
    size++;
    return added;
  }

  /** Takes one out, unless it is out already. */
  void remove(Waiter<T> waiter) {
    if (waiter.gone) {
      return;
    }
    waiter.gone = true;
    Waiter<T> before = waiter.previous;
    Waiter<T> after = waiter.next;
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
    if (pending == waiter) {
      pending = after;
    }
    if (uncancelled == waiter) {
      uncancelled = after;
    }
    size--;
  }

  /** The one that came first, whatever has become of it. */
  @Nullable Waiter<T> first() {
    return first;
  }

  /** The first that has been neither woken nor cancelled. */
  @Nullable Waiter<T> firstPending() {
    while (pending != null && pending.future.isDone()) {
      pending = pending.next;
    }
    return pending;
  }

  /** Whether there are none, or all have been cancelled. */
  boolean allCancelled() {
    while (uncancelled != null && uncancelled.future.isCancelled()) {
      uncancelled = uncancelled.next;
    }
    return uncancelled == null;
  }
}
