package io.asyncrunner.tck.queues;

import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import java.util.Comparator;

/** The kinds of queue, for the tests that hold for each. */
public enum QueueKind {
  FIFO,
  LIFO,
  PRIORITY;

  /** A queue without a bound. */
  <T extends Comparable<T>> AsyncQueue<T> newQueue() {
    return switch (this) {
      case FIFO -> new AsyncQueue<>();
      case LIFO -> new AsyncLifoQueue<>();
      case PRIORITY -> AsyncPriorityQueue.natural();
    };
  }

  /** A queue with a bound. */
  <T extends Comparable<T>> AsyncQueue<T> newQueue(int capacity) {
    return switch (this) {
      case FIFO -> new AsyncQueue<>(capacity);
      case LIFO -> new AsyncLifoQueue<>(capacity);
      case PRIORITY -> new AsyncPriorityQueue<>(capacity, Comparator.naturalOrder());
    };
  }

  /** The name of the class, with which the text of a queue begins. */
  String className() {
    return switch (this) {
      case FIFO -> "AsyncQueue";
      case LIFO -> "AsyncLifoQueue";
      case PRIORITY -> "AsyncPriorityQueue";
    };
  }
}
