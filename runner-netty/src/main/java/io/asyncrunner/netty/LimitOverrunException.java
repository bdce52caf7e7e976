package io.asyncrunner.netty;

import java.io.IOException;

/**
 * What was to be read up to a separator is longer than the stream's limit.
 *
 * @asyncio {@code LimitOverrunError}
 */
public final class LimitOverrunException extends IOException {
  private static final long serialVersionUID = 1;

  /** How many bytes can be passed over. */
  private final int consumed;

  /**
   * Makes one.
   *
   * @param message what was found
   * @param consumed how many bytes can be passed over
   */
  public LimitOverrunException(String message, int consumed) {
    super(message);
    this.consumed = consumed;
  }

  /**
   * How many bytes there are before the separator, or that cannot be part of it; they have not been read.
   *
   * @return the number
   */
  public int consumed() {
    return consumed;
  }
}
