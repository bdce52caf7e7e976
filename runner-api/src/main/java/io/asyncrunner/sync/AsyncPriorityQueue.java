package io.asyncrunner.sync;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A queue that gives the least item; among equals the one that was put first.
 *
 * <p>The comparator is user code, and may suspend on confined fibers. So the items are an immutable heap: a change is worked out
 * beside it, and takes effect in one step if nothing else has changed meanwhile; else it is worked out again.
 *
 * <pre>{@code
 * AsyncPriorityQueue<String> urgent = AsyncPriorityQueue.natural();
 * urgent.put("b");
 * urgent.put("a");
 * show(urgent.get()); // a
 * }</pre>
 *
 * @param <T> the items' type
 * @asyncio {@code PriorityQueue}; differs: equal items keep their order
 */
public final class AsyncPriorityQueue<T> extends AsyncQueue<T> {
  private final Comparator<? super T> comparator;
  private final Set<Thread> comparing = new HashSet<>(); // threads, that is fibers, in the comparator
  private @Nullable Node<T> root;
  private int size;
  private long stored;

  /**
   * A heap: no item is less than the one above it. Leftist: the right spine is the shortest way down, so that merging two heaps
   * along it takes logarithmic time.
   */
  private record Node<T>(T item, long sequence, int rank, @Nullable Node<T> left, @Nullable Node<T> right) {}

  /**
   * Makes a queue without a bound.
   *
   * @param comparator the order
   */
  public AsyncPriorityQueue(Comparator<? super T> comparator) {
    this.comparator = Objects.requireNonNull(comparator, "comparator");
  }

  /**
   * Makes a queue with a bound.
   *
   * @param capacity how many items it takes, at least 1
   * @param comparator the order
   * @throws IllegalArgumentException if {@code capacity} is less than 1
   */
  public AsyncPriorityQueue(int capacity, Comparator<? super T> comparator) {
    super(capacity);
    this.comparator = Objects.requireNonNull(comparator, "comparator");
  }

  /**
   * Makes a queue without a bound, in the items' own order.
   *
   * @param <T> the items' type
   * @return a new queue
   */
  public static <T extends Comparable<? super T>> AsyncPriorityQueue<T> natural() {
    return new AsyncPriorityQueue<>(Comparator.naturalOrder());
  }

  /**
   * Makes a queue with a bound, in the items' own order.
   *
   * @param <T> the items' type
   * @param capacity how many items it takes, at least 1
   * @return a new queue
   * @throws IllegalArgumentException if {@code capacity} is less than 1
   */
  public static <T extends Comparable<? super T>> AsyncPriorityQueue<T> natural(int capacity) {
    return new AsyncPriorityQueue<>(capacity, Comparator.naturalOrder());
  }

  @Override
  int count() {
    return size;
  }

  @Override
  boolean store(T item) {
    Node<T> before = root;
    return replace(before, merged(before, new Node<>(item, stored++, 1, null, null)), 1);
  }

  @Override
  Object take() {
    Node<T> before = Objects.requireNonNull(root);
    return replace(before, merged(before.left, before.right), -1) ? Objects.requireNonNull(before.item) : AGAIN;
  }

  private boolean replace(@Nullable Node<T> before, @Nullable Node<T> after, int change) {
    if (root != before || (change > 0 && isShutDown())) {
      return false;
    }
    root = after;
    size += change;
    return true;
  }

  @Override
  int drop() {
    int dropped = size;
    root = null;
    size = 0;
    return dropped;
  }

  /** The two heaps as one; calls the comparator, and changes nothing. */
  private @Nullable Node<T> merged(@Nullable Node<T> one, @Nullable Node<T> other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    Thread thread = Thread.currentThread();
    try {
      comparing.add(thread); // a set may throw for want of memory, and have added it all the same
      return mergedTrees(one, other);
    } finally {
      comparing.remove(thread);
    }
  }

  @Override
  void ensureNotComparing(String method) {
    if (comparing.contains(Thread.currentThread())) {
      throw new IllegalStateException(
          "the comparator of " + this + " must not use the queue that calls it, and called " + method);
    }
  }

  private Node<T> mergedTrees(Node<T> one, Node<T> other) {
    int order = comparator.compare(one.item, other.item);
    boolean oneFirst = order != 0 ? order < 0 : one.sequence < other.sequence;
    Node<T> first = oneFirst ? one : other;
    Node<T> second = oneFirst ? other : one;
    Node<T> below = first.right == null ? second : mergedTrees(first.right, second);
    int leftRank = first.left == null ? 0 : first.left.rank;
    return leftRank >= below.rank
        ? new Node<>(first.item, first.sequence, below.rank + 1, first.left, below)
        : new Node<>(first.item, first.sequence, leftRank + 1, below, first.left);
  }
}
