package io.asyncrunner.netty;

import java.io.EOFException;

/**
 * The peer has ended its stream before all was there that was to be read.
 *
 * @asyncio {@code IncompleteReadError}
 */
public final class IncompleteReadException extends EOFException {
  private static final long serialVersionUID = 1;

  /** What was there. */
  private final byte[] partial;
  /** How many bytes were to be read, or -1. */
  private final int expected;

  /**
   * Makes one.
   *
   * @param partial what was there; it has been read
   * @param expected how many bytes were to be read, or -1 if that was not known
   */
  public IncompleteReadException(byte[] partial, int expected) {
    super(partial.length + " bytes read on a total of " + (expected < 0 ? "undefined" : expected) + " expected bytes");
    this.partial = partial.clone();
    this.expected = expected;
  }

  /**
   * What was there.
   *
   * @return the bytes, which have been read
   */
  public byte[] partial() {
    return partial.clone();
  }

  /**
   * How many bytes were to be read.
   *
   * @return the number, or -1 if it was not known
   */
  public int expected() {
    return expected;
  }
}
