package com.example.selectorloop;

import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.Poller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Waits in a selector. A coroutine that wants to read from a channel, or to write to it, waits for it {@link #awaitReady here}.
 *
 * <p>All but {@link #wakeup} is called by whoever holds the loop, one at a time, so nothing here is locked.
 */
final class SelectorPoller implements Poller {
  private static final Context NONE = new Context();

  private final Selector selector;
  private final Consumer<EventLoop> onClose;
  private EventLoop loop;

  SelectorPoller(Consumer<EventLoop> onClose) {
    this.onClose = onClose;
    try {
      selector = Selector.open();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Says whose poller it is, which has to be made before its loop can be. */
  void serve(EventLoop served) {
    loop = served;
  }

  // @start region=poll
  @Override
  public void poll(long maxWaitNanos) {
    try {
      if (maxWaitNanos <= 0) {
        selector.selectNow(this::ready);
      } else if (maxWaitNanos == Long.MAX_VALUE) {
        selector.select(this::ready);
      } else {
        // Zero would wait for ever. What is rounded down here, the loop asks for again.
        selector.select(this::ready, Math.max(1, TimeUnit.NANOSECONDS.toMillis(maxWaitNanos)));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** On the loop's bare thread: no code of a user's, no lock, no log. What there is to do becomes a callback. */
  private void ready(SelectionKey key) {
    key.interestOps(0); // or the selector would not wait again until somebody has read
    loop.callSoon(NONE, ((Waiters) key.attachment())::wakeUp);
  }

  @Override
  public void wakeup() {
    selector.wakeup(); // lasts until the next select
  }

  @Override
  public void close() {
    onClose.accept(loop);
    try {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
  // @end

  // @start region=await
  void register(SelectableChannel channel) throws IOException {
    channel.configureBlocking(false);
    channel.register(selector, 0, new Waiters());
  }

  /** Waits until a channel is ready for an operation, or closed; may return although it is not. In a task. */
  void awaitReady(SelectableChannel channel, int operation) {
    SelectionKey key = channel.keyFor(selector);
    CompletableAsyncFuture<Void> ready = loop.createFuture();
    Waiters waiters = (Waiters) key.attachment();
    waiters.futures.add(ready);
    key.interestOpsOr(operation);
    try {
      ready.await();
    } finally {
      waiters.futures.remove(ready); // it is still there if the task was cancelled
    }
  }

  void close(SelectableChannel channel) throws IOException {
    SelectionKey key = channel.keyFor(selector);
    channel.close();
    if (key != null) {
      ((Waiters) key.attachment()).wakeUp(); // to find it closed
    }
  }

  /** Those who wait for a channel: all are woken, and look for themselves. */
  private static final class Waiters {
    private final Queue<CompletableAsyncFuture<Void>> futures = new ArrayDeque<>();

    void wakeUp() {
      for (CompletableAsyncFuture<Void> future = futures.poll(); future != null; future = futures.poll()) {
        if (!future.isDone()) { // else its task is being cancelled
          future.setResult(null);
        }
      }
    }
  }
  // @end
}
