package io.asyncrunner;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Values that are made one at a time by direct-style code, each when it is asked for.
 *
 * <pre>{@code
 * try (AsyncGenerator<String> pages = Async.generator(out -> {
 *   for (int number = 1; number <= 2; number++) {
 *     out.yield(fetch("page " + number));
 *   }
 * })) {
 *   while (pages.hasNext()) {
 *     show(pages.next());
 *   }
 * }
 * }</pre>
 *
 * <p>The code runs in the task that asks, in turn with it: it may suspend, is cancelled with that task, and never runs beside
 * it. A generator that was begun and not finished is closed at the latest when its Runner closes.
 *
 * <p><b>Thread:</b> a task's; by one task at a time.
 *
 * @param <T> the values' type
 * @asyncio an async generator
 */
public interface AsyncGenerator<T extends @Nullable Object> extends Iterator<T>, AutoCloseable {
  /**
   * The code of a generator.
   *
   * @param <T> the values' type
   */
  @FunctionalInterface
  interface Body<T extends @Nullable Object> {
    /**
     * Makes the values.
     *
     * @param out where to give them
     * @throws Throwable as the code decides; it reaches the task that asked
     */
    void run(Output<T> out) throws Throwable;
  }

  /**
   * Where the code of a generator gives its values.
   *
   * @param <T> the values' type
   */
  interface Output<T extends @Nullable Object> {
    /**
     * Gives a value, and goes on when the next is asked for.
     *
     * @param value the value
     * @throws GeneratorExit if the generator is closed meanwhile
     */
    @SuppressWarnings("NamedLikeContextualKeyword") // asyncio's word; always called on an object
    void yield(T value);
  }

  /** Thrown at the {@code yield} where a generator that is closed waits, so that its code cleans up. */
  final class GeneratorExit extends Error {
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public GeneratorExit() {
      super(null, null, false, false);
    }
  }

  /**
   * Tells whether there is another value: runs the code up to its next {@code yield}, or its end.
   *
   * @return true if {@link #next()} will return one
   * @throws IllegalStateException outside a task, or while another task asks; nothing changes
   */
  @Override
  boolean hasNext();

  /**
   * The next value.
   *
   * @return what the code gave
   * @throws java.util.NoSuchElementException if there is none
   * @throws IllegalStateException outside a task, or while another task asks; nothing changes
   */
  @Override
  T next();

  /**
   * Ends the generator: throws a {@link GeneratorExit} into its code where that waits, and returns when it has ended. No
   * effect if it is finished, or its loop is closed; if it has not begun, it never will.
   *
   * @throws IllegalStateException if the code gives another value instead of ending; it can be closed again. Outside a task, or
   *     while another task asks; nothing changes
   */
  @Override
  void close();

  /**
   * Tells whether the code is running at this moment.
   *
   * @return true while it runs, also while it is suspended in a wait
   */
  boolean isRunning();

  /**
   * Tells whether the code has ended, or never will begin.
   *
   * @return true once nothing more comes
   */
  boolean isFinished();
}
