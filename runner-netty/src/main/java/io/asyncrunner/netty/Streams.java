package io.asyncrunner.netty;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.spi.LoopEngine;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connections in direct style, on the channels of a loop of {@link NettyLoops}.
 *
 * <pre>{@code
 * Streams.serve(new InetSocketAddress("localhost", 7), connection -> {
 *   for (byte[] line = connection.readLine(); line.length > 0; line = connection.readLine()) {
 *     connection.write(line);
 *     connection.drain();
 *   }
 * }, server -> Async.sleep(Duration.ofHours(1)));
 * }</pre>
 *
 * <p>Addresses are {@link InetSocketAddress}, whose name is looked up on another thread, and {@link UnixDomainSocketAddress}.
 *
 * @asyncio {@code asyncio.open_connection}, {@code asyncio.start_server}, and those for unix sockets
 */
public final class Streams {
  private Streams() {}

  /**
   * Serves one connection, in a task of its own.
   *
   * @param <S> the kind of connection
   */
  @FunctionalInterface
  public interface Handler<S extends ChannelStream> {
    /**
     * Serves a connection, which is closed afterwards.
     *
     * @param connection the connection
     * @throws Exception reported to the loop's exception handler; the connection is closed, and the server goes on. If no such handler is
     *     set, what this connection has thrown because of its peer, which has reset or ended it, sent what cannot be understood or too
     *     much, or failed in TLS, takes one line on the log, at most one of a kind in ten seconds: a warning for TLS, else for debugging
     */
    void handle(S connection) throws Exception;
  }

  /**
   * What is done while a server listens.
   *
   * @param <T> its result
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object, X extends Throwable> {
    /**
     * Runs while the server listens.
     *
     * @param server the server
     * @return its result
     * @throws X as it decides
     * @throws InterruptedException if the thread was interrupted: it is cancelled
     */
    T run(Server server) throws X, InterruptedException;
  }

  // --- clients ---

  /**
   * Connects.
   *
   * @param address of a socket or a unix-domain socket; a name that is not resolved is looked up, and its addresses are tried in turn
   * @return the connection
   * @throws IOException if it cannot be made
   */
  public static ByteStream connect(SocketAddress address) throws IOException {
    return connect(address, StreamOptions.DEFAULT);
  }

  /**
   * Connects, with options.
   *
   * @param address of a socket or a unix-domain socket; a name that is not resolved is looked up, and its addresses are tried in turn
   * @param options limit, marks, TLS
   * @return the connection; with TLS, after the handshake
   * @throws IOException if it cannot be made
   */
  public static ByteStream connect(SocketAddress address, StreamOptions options) throws IOException {
    return connect(address, options, (netty, channel) -> new ByteStream(netty, channel, options.limit()));
  }

  /**
   * Connects, to read messages.
   *
   * @param <T> the messages that come in
   * @param address of a socket or a unix-domain socket
   * @param type what the codec gives
   * @param options with the codec in {@link StreamOptions#withPipeline}
   * @return the connection
   * @throws IOException if it cannot be made
   */
  public static <T> MessageStream<T> connectMessages(SocketAddress address, Class<T> type, StreamOptions options)
      throws IOException {
    Objects.requireNonNull(type, "type");
    return connect(address, options, (netty, channel) -> new MessageStream<>(netty, channel, type));
  }

  /** Makes a stream of a new channel. */
  private interface Maker<S extends ChannelStream> {
    S make(NettyLoop netty, Channel channel);
  }

  private static <S extends ChannelStream> S connect(SocketAddress address, StreamOptions options, Maker<S> maker)
      throws IOException {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(options, "options");
    NettyLoop netty = NettyLoops.of(EventLoop.running());
    if (!(address instanceof InetSocketAddress named) || !named.isUnresolved()) {
      return connectTo(netty, address, address, options, maker);
    }
    InetAddress[] found = Async.toThread(() -> InetAddress.getAllByName(named.getHostString()));
    IOException failure = null;
    for (InetAddress one : found) {
      try {
        return connectTo(netty, new InetSocketAddress(one, named.getPort()), named, options, maker);
      } catch (IOException failed) {
        if (failure == null) {
          failure = failed;
        } else {
          failure.addSuppressed(failed);
        }
      }
    }
    throw Objects.requireNonNull(failure, "a name has at least one address");
  }

  private static <S extends ChannelStream> S connectTo(NettyLoop netty, SocketAddress address, SocketAddress named,
      StreamOptions options, Maker<S> maker) throws IOException {
    List<S> made = new ArrayList<>(1);
    SslContext tls = options.tls();
    Bootstrap bootstrap = new Bootstrap().group(netty)
        .channel(netty.transport.channel(address))
        .disableResolver()
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, marks(options))
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            S stream = maker.make(netty, channel);
            stream.peerName = peerName(options, named);
            made.add(stream);
            if (tls != null) {
              channel.pipeline().addLast(ChannelStream.newHandler(tls, channel, stream.peerName));
            }
            options.pipeline().accept(channel.pipeline());
            channel.pipeline().addLast(stream.new Tail());
          }
        });
    if (netty.transport.canHalfClose(address)) {
      bootstrap.option(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
    if (address instanceof InetSocketAddress) {
      bootstrap.option(ChannelOption.TCP_NODELAY, true);
    }
    boolean connected = false;
    ChannelFuture connecting = null;
    try {
      connecting = enter(netty, () -> bootstrap.connect(onTransport(netty, address)));
      NettyFutures.await(connecting, IOException.class);
      S stream = made.get(0);
      SslHandler handler = connecting.channel().pipeline().get(SslHandler.class);
      if (handler != null) {
        stream.awaitHandshake(handler);
      }
      connected = true;
      return stream;
    } catch (ChannelException | CompletionException failed) {
      throw new IOException("cannot connect to " + address + ": " + failed.getMessage(), failed);
    } finally {
      if (!connected && connecting != null && connecting.channel().isRegistered()) { // else there was never a channel
        ChannelFuture toClose = connecting;
        ChannelFuture unused = enter(netty, () -> toClose.channel().close());
      }
    }
  }

  private static @Nullable String peerName(StreamOptions options, SocketAddress named) {
    if (options.serverName() != null) {
      return options.serverName();
    }
    return named instanceof InetSocketAddress peer ? peer.getHostString() : null;
  }

  private static WriteBufferWaterMark marks(StreamOptions options) {
    return new WriteBufferWaterMark(options.lowWaterMark(), options.highWaterMark());
  }

  private static SocketAddress onTransport(NettyLoop netty, SocketAddress address) {
    return address instanceof UnixDomainSocketAddress unix ? netty.transport.unixAddress(unix) : address;
  }

  private static <T> T enter(NettyLoop netty, Supplier<T> call) {
    boolean entered = netty.enter();
    try {
      return call.get();
    } finally {
      if (entered) {
        netty.exit();
      }
    }
  }

  // --- servers ---

  /**
   * Listens, with a task for each connection, while a body runs. The tasks run in copies of the caller's context, and in what the
   * propagators capture here. When the body ends, however it does, the server stops accepting, waits for the
   * connections to end as long as {@link StreamOptions#grace()} says, cancels those that are left, and waits for them.
   *
   * @param <T> the body's result
   * @param <X> what it may throw
   * @param address of a socket, with port 0 for any that is free, or of a unix-domain socket
   * @param handler serves a connection
   * @param body what is done meanwhile
   * @return the body's result
   * @throws X what the body threw, the same object
   * @throws IOException if it cannot listen
   */
  public static <T extends @Nullable Object, X extends Throwable> T serve(SocketAddress address,
      Handler<ByteStream> handler, Body<T, X> body) throws X, IOException {
    return serve(address, StreamOptions.DEFAULT, handler, body);
  }

  /**
   * Listens, with options; else as {@link #serve(SocketAddress, Handler, Body)}.
   *
   * @param <T> the body's result
   * @param <X> what it may throw
   * @param address of a socket or a unix-domain socket
   * @param options of the server and of its connections
   * @param handler serves a connection; with TLS, after the handshake
   * @param body what is done meanwhile
   * @return the body's result
   * @throws X what the body threw, the same object
   * @throws IOException if it cannot listen
   */
  public static <T extends @Nullable Object, X extends Throwable> T serve(SocketAddress address, StreamOptions options,
      Handler<ByteStream> handler, Body<T, X> body) throws X, IOException {
    return serve(address, options, (netty, channel) -> new ByteStream(netty, channel, options.limit()), handler, body);
  }

  /**
   * Listens, to read messages; else as {@link #serve(SocketAddress, Handler, Body)}.
   *
   * @param <M> the messages that come in
   * @param <T> the body's result
   * @param <X> what it may throw
   * @param address of a socket or a unix-domain socket
   * @param type what the codec gives
   * @param options with the codec in {@link StreamOptions#withPipeline}
   * @param handler serves a connection
   * @param body what is done meanwhile
   * @return the body's result
   * @throws X what the body threw, the same object
   * @throws IOException if it cannot listen
   */
  public static <M, T extends @Nullable Object, X extends Throwable> T serveMessages(SocketAddress address,
      Class<M> type, StreamOptions options, Handler<MessageStream<M>> handler, Body<T, X> body)
      throws X, IOException {
    Objects.requireNonNull(type, "type");
    return serve(address, options, (netty, channel) -> new MessageStream<>(netty, channel, type), handler, body);
  }

  private static <S extends ChannelStream, T extends @Nullable Object, X extends Throwable> T serve(
      SocketAddress address, StreamOptions options, Maker<S> maker, Handler<S> handler, Body<T, X> body)
      throws X, IOException {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(body, "body");
    NettyLoop netty = NettyLoops.of(EventLoop.running());
    Scope<T> scope = new Scope<>();
    PeerFaults faults = new PeerFaults(netty.loop()::time);
    try {
      TaskGroup.run((TaskGroup group) -> {
        Server server = new Server(netty.loop(), group, faults);
        try {
          server.setListening(listen(netty, address, options, maker, handler, server));
        } catch (IOException cannotListen) {
          scope.thrown = cannotListen;
          return;
        }
        try {
          scope.result = body.run(server);
        } catch (Throwable thrown) {
          scope.thrown = LoopEngine.of(netty.loop()).asCancellation(thrown); // comes out as it is, not in an ExceptionGroup
        }
        server.drain(options.grace());
      });
    } finally {
      faults.reportRest();
    }
    if (scope.thrown != null) {
      throw Streams.<X>sneaky(scope.thrown);
    }
    return scope.get();
  }

  /** How the body of a server ended. */
  private static final class Scope<T extends @Nullable Object> {
    private @Nullable T result;
    private @Nullable Throwable thrown;

    @SuppressWarnings("NullAway") // a body that did not throw returned a T
    T get() {
      return result;
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> RuntimeException sneaky(Throwable throwable) throws X {
    throw (X) throwable;
  }

  private static <S extends ChannelStream> Channel listen(NettyLoop netty, SocketAddress address, StreamOptions options,
      Maker<S> maker, Handler<S> handler, Server server) throws IOException {
    SslContext tls = options.tls();
    ServerBootstrap bootstrap = new ServerBootstrap().group(netty, netty)
        .channel(netty.transport.serverChannel(address))
        .option(ChannelOption.SO_BACKLOG, options.backlog())
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, marks(options))
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            S stream = maker.make(netty, channel);
            if (tls != null) {
              channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            }
            options.pipeline().accept(channel.pipeline());
            channel.pipeline().addLast(stream.new Tail());
            server.accept(stream, handler);
          }
        });
    if (netty.transport.canHalfClose(address)) {
      bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
    if (address instanceof InetSocketAddress) {
      bootstrap.option(ChannelOption.SO_REUSEADDR, true).childOption(ChannelOption.TCP_NODELAY, true);
    }
    try {
      ChannelFuture listening = enter(netty, () -> bootstrap.bind(onTransport(netty, address)));
      NettyFutures.await(listening, IOException.class);
      return listening.channel();
    } catch (ChannelException | CompletionException failed) {
      throw new IOException("cannot listen on " + address + ": " + failed.getMessage(), failed);
    }
  }
}
