package io.asyncrunner.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Timers by deadline, and by creation where deadlines are equal. A binary heap in which each timer knows its place, so that
 * cancelling one takes logarithmic time and leaves nothing behind.
 */
final class TimerQueue {
  private @Nullable TimerHandleImpl[] heap = new @Nullable TimerHandleImpl[16];
  private int size;
  private long created;

  /** When the next timer is due; {@link Long#MAX_VALUE} if there is none. */
  long nextDeadline() {
    return size == 0 ? Long.MAX_VALUE : at(0).when;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(TimerHandleImpl timer) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    timer.sequence = created++;
    siftUp(timer, size++);
  }

  /** Takes the next timer out if it is due at {@code now}. */
  @Nullable TimerHandleImpl pollDue(long now) {
    if (size == 0 || at(0).when > now) {
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
    TimerHandleImpl last = at(--size);
    heap[size] = null;
    if (last != timer) {
      siftDown(last, index);
      if (last.index == index) {
        siftUp(last, index);
      }
    }
  }

  private void siftUp(TimerHandleImpl timer, int from) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      TimerHandleImpl above = at(parent);
      if (!isBefore(timer, above)) {
        break;
      }
      place(above, index);
      index = parent;
    }
    place(timer, index);
  }

  private void siftDown(TimerHandleImpl timer, int from) {
    int index = from;
    for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && isBefore(at(child + 1), at(child))) {
        child++;
      }
      TimerHandleImpl below = at(child);
      if (!isBefore(below, timer)) {
        break;
      }
      place(below, index);
      index = child;
    }
    place(timer, index);
  }

  private void place(TimerHandleImpl timer, int index) {
    heap[index] = timer;
    timer.index = index;
  }

  private static boolean isBefore(TimerHandleImpl one, TimerHandleImpl other) {
    return one.when != other.when ? one.when < other.when : one.sequence < other.sequence;
  }

  @SuppressWarnings("NullAway") // places below size are never null
  private TimerHandleImpl at(int index) {
    return heap[index];
  }
}
