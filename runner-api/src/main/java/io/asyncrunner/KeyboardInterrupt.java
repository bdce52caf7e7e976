package io.asyncrunner;

/**
 * The user asked the program to stop, with Ctrl-C. An {@code Error}, so that {@code catch (Exception)} lets it pass; it
 * ends the loop's run and leaves {@link Runner#run(Coroutine)} as it is.
 *
 * @asyncio {@code KeyboardInterrupt}
 */
public class KeyboardInterrupt extends Error {
  private static final long serialVersionUID = 1L;

  /** Makes one without a message. */
  public KeyboardInterrupt() {
    super();
  }

  /**
   * Makes one.
   *
   * @param message which signal came, and when
   */
  public KeyboardInterrupt(String message) {
    super(message);
  }
}
