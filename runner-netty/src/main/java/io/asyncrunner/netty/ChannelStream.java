package io.asyncrunner.netty;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection in direct style: one of Netty's channels, whose last handler is this. Its subclasses read, {@link ByteStream} bytes
 * and {@link MessageStream} what a codec makes of them.
 *
 * <p><b>Writing</b> does not wait. What is written goes out with {@link #flush()}, else when the tasks that are ready have had their
 * turn, or before that, when a stream is written to and something has been left for a millisecond. {@link #drain()} waits while the
 * peer takes less than is written; a task that writes much calls it after each piece, or the memory fills.
 *
 * <p><b>Failures</b> show in the task that uses the stream: reading and {@link #drain()} throw them. Writing throws nothing of that kind; what is
 * written to a connection that is lost is released.
 *
 * <p>Belongs to its loop: its methods are called in tasks, or in callbacks where they do not wait.
 *
 * @asyncio {@code StreamWriter}
 */
public abstract class ChannelStream {
  final EventLoop loop;
  final NettyLoop netty;
  final Channel channel;

  @Nullable String peerName; // whom we have connected to
  private boolean closing;
  private boolean aborted;
  private boolean isLost;
  private boolean flushQueued;
  private @Nullable Throwable failure;
  private @Nullable IOException lastThrown;
  private @Nullable SocketAddress peer; // kept: a channel that is closed may have forgotten it
  private final List<CompletableAsyncFuture<@Nullable Void>> drainers = new ArrayList<>(0);
  private @Nullable CompletableAsyncFuture<@Nullable Void> onLost;

  ChannelStream(NettyLoop netty, Channel channel) {
    this.netty = netty;
    this.loop = netty.loop();
    this.channel = channel;
  }

  // --- from the channel ---

  /** The last handler of the pipeline. */
  final class Tail extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (isLost || aborted || loop.isClosed()) {
        ReferenceCountUtil.release(message);
      } else {
        received(message);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (loop.isClosed()) {
        return;
      }
      if (event instanceof ChannelInputShutdownEvent) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null && !tls.handshakeFuture().isDone()) { // which would wait for its time to be over
          ChannelFuture unused = channel.close();
        } else {
          receivedEnd();
        }
      } else if (event instanceof SslCloseCompletionEvent) { // TLS ends in both directions at once
        receivedEnd();
        ChannelFuture unused = channel.close();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (channel.isWritable()) {
        wakeDrainers();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
      if (!loop.isClosed()) {
        failed(thrown);
      }
      ChannelFuture unused = channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (!loop.isClosed()) {
        lost();
      } else {
        releaseReceived();
      }
    }
  }

  abstract void received(Object message);

  abstract void receivedEnd();

  abstract void receivedFailure(Throwable thrown);

  /** Lets go of what was received and will not be read, because the stream is aborted or the loop has closed. */
  abstract void releaseReceived();

  void failed(Throwable thrown) {
    if (failure == null && !closing && !isLost) {
      failure = plain(thrown);
      receivedFailure(failure);
    }
    wakeDrainers();
  }

  /** What was thrown, without what codecs wrap around it, and without all the bytes that Netty puts into a message. */
  private static Throwable plain(Throwable thrown) {
    Throwable found = thrown;
    while (found instanceof DecoderException && found.getCause() != null) {
      found = found.getCause();
    }
    String message = found.getMessage();
    return found instanceof NotSslRecordException && message != null && message.length() > LONGEST_DUMP
        ? new NotSslRecordException(message.substring(0, LONGEST_DUMP) + "…")
        : found;
  }

  private static final int LONGEST_DUMP = "not an SSL/TLS record: 0123456789abcdef0123456789abcdef".length();

  void lost() {
    if (isLost) {
      return;
    }
    isLost = true;
    if (failure == null) {
      receivedEnd();
    }
    wakeDrainers();
    if (onLost != null && !onLost.isDone()) {
      onLost.setResult(null);
    }
  }

  private void wakeDrainers() {
    if (drainers.isEmpty() || loop.isClosed()) {
      return;
    }
    for (CompletableAsyncFuture<@Nullable Void> waiting : drainers) {
      if (!waiting.isDone()) {
        waiting.setResult(null);
      }
    }
    drainers.clear();
  }

  /** Has the channel read on, or not for now; the peer is then held up. */
  final void setReading(boolean reading) {
    boolean entered = netty.enter();
    try {
      channel.config().setAutoRead(reading);
    } finally {
      if (entered) {
        netty.exit();
      }
    }
  }

  // --- writing ---

  void ensureOnLoop(String method) {
    if (!loop.isHeldByCurrentThread()) {
      throw new IllegalStateException(getClass().getSimpleName() + "." + method + " has to be called on " + loop
          + ", found thread " + Thread.currentThread().getName() + ": use Async.callThreadsafe");
    }
  }

  /** Gives the pipeline something to write, which is its to release from now on. */
  final void writeObject(Object message) {
    if (!loop.isHeldByCurrentThread()) {
      ReferenceCountUtil.release(message);
      ensureOnLoop("write");
    }
    if (isLost || closing) {
      ReferenceCountUtil.release(message);
      return;
    }
    boolean entered = netty.enter();
    try {
      ChannelFuture unused = channel.write(message, channel.voidPromise()); // failures come to the pipeline
    } finally {
      if (entered) {
        netty.exit();
      }
    }
    if (!flushQueued) {
      flushQueued = true;
      netty.flushLater(this);
    }
  }

  /** Sends what has been written on its way at once. Does not wait. */
  public final void flush() {
    ensureOnLoop("flush");
    flushWritten();
  }

  final void flushWritten() {
    if (!flushQueued) {
      return;
    }
    flushQueued = false;
    boolean entered = netty.enter();
    try {
      channel.flush();
    } finally {
      if (entered) {
        netty.exit();
      }
    }
  }

  /**
   * Waits while more of what has been written is left than the stream's high-water mark, until that has come down to the low one.
   *
   * @throws ConnectionLostException if the connection is lost, or has been closed here
   * @throws io.asyncrunner.CancelledError if the task is cancelled; what was written stays written
   */
  public final void drain() throws ConnectionLostException {
    ensureOnLoop("drain");
    throwIfUnwritable();
    if (!channel.isWritable()) {
      flushWritten(); // or it would stay so
    }
    while (!channel.isWritable()) {
      CompletableAsyncFuture<@Nullable Void> writable = loop.createFuture();
      drainers.add(writable);
      try {
        writable.await();
      } finally {
        drainers.remove(writable);
      }
      throwIfUnwritable();
    }
  }

  private void throwIfUnwritable() throws ConnectionLostException {
    Throwable thrown = failure;
    if (thrown != null) {
      throw lost(thrown);
    }
    if (closing) {
      loop.yieldNow(); // a task that writes on and on lets the others see the end
      throw new ConnectionLostException("the connection has been closed here", null);
    }
    if (isLost) {
      throw thrown(new ConnectionLostException("the connection was lost: the peer has closed it", null));
    }
  }

  final ConnectionLostException lost(Throwable cause) {
    return thrown(new ConnectionLostException("the connection was lost: " + cause.getMessage(), cause));
  }

  private <X extends IOException> X thrown(X exception) {
    lastThrown = exception;
    return exception;
  }

  /**
   * Ends the stream to the peer, after what has been written; the other direction stays open.
   *
   * @throws UnsupportedOperationException if the connection is one of TLS, which ends in both directions at once
   * @asyncio {@code StreamWriter.write_eof}
   */
  public final void shutdownOutput() {
    ensureOnLoop("shutdownOutput");
    if (isSecure()) {
      throw new UnsupportedOperationException("a TLS connection cannot be half-closed: close it");
    }
    afterWritten(done -> {
      ChannelFuture unused = ((DuplexChannel) channel).shutdownOutput();
    });
  }

  private void afterWritten(ChannelFutureListener action) {
    boolean entered = netty.enter();
    try {
      flushQueued = false;
      ChannelFuture unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(action);
    } finally {
      if (entered) {
        netty.exit();
      }
    }
  }

  // --- TLS ---

  /**
   * Goes on in TLS, as a client or a server by what the context is for, and waits for the handshake. A client has the server
   * prove the name of the host that it has connected to.
   *
   * @param context with keys and trust
   * @throws IOException if the handshake fails; the connection is closed
   * @asyncio {@code StreamWriter.start_tls}
   */
  public final void startTls(SslContext context) throws IOException {
    startTlsFor(context, peerName);
  }

  /**
   * Goes on in TLS as a client; as {@link #startTls(SslContext)}.
   *
   * @param context with keys and trust
   * @param serverName the name that the server has to prove
   * @throws IOException if the handshake fails; the connection is closed
   */
  public final void startTls(SslContext context, String serverName) throws IOException {
    startTlsFor(context, Objects.requireNonNull(serverName, "serverName"));
  }

  private void startTlsFor(SslContext context, @Nullable String serverName) throws IOException {
    Objects.requireNonNull(context, "context");
    ensureOnLoop("startTls");
    if (isSecure()) {
      throw new IllegalStateException("the connection is one of TLS already: " + this);
    }
    flushWritten();
    SslHandler handler = newHandler(context, channel, serverName);
    ByteBuf early = receivedEarly();
    boolean entered = netty.enter();
    try {
      channel.pipeline().addFirst(handler);
      if (early.isReadable()) {
        channel.pipeline().fireChannelRead(early);
        channel.pipeline().fireChannelReadComplete();
      } else {
        early.release();
      }
    } finally {
      if (entered) {
        netty.exit();
      }
    }
    awaitHandshake(handler);
  }

  static SslHandler newHandler(SslContext context, Channel channel, @Nullable String serverName) {
    return context.isServer() || serverName == null
        ? context.newHandler(channel.alloc())
        : context.newHandler(channel.alloc(), serverName, portOf(channel));
  }

  private static int portOf(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress peer ? peer.getPort() : -1;
  }

  final void awaitHandshake(SslHandler handler) throws IOException {
    try {
      Channel unused = NettyFutures.await(handler.handshakeFuture(), Exception.class);
    } catch (RuntimeException thrown) {
      abort();
      throw thrown;
    } catch (Exception thrown) {
      abort();
      Throwable plain = plain(thrown);
      throw thrown(plain instanceof ClosedChannelException
          ? new ConnectionLostException("the connection was lost: closed in the TLS handshake", plain)
          : plain instanceof IOException failed ? failed : new SSLException(plain));
    }
  }

  /** What the peer has sent that belongs to the handshake. */
  abstract ByteBuf receivedEarly();

  /**
   * Tells whether the connection is one of TLS.
   *
   * @return true from the beginning of the handshake on
   */
  public final boolean isSecure() {
    return channel.pipeline().get(SslHandler.class) != null;
  }

  // --- whose fault ---

  /** The peer as it was when {@link #rememberPeer} was called; {@code null} if the transport did not know it then. */
  final @Nullable SocketAddress peer() {
    return peer;
  }

  final void rememberPeer() {
    peer = channel.remoteAddress();
  }

  /**
   * What the peer has done to this connection, if that is why something was thrown: that it has ended or reset it, or sent what cannot be
   * understood, or too much. {@code null} if it is the program's fault, or that of another connection.
   */
  final @Nullable Throwable peersFault(Throwable thrown) {
    if (thrown instanceof ExceptionGroup group) { // of tasks that used the connection together
      Throwable found = null;
      for (Throwable one : group.exceptions()) {
        found = peersFault(one);
        if (found == null) {
          return null;
        }
      }
      return found;
    }
    Throwable next = thrown;
    for (int depth = 0; next != null && depth < MOST_CAUSES; depth++) {
      if (hasThrown(next)) {
        return failure == null || isOfPeers(failure) ? next : null;
      }
      next = next.getCause();
    }
    return null;
  }

  private static final int MOST_CAUSES = 20; // causes may go round in a circle

  /** Whether that is what using this stream has thrown, because of what the peer did. */
  boolean hasThrown(Throwable thrown) {
    return thrown == lastThrown
        || (thrown instanceof ConnectionLostException && failure != null && thrown.getCause() == failure);
  }

  /** Else a handler of the pipeline has failed. */
  private static boolean isOfPeers(Throwable failure) {
    return failure instanceof IOException || failure instanceof CodecException;
  }

  // --- the end ---

  /**
   * Closes the connection when what has been written has gone out; does not wait for that. No effect if it is closed.
   * Reading goes on until the end.
   */
  public final void close() {
    ensureOnLoop("close");
    if (!closing) {
      closing = true;
      afterWritten(ChannelFutureListener.CLOSE);
    }
  }

  /**
   * Closes the connection at once; what has not gone out is thrown away, and so are messages that have not been read.
   *
   * @asyncio {@code WriteTransport.abort}
   */
  public final void abort() {
    ensureOnLoop("abort");
    closing = true;
    aborted = true;
    releaseReceived();
    boolean entered = netty.enter();
    try {
      ChannelFuture unused = channel.close();
    } finally {
      if (entered) {
        netty.exit();
      }
    }
  }

  /**
   * Waits until the connection is closed, by either side.
   *
   * @throws ConnectionLostException if it was not closed, but broke
   * @asyncio {@code StreamWriter.wait_closed}
   */
  public final void awaitClosed() throws ConnectionLostException {
    ensureOnLoop("awaitClosed");
    awaitLost();
    Throwable thrown = failure;
    if (thrown != null) {
      throw lost(thrown);
    }
  }

  /** Waits until the connection is closed or lost. */
  final void awaitLost() {
    while (!isLost) {
      if (onLost == null || onLost.isDone()) {
        onLost = loop.createFuture();
      }
      Async.shield(onLost).await(); // several may wait for it
    }
  }

  /**
   * Tells whether the connection has been closed here, or is lost.
   *
   * @return true if nothing can be written
   */
  public final boolean isClosing() {
    return closing || isLost;
  }

  // --- what it is ---

  /**
   * Netty's channel.
   *
   * @return the channel
   */
  public final Channel channel() {
    return channel;
  }

  /**
   * The peer's address.
   *
   * @return the address, or {@code null} if there is none
   */
  public final @Nullable SocketAddress remoteAddress() {
    return channel.remoteAddress();
  }

  abstract String describeReceived();

  /** State, what is unread, and the channel. */
  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + (isLost ? "closed" : closing ? "closing" : "open") + ", "
        + describeReceived() + ", " + channel + "]";
  }
}
