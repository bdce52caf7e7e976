package io.asyncrunner.core.internal;

import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A selector that does nothing but listen: between {@code begin} and {@code end}, the JDK has who interrupts the thread call its
 * {@link #wakeup()}. The only way to hear of an interrupt of a thread that does not look at its status.
 */
public abstract class InterruptListener extends AbstractSelector {
  /** Makes a listener, which does not listen yet. */
  @SuppressWarnings("NullAway") // the provider is only stored, for provider(), which nobody can call here
  protected InterruptListener() {
    super(null);
  }

  @Override
  protected final void implCloseSelector() {}

  @Override
  protected final SelectionKey register(AbstractSelectableChannel channel, int operations,
      @Nullable Object attachment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public final Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public final int selectNow() {
    return 0;
  }

  @Override
  public final int select(long timeout) {
    return 0;
  }

  @Override
  public final int select() {
    return 0;
  }
}
