package io.asyncrunner.sync;

/**
 * A semaphore that refuses a permit too many: catches a release without an acquire.
 *
 * <pre>{@code
 * BoundedAsyncSemaphore bounded = new BoundedAsyncSemaphore(4);
 * bounded.acquire();
 * bounded.release(); // once more would be refused
 * }</pre>
 *
 * @asyncio {@code BoundedSemaphore}
 */
public final class BoundedAsyncSemaphore extends AsyncSemaphore {
  private final int bound;

  /**
   * Makes a semaphore.
   *
   * @param permits how many there are at first, and at most; not negative
   * @throws IllegalArgumentException if negative
   */
  public BoundedAsyncSemaphore(int permits) {
    super(permits);
    this.bound = permits;
  }

  /**
   * Gives a permit back and lets the first waiter go on.
   *
   * @throws IllegalStateException if all permits are there already; nothing changes
   */
  @Override
  public void release() {
    ensureOwner("BoundedAsyncSemaphore.release");
    if (permits() >= bound) {
      throw new IllegalStateException(
          "cannot release " + this + ": all of its " + bound + " permits are there already");
    }
    super.release();
  }
}
