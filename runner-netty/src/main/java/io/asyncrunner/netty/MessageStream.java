package io.asyncrunner.netty;

import io.asyncrunner.CompletableAsyncFuture;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is read as messages, which the codec in the channel's pipeline makes of what comes in.
 *
 * <p>One task at a time reads. If nobody reads, the connection is not read either once {@value #MOST_UNREAD} messages are there, and
 * the peer is held up. Messages that hold buffers are the reader's to release: who does not read up to the end
 * {@linkplain #abort aborts} the stream, which releases the rest. A server does so when the handler of a connection has ended.
 *
 * @param <T> the messages that come in
 */
public final class MessageStream<T> extends ChannelStream {
  private static final int MOST_UNREAD = 64;

  private final Class<T> type;
  private final ArrayDeque<T> received = new ArrayDeque<>(4);
  private boolean paused;
  private boolean ended;
  private @Nullable Throwable exception;
  private @Nullable CompletableAsyncFuture<@Nullable Void> waiter;

  MessageStream(NettyLoop netty, Channel channel, Class<T> type) {
    super(netty, channel);
    this.type = type;
  }

  @Override
  void received(Object message) {
    if (!type.isInstance(message)) {
      ReferenceCountUtil.release(message);
      throw new IllegalStateException(
          "a handler of " + channel.pipeline() + " gave a " + message.getClass() + " (expected a " + type + ")");
    }
    received.add(type.cast(message));
    wake();
    if (!paused && received.size() >= MOST_UNREAD) {
      paused = true;
      setReading(false);
    }
  }

  private void wake() {
    CompletableAsyncFuture<@Nullable Void> waiting = waiter;
    if (waiting != null) {
      waiter = null;
      if (!waiting.isDone()) {
        waiting.setResult(null);
      }
    }
  }

  @Override
  void receivedEnd() {
    ended = true;
    wake();
  }

  @Override
  void receivedFailure(Throwable thrown) {
    exception = thrown;
    wake();
  }

  @Override
  void releaseReceived() {
    for (T message = received.poll(); message != null; message = received.poll()) {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  ByteBuf receivedEarly() {
    throw new UnsupportedOperationException(
        "a MessageStream begins in TLS or not at all: put an SslHandler in its pipeline");
  }

  @Override
  String describeReceived() {
    return received.size() + " messages unread";
  }

  /**
   * Reads the next message, and waits if there is none.
   *
   * @return the message, the caller's to release; {@code null} at the end of the stream
   * @throws ConnectionLostException if the connection was lost, or the codec failed; what came before that is read first
   */
  public @Nullable T read() throws IOException {
    ensureOnLoop("read");
    for (;;) {
      T message = received.poll();
      if (message != null) {
        if (paused && received.isEmpty()) {
          paused = false;
          setReading(true);
        }
        return message;
      }
      Throwable thrown = exception;
      if (thrown != null) {
        throw lost(thrown);
      }
      if (ended) {
        return null;
      }
      await();
    }
  }

  private void await() {
    if (waiter != null) {
      throw new IllegalStateException("read was called while another task waits for a message of the same stream");
    }
    CompletableAsyncFuture<@Nullable Void> waiting = loop.createFuture();
    waiter = waiting;
    try {
      waiting.await();
    } finally {
      if (waiter == waiting) {
        waiter = null;
      }
    }
  }

  /**
   * Writes a message; see {@link ChannelStream} for when it goes out.
   *
   * @param message what the pipeline encodes; released when it has gone out, or cannot
   */
  public void write(Object message) {
    writeObject(Objects.requireNonNull(message, "message"));
  }
}
