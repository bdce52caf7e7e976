package io.asyncrunner.core;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one future, where they are several: tasks and {@link DoneCallback}s, in the order in which they came. Confined
 * to the loop.
 *
 * <p>An array with holes: who leaves it leaves a {@code null}, and when most of it is holes, it is packed. So that n of n can leave
 * without looking at each other, callbacks are found through an index, which is made when one of many is to leave. The index is a
 * help alone, and dropped where there is no memory or stack for it; what must not be lost is in the array.
 */
final class Waiters {
  /** So few are looked through, and so few holes are left. */
  private static final int FEW = 16;

  /** Stands in the index for callbacks with the same consumer. */
  private static final Object SEVERAL = new Object();

  private @Nullable Object[] places = new Object[4];
  private int end; // of the places in use
  private int size; // of those that are not holes
  /** By consumer: the {@link DoneCallback} that calls it, or {@link #SEVERAL}. */
  private @Nullable IdentityHashMap<@Nullable Object, Object> index;

  int size() {
    return size;
  }

  void add(Object waiter) {
    if (end == places.length) {
      places = Arrays.copyOf(places, 2 * end);
    }
    places[end] = waiter;
    if (waiter instanceof DoneCallback<?> callback) {
      callback.place = end;
      if (index != null) {
        addToIndex(index, callback);
      }
    }
    end++;
    size++;
  }

  private void addToIndex(IdentityHashMap<@Nullable Object, Object> map, DoneCallback<?> callback) {
    try {
      if (map.put(callback.callback, callback) != null) {
        map.put(callback.callback, SEVERAL);
      }
    } catch (OutOfMemoryError | StackOverflowError exhausted) {
      index = null;
    }
  }

  /** Takes out a callback, or a task; false if it is not there. */
  boolean remove(Object waiter) {
    int place = placeOf(waiter);
    if (place < 0) {
      return false;
    }
    if (index != null && waiter instanceof DoneCallback<?> callback && index.get(callback.callback) == waiter) {
      index.remove(callback.callback);
    }
    leave(place);
    packIfSparse();
    return true;
  }

  private int placeOf(Object waiter) {
    if (waiter instanceof DoneCallback<?> callback) {
      return callback.place < end && places[callback.place] == waiter ? callback.place : -1;
    }
    int place = end - 1; // a task leaves at once, because it could not be suspended, or never
    while (place >= 0 && places[place] != waiter) {
      place--;
    }
    return place;
  }

  /** Takes out all callbacks with this very consumer; gives how many there were. */
  int removeCallbacks(Object consumer) {
    if (index == null && size > FEW) {
      makeIndex();
    }
    Object found = index == null ? SEVERAL : index.remove(consumer);
    int before = size;
    if (found instanceof DoneCallback<?> callback) {
      leave(callback.place);
    } else if (found != null) {
      for (int place = 0; place < end; place++) {
        if (places[place] instanceof DoneCallback<?> callback && callback.callback == consumer) {
          leave(place);
        }
      }
    }
    packIfSparse();
    return before - size;
  }

  private void makeIndex() {
    try {
      IdentityHashMap<@Nullable Object, Object> map = new IdentityHashMap<>(size);
      index = map;
      for (int place = 0; place < end && index != null; place++) {
        if (places[place] instanceof DoneCallback<?> callback) {
          addToIndex(map, callback);
        }
      }
    } catch (OutOfMemoryError | StackOverflowError exhausted) {
      index = null;
    }
  }

  private void leave(int place) {
    places[place] = null;
    size--;
  }

  private void packIfSparse() {
    if (end <= 2 * size + FEW) {
      return;
    }
    int kept = 0;
    for (int place = 0; place < end; place++) {
      Object waiter = places[place];
      if (waiter != null) {
        places[place] = null;
        places[kept] = waiter;
        if (waiter instanceof DoneCallback<?> callback) {
          callback.place = kept;
        }
        kept++;
      }
    }
    end = kept;
  }

  /** Gives them to an action in order; the array must not change meanwhile. */
  void forEach(Consumer<Object> action) {
    for (int place = 0; place < end; place++) {
      Object waiter = places[place];
      if (waiter != null) {
        action.accept(waiter);
      }
    }
  }

  /** Those that are there at this moment, in order. */
  Object[] toArray() {
    Object[] array = new Object[size];
    int next = 0;
    for (int place = 0; place < end; place++) {
      Object waiter = places[place];
      if (waiter != null) {
        array[next++] = waiter;
      }
    }
    return array;
  }
}
