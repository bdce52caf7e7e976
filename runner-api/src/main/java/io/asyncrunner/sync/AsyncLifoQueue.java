package io.asyncrunner.sync;

/**
 * A queue that gives the item that was put last.
 *
 * <pre>{@code
 * AsyncLifoQueue<String> stack = new AsyncLifoQueue<>();
 * stack.put("a");
 * stack.put("b");
 * show(stack.get()); // b
 * }</pre>
 *
 * @param <T> the items' type
 * @asyncio {@code LifoQueue}
 */
public final class AsyncLifoQueue<T> extends AsyncQueue<T> {
  /** Makes a queue without a bound. */
  public AsyncLifoQueue() {}

  /**
   * Makes a queue with a bound.
   *
   * @param capacity how many items it takes, at least 1
   * @throws IllegalArgumentException if less than 1
   */
  public AsyncLifoQueue(int capacity) {
    super(capacity);
  }

  @Override
  Object take() {
    return items.takeLast();
  }
}
