package io.asyncrunner.benchmarks.ops;

/**
 * Something that does the work of the benchmarks, in its own way: a library, or one of its modes. It implements those of the
 * {@link Ops} that it can do. Used by one thread.
 */
public interface Contender extends AutoCloseable {
  /** Makes what stays open from one operation to the next: a loop, an executor. */
  default void open() {}

  @Override
  default void close() {}
}
