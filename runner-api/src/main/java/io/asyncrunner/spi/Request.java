package io.asyncrunner.spi;

/** A callback sent to a loop by another thread, which may be waiting for what comes of it. */
public interface Request {
  /**
   * Tells whether its sender has got what it asked for. Any thread.
   *
   * @return true once there is nothing to wait for any more
   */
  boolean isAnswered();
}
