package io.asyncrunner.sync;

import org.jspecify.annotations.Nullable;

/**
 * A queue that changes in one step or not at all: memory is asked for before anything is written, and what is written after that needs
 * no call. ({@code ArrayDeque} adds first and grows afterwards; an error between the two loses all that is in it.)
 *
 * @param <T> what is in it
 */
final class Ring<T> {
  private @Nullable Object[] places = new @Nullable Object[16]; // a power of two
  private int first;
  private int size;

  int size() {
    return size;
  }

  void addLast(T item) {
    if (size == places.length) {
      grow();
    }
    places[(first + size) & (places.length - 1)] = item;
    size++;
  }

  private void grow() {
    @Nullable Object[] larger = new @Nullable Object[Math.multiplyExact(places.length, 2)];
    int untilEnd = places.length - first;
    System.arraycopy(places, first, larger, 0, untilEnd);
    System.arraycopy(places, 0, larger, untilEnd, first);
    places = larger;
    first = 0;
  }

  /** Takes out the item that came first; there must be one. */
  @SuppressWarnings({"unchecked", "NullAway"}) // addLast is the only writer
  T takeFirst() {
    T item = (T) places[first];
    places[first] = null;
    first = (first + 1) & (places.length - 1);
    size--;
    return item;
  }

  /** Takes out the item that came last; there must be one. */
  @SuppressWarnings({"unchecked", "NullAway"}) // addLast is the only writer
  T takeLast() {
    int last = (first + size - 1) & (places.length - 1);
    T item = (T) places[last];
    places[last] = null;
    size--;
    return item;
  }

  void clear() {
    places = new @Nullable Object[16];
    first = 0;
    size = 0;
  }
}
