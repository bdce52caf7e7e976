package io.asyncrunner.core;

import java.util.Arrays;
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

  void add(TimerHandleImpl timer) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
      keys = Arrays.copyOf(keys, 4 * size);
    }
    siftUp(timer, timer.when, created++, size++);
  }

  /** Takes the next timer out if it is due at {@code now}. */
  @Nullable TimerHandleImpl pollDue(long now) {
    if (size == 0 || keys[0] > now) {
      return null;
    }
    TimerHandleImpl first = at(0);
    remove(first);
    return first;
  }

  /** Takes a timer out; no effect if it is not in the queue. */
  void remove(TimerHandleImpl timer) {
    int index = timer.index;
    if (index < 0) {
      return;
    }
    timer.index = -1;
    int end = --size;
    TimerHandleImpl last = at(end);
    heap[end] = null;
    if (last == timer) {
      return;
    }
    long when = keys[2 * end];
    long number = keys[2 * end + 1];
    if (index > 0 && isBefore(when, number, parent(index))) {
      siftUp(last, when, number, index);
    } else {
      siftDown(last, when, number, index);
    }
  }

  private void siftUp(TimerHandleImpl timer, long when, long number, int from) {
    int index = from;
    while (index > 0 && isBefore(when, number, parent(index))) {
      move(parent(index), index);
      index = parent(index);
    }
    place(timer, when, number, index);
  }

  private void siftDown(TimerHandleImpl timer, long when, long number, int from) {
    int index = from;
    for (int child = firstChild(index); child < size; child = firstChild(index)) {
      int first = firstOf(child, Math.min(child + CHILDREN, size));
      if (isBefore(when, number, first)) {
        break;
      }
      move(first, index);
      index = first;
    }
    place(timer, when, number, index);
  }

  private static int parent(int index) {
    return (index - 1) >>> LOG_CHILDREN;
  }

  private static int firstChild(int index) {
    return (index << LOG_CHILDREN) + 1;
  }

  /**
   * Which of some neighbours comes first. Without branches, because the processor cannot foretell them: what is chosen by
   * {@code ?:} becomes a conditional move.
   */
  @SuppressWarnings("ShortCircuitBoolean") // || and && are branches
  private int firstOf(int from, int to) {
    int first = from;
    long when = keys[2 * from];
    long number = keys[2 * from + 1];
    for (int other = from + 1; other < to; other++) {
      long otherWhen = keys[2 * other];
      long otherNumber = keys[2 * other + 1];
      boolean before = (otherWhen < when) | ((otherWhen == when) & (otherNumber < number));
      first = before ? other : first;
      when = before ? otherWhen : when;
      number = before ? otherNumber : number;
    }
    return first;
  }

  private boolean isBefore(long when, long number, int index) {
    long other = keys[2 * index];
    return when != other ? when < other : number < keys[2 * index + 1];
  }

  private void move(int from, int to) {
    place(at(from), keys[2 * from], keys[2 * from + 1], to);
  }

  private void place(TimerHandleImpl timer, long when, long number, int index) {
    heap[index] = timer;
    keys[2 * index] = when;
    keys[2 * index + 1] = number;
    timer.index = index;
  }

  @SuppressWarnings("NullAway") // places below size are never null
  private TimerHandleImpl at(int index) {
    return heap[index];
  }
}
