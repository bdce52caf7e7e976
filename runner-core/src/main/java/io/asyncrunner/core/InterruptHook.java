package io.asyncrunner.core;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every interrupt of the thread that runs a loop.
 *
 * <p>The thread's interrupt status cannot tell: mounting a virtual thread clears it, and a loop that waits on another thread
 * does not see it. But between {@code begin} and {@code end} of a selector, the JDK has the interrupting thread call the
 * selector's {@link #wakeup()}, also for an interrupt that came before {@code begin}. This is a selector that does nothing
 * else.
 */
final class InterruptHook extends AbstractSelector {
  private final Runnable onInterrupt;
  private volatile boolean interrupted;

  /**
   * Makes a hook.
   *
   * @param onInterrupt called by the interrupting thread; lock-free
   */
  @SuppressWarnings("NullAway") // the provider is only stored, for provider(), which nobody can call here
  InterruptHook(Runnable onInterrupt) {
    super(null);
    this.onInterrupt = onInterrupt;
  }

  /** Begins to listen for the calling thread. */
  void arm() {
    interrupted = false;
    begin();
  }

  /** Ends listening; tells whether an interrupt came. Called on the thread that called {@link #arm}. */
  boolean disarm() {
    end();
    return interrupted;
  }

  @Override
  public Selector wakeup() {
    interrupted = true;
    onInterrupt.run();
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int operations, @Nullable Object attachment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    return 0;
  }

  @Override
  public int select(long timeout) throws IOException {
    return 0;
  }

  @Override
  public int select() throws IOException {
    return 0;
  }
}
