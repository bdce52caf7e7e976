package io.asyncrunner.core;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Timers by deadline, and by creation where deadlines are equal. A heap in which each timer knows its place, so that cancelling
 * one takes logarithmic time and leaves nothing behind.
 *
 * <p>Each place has four below it, and what is compared is kept beside the timers: so a heap that is larger than the processor's
 * caches costs one miss a level for the keys and one for the timer that moves, and has half the levels of a binary one.
 */
final class TimerQueue {
  private static final int LOG_CHILDREN = 2;
  private static final int CHILDREN = 1 << LOG_CHILDREN;

  private @Nullable TimerHandleImpl[] heap = new @Nullable TimerHandleImpl[16];
  /** Deadline and number, in turn, of the timer in each place. */
  private long[] keys = new long[2 * heap.length];
  private int size;
  private long created;

  /** When the next timer is due; {@link Long#MAX_VALUE} if there is none. */
  long nextDeadline() {
    return size == 0 ? Long.MAX_VALUE : keys[0];
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds a timer, or throws and has done nothing. */
  void add(TimerHandleImpl timer) {
    if (size == heap.length) {
      grow();
    }
    siftUp(timer, timer.when, created, size, size + 1);
    created++;
  }

  private void grow() {
    @Nullable TimerHandleImpl[] largerHeap = Arrays.copyOf(heap, 2 * size);
    keys = Arrays.copyOf(keys, 4 * size); // harmless alone
    heap = largerHeap;
  }

  /** Takes the next timer out if it is due at {@code now}. */
  @Nullable TimerHandleImpl pollDue(long now) {
    if (size == 0 || keys[0] > now) {
      return null;
    }
    TimerHandleImpl first = Objects.requireNonNull(heap[0]);
    remove(first);
    return first;
  }

  /** Takes a timer out, or throws and has done nothing; no effect if it is not in the queue. */
  @SuppressWarnings("NullAway") // places below size are never null
  void remove(TimerHandleImpl timer) {
    int index = timer.index;
    if (index < 0) {
      return;
    }
    int end = size - 1;
    TimerHandleImpl last = heap[end];
    long when = keys[2 * end];
    long number = keys[2 * end + 1];
    int parent = (index - 1) >>> LOG_CHILDREN;
    if (index > 0
        && (when != keys[2 * parent] ? when < keys[2 * parent] : number < keys[2 * parent + 1])) {
      siftUp(last, when, number, index, end);
    } else {
      siftDown(last, when, number, index, end);
    }
    timer.index = -1;
  }

  // These two call nothing, so that the end of the stack cannot come halfway.

  /** Puts a timer where it belongs, at a place or above it; then there are {@code newSize} timers. */
  @SuppressWarnings("NullAway") // places below size are never null
  private void siftUp(TimerHandleImpl timer, long when, long number, int from, int newSize) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> LOG_CHILDREN;
      long parentWhen = keys[2 * parent];
      long parentNumber = keys[2 * parent + 1];
      if (when != parentWhen ? when > parentWhen : number > parentNumber) {
        break;
      }
      TimerHandleImpl moved = heap[parent];
      heap[index] = moved;
      keys[2 * index] = parentWhen;
      keys[2 * index + 1] = parentNumber;
      moved.index = index;
      index = parent;
    }
    heap[index] = timer;
    keys[2 * index] = when;
    keys[2 * index + 1] = number;
    timer.index = index;
    if (newSize < size) {
      heap[newSize] = null;
    }
    size = newSize;
  }

  /**
   * Puts a timer where it belongs, at a place or below it; then there are {@code newSize} timers.
   *
   * <p>Which of the neighbours below comes first is found without branches, because the processor cannot foretell them: what is
   * chosen by {@code ?:} becomes a conditional move.
   */
  @SuppressWarnings({"NullAway", "ShortCircuitBoolean"}) // places below size are never null; || and && are branches
  private void siftDown(TimerHandleImpl timer, long when, long number, int from, int newSize) {
    int index = from;
    for (int child = (index << LOG_CHILDREN) + 1; child < newSize; child = (index << LOG_CHILDREN) + 1) {
      int first = child;
      long firstWhen = keys[2 * child];
      long firstNumber = keys[2 * child + 1];
      for (int other = child + 1; other < child + CHILDREN && other < newSize; other++) {
        long otherWhen = keys[2 * other];
        long otherNumber = keys[2 * other + 1];
        boolean before = (otherWhen < firstWhen) | ((otherWhen == firstWhen) & (otherNumber < firstNumber));
        first = before ? other : first;
        firstWhen = before ? otherWhen : firstWhen;
        firstNumber = before ? otherNumber : firstNumber;
      }
      if (when != firstWhen ? when < firstWhen : number < firstNumber) {
        break;
      }
      TimerHandleImpl moved = heap[first];
      heap[index] = moved;
      keys[2 * index] = firstWhen;
      keys[2 * index + 1] = firstNumber;
      moved.index = index;
      index = first;
    }
    heap[index] = timer;
    keys[2 * index] = when;
    keys[2 * index + 1] = number;
    timer.index = index;
    heap[newSize] = null;
    size = newSize;
  }
}
