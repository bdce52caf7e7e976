package io.asyncrunner.netty;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The connection was there, and is no longer: the peer has reset it, it has broken, or it has been closed here. The cause says what
 * the system said, where it said something.
 *
 * @asyncio {@code ConnectionResetError}
 */
public final class ConnectionLostException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Makes one.
   *
   * @param message what was lost
   * @param cause what the system said, or {@code null}
   */
  public ConnectionLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
