package io.asyncrunner.core;

import io.asyncrunner.spi.Fiber;
import org.jspecify.annotations.Nullable;

/**
 * What the loop is to run, first in, first out: a ring. Confined to the loop.
 *
 * <p>It changes in one step or not at all: memory is asked for before anything is written, and what is written after that needs no
 * call. So an error of memory or stack loses nothing. ({@code ArrayDeque} adds first and grows afterwards; an error between the two
 * leaves it empty.)
 *
 * <p><b>Promised places.</b> A task that waits has to be woken even if there is no memory at that moment: whoever releases a lock
 * cannot do so later. So each unfinished task, and each fiber that runs callbacks, is {@linkplain #promise() promised} a place, and is
 * there at most once: adding it always succeeds.
 */
final class ReadyQueue {
  private @Nullable Object[] places = new @Nullable Object[16]; // a power of two
  private int first;
  private int size;
  /** Never more than there are places, together with the entries that were promised none. */
  private int promised;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Promises a place, until {@link #release()}. */
  void promise() {
    reserve(1);
    promised++;
  }

  /** Takes a promise back. */
  void release() {
    promised--;
  }

  /** Sees to it that so many entries can be added that were promised no place. */
  void reserve(int more) {
    if (places.length - size - promised < more) { // those that are there on a promise count twice, which is simple
      grow(more);
    }
  }

  private void grow(int more) {
    int least = Math.addExact(Math.addExact(size, promised), more);
    int length = places.length;
    while (length < least) {
      length = Math.multiplyExact(length, 2);
    }
    @Nullable Object[] larger = new @Nullable Object[length];
    int untilEnd = Math.min(size, places.length - first);
    System.arraycopy(places, first, larger, 0, untilEnd);
    System.arraycopy(places, 0, larger, untilEnd, size - untilEnd);
    places = larger;
    first = 0;
  }

  void add(Object entry) {
    reserve(1);
    places[(first + size) & (places.length - 1)] = entry;
    size++;
  }

  /** Adds what was promised a place. */
  void addPromised(Object entry) {
    if (size == places.length) { // a fiber that was queued once more from outside, because a stack trace was taken
      grow(1);
    }
    places[(first + size) & (places.length - 1)] = entry;
    size++;
  }

  /** Puts back what was taken just now. */
  void putBack(Object entry) {
    first = (first - 1) & (places.length - 1);
    places[first] = entry;
    size++;
  }

  /** The first entry, or {@code null}. */
  @Nullable Object peek() {
    return places[first];
  }

  /** Takes out the first entry, or gives {@code null}. */
  @Nullable Object poll() {
    Object entry = places[first];
    if (entry != null) {
      places[first] = null;
      first = (first + 1) & (places.length - 1);
      size--;
    }
    return entry;
  }

  /** Moves an entry before all others. */
  void bringForward(int index) {
    int mask = places.length - 1;
    Object entry = places[(first + index) & mask];
    for (int i = index; i > 0; i--) {
      places[(first + i) & mask] = places[(first + i - 1) & mask];
    }
    places[first] = entry;
  }

  /** Takes an entry out that was added a short while ago, if it is there. */
  void removeLast(Object entry) {
    int index = size - 1;
    while (index >= 0 && places[(first + index) & (places.length - 1)] != entry) {
      index--;
    }
    if (index >= 0) {
      removeAt(index);
    }
  }

  /** Takes out the first fiber, if there is one. */
  @Nullable Fiber pollFiber() {
    for (int index = 0; index < size; index++) {
      if (places[(first + index) & (places.length - 1)] instanceof Fiber fiber) {
        removeAt(index);
        return fiber;
      }
    }
    return null;
  }

  boolean hasFiber() {
    for (int index = 0; index < size; index++) {
      if (places[(first + index) & (places.length - 1)] instanceof Fiber) {
        return true;
      }
    }
    return false;
  }

  private void removeAt(int index) {
    int mask = places.length - 1;
    for (int i = index; i < size - 1; i++) {
      places[(first + i) & mask] = places[(first + i + 1) & mask];
    }
    places[(first + size - 1) & mask] = null;
    size--;
  }
}
