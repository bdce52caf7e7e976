package io.asyncrunner.virtualthreads;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What others, agents for the most part, put around the continuation that the JDK hands to a scheduler. */
final class Wrappers {
  /** How many objects are looked at. A wrapper holds what it wraps, or holds another one that does. */
  private static final int OBJECTS = 64;

  private Wrappers() {}

  /**
   * Gives the continuation that a wrapper holds, itself or by way of other objects: the nearest one, because a continuation leads on to
   * others. Takes no lock, and lets nothing out but errors of the JVM.
   *
   * @return the continuation, or {@code null} if none is found, because it cannot be looked into, say
   */
  static @Nullable Object continuationIn(Object wrapper, Class<?> continuations) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Queue<Object> queue = new ArrayDeque<>();
    queue.add(wrapper);
    for (Object next = queue.poll(); next != null && seen.size() < OBJECTS; next = queue.poll()) {
      if (next.getClass() == continuations) {
        return next;
      }
      if (!(next instanceof Thread) && seen.add(next)) {
        addFields(next, queue);
      }
    }
    return null;
  }

  private static void addFields(Object object, Queue<Object> queue) {
    for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
      try {
        for (Field field : type.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive() && field.trySetAccessible()) {
            Object value = field.get(object);
            if (value != null) {
              queue.add(value);
            }
          }
        }
      } catch (IllegalAccessException | LinkageError closed) {
        // A field whose type is missing, say: as one that is not accessible.
      }
    }
  }
}
