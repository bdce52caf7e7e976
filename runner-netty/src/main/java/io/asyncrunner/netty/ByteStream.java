package io.asyncrunner.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;

/**
 * A connection that is read as bytes.
 *
 * <pre>{@code
 * ByteStream connection = Streams.connect(address);
 * connection.write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
 * byte[] status = connection.readLine();
 * byte[] rest = connection.readAll();
 * connection.close();
 * }</pre>
 *
 * <p>One task at a time reads. If nobody reads, the connection is not read either once twice the limit is there, and the peer is
 * held up. A read that is cancelled has read nothing, but for {@link #readAll()}.
 *
 * @asyncio {@code StreamReader} and {@code StreamWriter}
 */
public final class ByteStream extends ChannelStream {
  private final ReadBuffer received;

  ByteStream(NettyLoop netty, Channel channel, int limit) {
    super(netty, channel);
    received = new ReadBuffer(loop, limit, new ReadBuffer.Source() {
      @Override
      public void pause() {
        setReading(false);
      }

      @Override
      public void resume() {
        setReading(true);
      }
    });
  }

  @Override
  void received(Object message) {
    if (!(message instanceof ByteBuf data)) {
      ReferenceCountUtil.release(message);
      throw new IllegalStateException("a handler of " + channel.pipeline() + " gave a " + message.getClass()
          + " (expected a ByteBuf): use a MessageStream");
    }
    try {
      received.feed(data);
    } finally {
      data.release();
    }
  }

  @Override
  void receivedEnd() {
    received.feedEof();
  }

  @Override
  void receivedFailure(Throwable thrown) {
    received.setException(thrown);
  }

  /** They are bytes of the heap, and can still be read. */
  @Override
  void releaseReceived() {}

  @Override
  ByteBuf receivedEarly() {
    return Unpooled.wrappedBuffer(received.takeAll());
  }

  @Override
  boolean hasThrown(Throwable thrown) {
    return super.hasThrown(thrown) || received.hasThrown(thrown);
  }

  @Override
  String describeReceived() {
    return received.describe();
  }

  /**
   * Reads what is there, and waits if that is nothing.
   *
   * @param most how many bytes at most
   * @return at least one byte; none if the stream is at its end, or {@code most} is 0
   * @throws ConnectionLostException if the connection was lost
   */
  public byte[] read(int most) throws IOException {
    ensureOnLoop("read");
    return received.read(most);
  }

  /**
   * Reads up to the end.
   *
   * @return all that was left
   * @throws ConnectionLostException if the connection was lost
   */
  public byte[] readAll() throws IOException {
    ensureOnLoop("readAll");
    return received.readAll();
  }

  /**
   * Reads a number of bytes.
   *
   * @param length how many
   * @return so many bytes
   * @throws IncompleteReadException if the stream ends before; what there was has been read
   * @throws ConnectionLostException if the connection was lost
   */
  public byte[] readExactly(int length) throws IOException {
    ensureOnLoop("readExactly");
    return received.readExactly(length);
  }

  /**
   * Reads up to a separator.
   *
   * @param separator at least one byte
   * @return what there is before it, and the separator
   * @throws IncompleteReadException if the stream ends before; what there was has been read
   * @throws LimitOverrunException if there is more before it than the limit; nothing has been read
   * @throws ConnectionLostException if the connection was lost
   */
  public byte[] readUntil(byte[] separator) throws IOException {
    Objects.requireNonNull(separator, "separator");
    ensureOnLoop("readUntil");
    return received.readUntil(separator.clone());
  }

  /**
   * Reads a line.
   *
   * @return the line with its {@code \n}; the last one may have none; none at all at the end of the stream
   * @throws LimitOverrunException if the line is longer than the limit; as much of it as is there has been passed over
   * @throws ConnectionLostException if the connection was lost
   */
  public byte[] readLine() throws IOException {
    ensureOnLoop("readLine");
    return received.readLine();
  }

  /**
   * Tells whether the peer has ended the stream, and all has been read.
   *
   * @return true at the end
   */
  public boolean isAtEnd() {
    ensureOnLoop("isAtEnd");
    return received.isAtEnd();
  }

  /**
   * Writes bytes; see {@link ChannelStream} for when they go out.
   *
   * @param data copied
   */
  public void write(byte[] data) {
    ensureOnLoop("write");
    writeObject(channel.alloc().ioBuffer(data.length).writeBytes(data));
  }

  /**
   * Writes bytes, without copying them.
   *
   * @param data released when it has gone out, or cannot
   */
  public void write(ByteBuf data) {
    writeObject(Objects.requireNonNull(data, "data"));
  }
}
