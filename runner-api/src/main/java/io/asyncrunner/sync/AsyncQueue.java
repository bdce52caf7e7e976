package io.asyncrunner.sync;

import io.asyncrunner.CancelledError;
import io.asyncrunner.spi.LoopEngine;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue between tasks of one loop, first in first out, with or without a bound.
 *
 * <pre>{@code
 * AsyncQueue<String> queue = new AsyncQueue<>(100);
 * Task<?> consumer = Async.createTask(() -> {
 *   for (String name : queue) { // waits while it is empty, and ends when it is shut down
 *     show(fetch(name));
 *     queue.taskDone();
 *   }
 * });
 * queue.put("a"); // waits while it is full
 * queue.join(); // waits until each item that was put has been reported done
 * queue.shutdown(); // no more items: the consumer's loop ends
 * }</pre>
 *
 * <p><b>Thread:</b> made anywhere, used on one loop.
 *
 * @param <T> the items' type
 * @asyncio {@code Queue}; differs: no {@code null} items
 */
public sealed class AsyncQueue<T> extends LoopBound implements Iterable<T> permits AsyncPriorityQueue, AsyncLifoQueue {
  /** What {@link #take} gives if it has to be called again. */
  static final Object AGAIN = new Object();

  private final int capacity; // 0: no bound
  private final Waiters<@Nullable Void> getters = new Waiters<>(this);
  private final Waiters<@Nullable Void> putters = new Waiters<>(this);
  private final AsyncEvent finished = new AsyncEvent(true);
  /** The items, except those of a priority queue. */
  final Ring<T> items = new Ring<>();

  private int unfinished;
  private boolean shutDown;

  /** Makes a queue without a bound. */
  public AsyncQueue() {
    this(0, 0);
  }

  /**
   * Makes a queue with a bound.
   *
   * @param capacity how many items it takes, at least 1
   * @throws IllegalArgumentException if less than 1
   */
  public AsyncQueue(int capacity) {
    this(1, capacity);
  }

  AsyncQueue(int least, int capacity) {
    if (capacity < least) {
      throw new IllegalArgumentException(
          "capacity: " + capacity + " (expected at least " + least + "; a queue made without one has no bound)");
    }
    this.capacity = capacity;
  }

  // --- what differs between kinds of queue ---

  /** Adds an item; false if the queue has changed meanwhile, so that it has to be called again. */
  boolean store(T item) {
    items.addLast(item);
    return true;
  }

  /** Takes the next item out; {@link #AGAIN} if the queue has changed meanwhile. Only called if there is one. */
  Object take() {
    return items.takeFirst();
  }

  /** Drops all items and tells how many there were. */
  int drop() {
    int dropped = items.size();
    items.clear();
    return dropped;
  }

  /** How many items there are. */
  int count() {
    return items.size();
  }

  /** Refuses a call by the comparator that a priority queue has called. */
  void ensureNotComparing(String method) {}

  /** Whether no item may be put any more: {@link #store} looks again after it has called user code. */
  final boolean isShutDown() {
    return shutDown;
  }

  // --- what all have ---

  /**
   * How many items it takes.
   *
   * @return the number, or 0 if it has no bound
   */
  public final int capacity() {
    return capacity;
  }

  /**
   * How many items there are.
   *
   * @return the number
   */
  public final int size() {
    ensureOwner("AsyncQueue.size");
    return count();
  }

  /**
   * Tells whether there is no item.
   *
   * @return true if {@link #get} would have to wait
   */
  public final boolean isEmpty() {
    return size() == 0;
  }

  /**
   * Tells whether there is no room.
   *
   * @return true if {@link #put} would have to wait; never if it has no bound
   */
  public final boolean isFull() {
    return size() >= capacity && capacity > 0;
  }

  /**
   * Adds an item; waits while there is no room.
   *
   * @param item the item
   * @throws QueueShutDownException if the queue has been, or is, shut down; the item is not added
   * @throws CancelledError if the task is cancelled; the item is not added
   */
  public final void put(T item) {
    Objects.requireNonNull(item, "item");
    LoopEngine loop = owner("AsyncQueue.put");
    ensureNotComparing("put");
    boolean added = tryPut(item);
    while (!added) {
      waitIn(putters, loop, true);
      try {
        added = tryPut(item);
      } catch (Throwable thrown) { // the comparator's: the room that we were woken for is another's
        if (!isFull()) {
          wakeNext(putters);
        }
        throw thrown;
      }
    }
  }

  /**
   * Adds an item without waiting.
   *
   * @param item the item
   * @throws QueueFullException if there is no room; the item is not added
   * @throws QueueShutDownException if the queue has been shut down; the item is not added
   */
  public final void putNoWait(T item) {
    Objects.requireNonNull(item, "item");
    ensureOwner("AsyncQueue.putNoWait");
    ensureNotComparing("putNoWait");
    if (!tryPut(item)) {
      throw new QueueFullException(this + " is full");
    }
  }

  /** Adds an item; false if there is no room. */
  private boolean tryPut(T item) {
    ensureStack(1);
    do {
      if (shutDown) {
        throw new QueueShutDownException(this + " has been shut down: no item can be put into it");
      }
      if (isFull()) {
        return false;
      }
    } while (!store(item));
    unfinished++;
    finished.clear();
    wakeNext(getters);
    return true;
  }

  /**
   * Takes the next item; waits while there is none.
   *
   * @return the item
   * @throws QueueShutDownException if the queue has been, or is, shut down and is empty
   * @throws CancelledError if the task is cancelled; no item is taken
   */
  public final T get() {
    LoopEngine loop = owner("AsyncQueue.get");
    ensureNotComparing("get");
    T item = tryGet();
    while (item == null) {
      waitIn(getters, loop, false);
      try {
        item = tryGet();
      } catch (Throwable thrown) { // the comparator's: the item that we were woken for is another's
        if (!isEmpty()) {
          wakeNext(getters);
        }
        throw thrown;
      }
    }
    return item;
  }

  /**
   * Takes the items one after another, as {@link #get} does, until the queue has been shut down and is empty: for the loop of a consumer.
   * {@code hasNext} waits, and takes the item that {@code next} gives. Several tasks may iterate at once, each with an iterator of its
   * own: each item is given to one of them.
   *
   * @return a new iterator; throws what {@link #get} throws, except for the end
   */
  @Override
  public final Iterator<T> iterator() {
    return new Iterator<>() {
      private @Nullable T taken;

      @Override
      public boolean hasNext() {
        if (taken == null) {
          try {
            taken = get();
          } catch (QueueShutDownException ended) {
            return false;
          }
        }
        return true;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException(AsyncQueue.this + " has been shut down, and is empty");
        }
        T item = Objects.requireNonNull(taken);
        taken = null;
        return item;
      }
    };
  }

  /**
   * Takes the next item without waiting.
   *
   * @return the item
   * @throws QueueEmptyException if there is none
   * @throws QueueShutDownException if there is none, and the queue has been shut down
   */
  public final T getNoWait() {
    ensureOwner("AsyncQueue.getNoWait");
    ensureNotComparing("getNoWait");
    T item = tryGet();
    if (item == null) {
      throw new QueueEmptyException(this + " is empty");
    }
    return item;
  }

  /** Takes the next item; {@code null} if there is none. */
  @SuppressWarnings("unchecked") // AGAIN, or what was put
  private @Nullable T tryGet() {
    ensureStack(1);
    Object item;
    do {
      if (isEmpty()) {
        if (shutDown) {
          throw new QueueShutDownException(this + " has been shut down, and is empty");
        }
        return null;
      }
      item = take();
    } while (item == AGAIN);
    wakeNext(putters);
    return (T) item;
  }

  /** Waits to be woken by {@link #wakeNext}; who is cancelled after having been woken wakes the next. */
  private void waitIn(Waiters<@Nullable Void> waiters, LoopEngine loop, boolean forRoom) {
    loop.ensureStack(1);
    Waiters.Waiter<@Nullable Void> waiter = waiters.add(loop);
    try {
      waiter.await();
    } catch (Throwable thrown) {
      boolean woken = waiter.future.isDone() && !waiter.future.isCancelled();
      waiters.remove(waiter);
      if (woken && !(forRoom ? isFull() : isEmpty())) {
        wakeNext(waiters);
      }
      throw thrown;
    }
  }

  private static void wakeNext(Waiters<@Nullable Void> waiters) {
    for (var waiter = waiters.first(); waiter != null; waiter = waiters.first()) {
      waiters.remove(waiter);
      if (!waiter.future.isDone()) {
        waiter.future.setResult(null);
        return;
      }
    }
  }

  /**
   * Reports that an item that was taken has been dealt with; see {@link #join}.
   *
   * @throws IllegalStateException if more items are reported than were put
   */
  public final void taskDone() {
    ensureOwner("AsyncQueue.taskDone");
    ensureNotComparing("taskDone");
    if (unfinished == 0) {
      throw new IllegalStateException("taskDone was called more often than items were put into " + this);
    }
    if (unfinished == 1) {
      finished.set(); // first, because it may throw for want of stack
    }
    unfinished--;
  }

  /**
   * Waits until each item that was put has been reported done.
   *
   * @throws CancelledError if the task is cancelled
   */
  public final void join() {
    owner("AsyncQueue.join");
    ensureNotComparing("join");
    if (unfinished > 0) {
      finished.await();
    }
  }

  /**
   * Takes no more items. Those that are there can still be taken; then, and at once for who waits to put, a
   * {@link QueueShutDownException} is thrown.
   */
  public final void shutdown() {
    ensureOwner("AsyncQueue.shutdown");
    ensureNotComparing("shutdown");
    ensureStack(1);
    shutDown = true;
    wakeAll(getters);
    wakeAll(putters);
  }

  /** Takes no more items and drops those that are there, which count as done; else as {@link #shutdown()}. */
  public final void shutdownNow() {
    ensureOwner("AsyncQueue.shutdownNow");
    ensureNotComparing("shutdownNow");
    ensureStack(2);
    shutDown = true;
    unfinished = Math.max(0, unfinished - drop());
    if (unfinished == 0) {
      finished.set();
    }
    shutdown();
  }

  private static void wakeAll(Waiters<@Nullable Void> waiters) {
    while (waiters.first() != null) {
      wakeNext(waiters);
    }
  }

  /** Sizes and state; the items are left out, because their {@code toString} may suspend. */
  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[size=" + count() + (capacity == 0 ? "" : " of " + capacity) + ", getters="
        + getters.size() + ", putters=" + putters.size() + ", unfinished=" + unfinished
        + (shutDown ? ", shut down]" : "]");
  }
}
