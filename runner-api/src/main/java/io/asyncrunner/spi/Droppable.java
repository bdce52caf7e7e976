package io.asyncrunner.spi;

/** A callback, {@link Runnable} or {@link java.util.function.Consumer}, that wants to know if it will never be called. */
public interface Droppable {
  /** The loop has closed and will never call this callback. Called on the thread that closes the loop. */
  void dropped();
}
