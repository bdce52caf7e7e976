package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static io.asyncrunner.netty.CPythonStreamsTest.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.asyncrunner.Async;
import io.asyncrunner.Runner;
import io.asyncrunner.TaskGroup;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What peers do to a server takes one line on its log; what the program does wrong is reported as ever. */
class PeerFaultsTest extends NettyTest {
  private static final int PEERS = 6;

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger own = (Logger) LoggerFactory.getLogger("io.asyncrunner");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  /** Without a handler for exceptions. */
  @Override
  Runner newRunner(Transport transport) {
    return Runner.builder().loopFactory(loops(transport)).build();
  }

  @BeforeEach
  void listen() {
    own.setLevel(Level.DEBUG);
    log.start();
    root.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(log);
    own.setLevel(null);
  }

  private List<ILoggingEvent> logged() {
    synchronized (log) {
      return log.list.stream().filter(event -> !event.getMessage().startsWith("Using ")).toList();
    }
  }

  /** What a peer does, on a thread of its own, with a connection that is closed afterwards. */
  @SuppressWarnings("ImmutableEnumChecker") // of constants and lambdas that keep nothing
  enum Peer {
    // in the handshake
    SENDS_HTTP(Level.WARN, socket -> {
      socket.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      socket.getInputStream().readAllBytes();
    }), SENDS_MUCH_GARBAGE(Level.WARN, socket -> {
      socket.getOutputStream().write(new byte[16_384]);
      socket.getInputStream().readAllBytes();
    }), SENDS_A_BROKEN_HELLO(Level.WARN, socket -> {
      socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 42});
      socket.getInputStream().readAllBytes();
    }), SENDS_AN_ALERT(Level.WARN, socket -> {
      socket.getOutputStream().write(new byte[] {21, 3, 3, 0, 2, 2, 40});// handshake_failure
      socket.getInputStream().readAllBytes();
    }), TRUSTS_NOBODY(Level.WARN, socket -> {
      SSLSocket tls = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(socket, "localhost",
          socket.getPort(), true);
      try {
        tls.startHandshake();
      } catch (SSLException expected) {
        tls.close();
      }
    }), SAYS_NOTHING(Level.WARN, socket -> socket.getInputStream().readAllBytes()), // until the time is over
    SENDS_HALF_A_HELLO(Level.WARN, socket -> {
      socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
      socket.getInputStream().readAllBytes();
    }), CLOSES_AT_ONCE(Level.DEBUG, socket -> {}), RESETS_AT_ONCE(Level.DEBUG, socket -> socket.setSoLinger(true, 0)),
    RESETS_IN_THE_HANDSHAKE(Level.DEBUG, socket -> {
      socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
      socket.setSoLinger(true, 0);
    }),
    // afterwards
    SENDS_GARBAGE_IN_TLS(Level.WARN, socket -> {
      handshake(socket);
      socket.getOutputStream().write(new byte[4_096]);
      drain(socket);
    }), RESETS_IN_TLS(Level.DEBUG, socket -> {
      handshake(socket);
      socket.setSoLinger(true, 0);
    });

    private final Level level;
    private final Action action;

    Peer(Level level, Action action) {
      this.level = level;
      this.action = action;
    }

    private static void handshake(Socket socket) throws Exception {
      SSLSocket tls = (SSLSocket) Tls.jdk()
          .getSocketFactory()
          .createSocket(socket, "localhost", socket.getPort(), false);
      tls.startHandshake();
      assertThat(tls.getInputStream().read()).isEqualTo('r'); // the server has come as far, too
    }

    private static void drain(Socket socket) {
      try {
        socket.getInputStream().readAllBytes();
      } catch (IOException reset) {
        return;
      }
    }
  }

  /** With another time for handshakes, which begin when the handler is added. */
  private static final class WithTimeout extends DelegatingSslContext {
    private final long millis;

    WithTimeout(SslContext context, long millis) {
      super(context);
      this.millis = millis;
    }

    @Override
    protected void initEngine(SSLEngine engine) {}

    @Override
    protected void initHandler(SslHandler handler) {
      handler.setHandshakeTimeoutMillis(millis);
    }
  }

  private interface Action {
    void with(Socket socket) throws Exception;
  }

  private final AtomicInteger closed = new AtomicInteger();

  private void count(ChannelPipeline pipeline) {
    ChannelFuture unused = pipeline.channel().closeFuture().addListener(done -> closed.incrementAndGet());
  }

  /** One peer after another, each of which the server has accepted and is done with. */
  private void meet(Server server, Action action) throws Exception {
    for (int i = 1; i <= PEERS; i++) {
      int all = i;
      awaitOnAnotherThread(() -> connect((InetSocketAddress) server.address(), action));
      until(() -> closed.get() == all && server.connections() == 0);
    }
  }

  private static Void connect(InetSocketAddress address, Action action) throws Exception {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      action.with(socket);
    } catch (IOException closedOrReset) {
      assertThat(closedOrReset).isNotNull(); // the server does what it has to
    }
    return null;
  }

  static Stream<Arguments> badTls() {
    return transports()
        .flatMap(transport -> Stream.of(Peer.values()).map(peer -> Arguments.of(transport, peer)));
  }

  @ParameterizedTest
  @MethodSource("badTls")
  void serve_manyBadPeersOfTls_takeOneLineAndOneForTheRest(Transport transport, Peer peer) throws Throwable {
    boolean isSlow = peer == Peer.SAYS_NOTHING || peer == Peer.SENDS_HALF_A_HELLO;
    StreamOptions options = StreamOptions.DEFAULT.withTls(new WithTimeout(Tls.server(), isSlow ? 20 : 50_000))
        .withPipeline(this::count);
    run(transport, () -> Streams.serve(anyPort(), options, connection -> {
      connection.write(ascii("r"));
      connection.flush();
      connection.readAll();
    }, server -> {
      meet(server, peer.action);
      return null;
    }));
    assertLines(peer.level, peer.level == Level.WARN ? "failed in TLS" : "ended badly");
  }

  /** One line for the first, one for all that came besides; nothing else, and nothing long. */
  private void assertLines(Level level, String what) {
    List<ILoggingEvent> lines = logged();
    assertThat(lines).as("%s", lines).hasSize(2).allSatisfy(line -> {
      assertThat(line.getLoggerName()).isEqualTo("io.asyncrunner");
      assertThat(line.getLevel()).isEqualTo(level);
      assertThat(line.getThrowableProxy()).isNull();
      assertThat(line.getFormattedMessage()).contains(what)
          .hasSizeLessThan(350)
          .doesNotContain("\n")
          .doesNotContainPattern("[0-9a-f]{40}");
    });
    assertThat(lines.get(0).getFormattedMessage()).containsPattern("127.0.0.1|unknown address").contains("Exception: ");
    Matcher rest = Pattern.compile("(\\d+) more").matcher(lines.get(1).getFormattedMessage());
    assertThat(rest.find()).isTrue();
    assertThat(Integer.parseInt(rest.group(1))).isEqualTo(PEERS - 1);
  }

  /** What a handler does, whose peer is bad. */
  @SuppressWarnings("ImmutableEnumChecker") // of constants and lambdas that keep nothing
  enum Handling {
    READ_ALL(ByteStream::readAll, socket -> {
      socket.getInputStream().read();
      socket.setSoLinger(true, 0);
    }), DRAIN(connection -> {
      while (true) {
        connection.write(new byte[1 << 14]);
        connection.drain();
      }
    }, socket -> {
      socket.getInputStream().readNBytes(100_000);
      socket.setSoLinger(true, 0);
    }), DRAIN_AFTER_THE_END(connection -> {
      connection.readAll();
      while (true) {
        connection.write(new byte[1 << 14]);
        connection.drain();
      }
    }, socket -> {}), READ_EXACTLY(connection -> connection.readExactly(100), socket -> {
      socket.getOutputStream().write(new byte[10]);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }), READ_UNTIL(connection -> connection.readUntil(ascii("\n")), socket -> {
      socket.getOutputStream().write(new byte[10]);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }), READ_LINE(ByteStream::readLine, socket -> {
      socket.getOutputStream().write(new byte[1_000]);// more than a line may have
      Peer.drain(socket);
    }), WRAPPED(connection -> {
      try {
        connection.readAll();
      } catch (IOException lost) {
        throw new IllegalStateException("in the client's words", new UncheckedIOException(lost));
      }
    }, socket -> {
      socket.getInputStream().read();
      socket.setSoLinger(true, 0);
    }), IN_A_GROUP(connection -> TaskGroup.run((TaskGroup group) -> {
      group.createTask(() -> connection.readAll());
      group.createTask(() -> {
        while (true) {
          connection.write(new byte[1 << 14]);
          connection.drain();
        }
      });
    }), socket -> {
      socket.getInputStream().readNBytes(100_000);
      socket.setSoLinger(true, 0);
    });

    private final Streams.Handler<ByteStream> handler;
    private final Action action;

    Handling(Streams.Handler<ByteStream> handler, Action action) {
      this.handler = handler;
      this.action = action;
    }
  }

  static Stream<Arguments> handlings() {
    return transports()
        .flatMap(transport -> Stream.of(Handling.values()).map(handling -> Arguments.of(transport, handling)));
  }

  @ParameterizedTest
  @MethodSource("handlings")
  void serve_manyPeersEndBadly_takeOneLineAndOneForTheRest(Transport transport, Handling handling) throws Throwable {
    StreamOptions options = StreamOptions.DEFAULT.withLimit(400).withPipeline(this::count);
    run(transport, () -> Streams.serve(anyPort(), options, connection -> {
      connection.write(ascii("r"));
      connection.flush();
      handling.handler.handle(connection);
    }, server -> {
      meet(server, handling.action);
      return null;
    }));
    assertLines(Level.DEBUG, "ended badly");
  }

  @ParameterizedTest
  @MethodSource("io.asyncrunner.netty.NettyTest#transports")
  void serve_aCodecCannotUnderstandPeers_takesOneLineAndOneForTheRest(Transport transport) throws Throwable {
    StreamOptions options = StreamOptions.DEFAULT.withPipeline(pipeline -> {
      count(pipeline);
      pipeline.addLast(new LengthFieldBasedFrameDecoder(100, 0, 4));
    });
    run(transport, () -> Streams.serveMessages(anyPort(), ByteBuf.class, options, MessageStream::read, server -> {
      meet(server, socket -> {
        socket.getOutputStream().write(ascii("GET / HTTP/1.1\r\n\r\n")); // a frame of a gigabyte
        Peer.drain(socket);
      });
      return null;
    }));
    assertLines(Level.DEBUG, "ended badly");
  }

  @Test
  void serve_debuggingIsOff_saysNothingOfResets() throws Throwable {
    own.setLevel(Level.INFO);
    run(Transport.NIO, () -> Streams.serve(anyPort(), ByteStream::readAll, server -> {
      awaitOnAnotherThread(() -> connect((InetSocketAddress) server.address(), socket -> socket.setSoLinger(true, 0)));
      until(() -> server.connections() == 0);
      return null;
    }));
    assertThat(logged()).isEmpty();
  }

  /** Ten seconds later there is another line, and it says how many have been left out. */
  @Test
  void report_theTimeIsOver_saysTheNextOneAndHowManyWereLeftOut() throws Throwable {
    run(Transport.NIO, () -> Streams.serve(anyPort(), connection -> {}, server -> {
      ByteStream connection = Streams.connect(server.address());
      long[] now = {0};
      PeerFaults faults = new PeerFaults(() -> now[0]);
      for (int i = 0; i < 5; i++) {
        faults.report(connection, new SSLException("bad\nhand\u001b[31mshake " + i));
        faults.report(connection, new IOException("reset " + i));
        now[0] += PeerFaults.EVERY.toNanos() / 2;
      }
      faults.reportRest();
      faults.reportRest();
      connection.abort();
      return null;
    }));
    assertThat(logged().stream().map(ILoggingEvent::getFormattedMessage).filter(line -> line.contains("TLS")))
        .containsExactly(
            "a connection failed in TLS: unknown address: javax.net.ssl.SSLException: bad hand [31mshake 0",
            "a connection failed in TLS: unknown address: javax.net.ssl.SSLException: bad hand [31mshake 2, and 1 more since the last such line",
            "a connection failed in TLS: unknown address: javax.net.ssl.SSLException: bad hand [31mshake 4, and 1 more since the last such line");
    assertThat(logged().stream().filter(line -> line.getLevel() == Level.DEBUG)).hasSize(3);
  }

  // --- what is not the peer's fault ---

  /** A client's view of the same: it is told, and not with all that the server has sent. */
  @ParameterizedTest
  @MethodSource("io.asyncrunner.netty.NettyTest#transports")
  void connect_theServerDoesNotSpeakTls_saysSoInShort(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), connection -> {
      connection.write(new byte[8_192]);
      connection.drain();
      connection.readAll();
    }, server -> {
      Throwable thrown = null;
      try {
        Streams.connect(server.address(), StreamOptions.DEFAULT.withTls(Tls.client()));
      } catch (IOException refused) {
        thrown = refused;
      }
      assertThat(thrown).isInstanceOf(SSLException.class).hasMessageStartingWith("not an SSL/TLS record: 0000");
      assertThat(thrown.getMessage()).hasSizeLessThan(100);
      return null;
    }));
  }

  @ParameterizedTest
  @MethodSource("io.asyncrunner.netty.NettyTest#transports")
  void serve_theProgramIsAtFault_isReportedAsEver(Transport transport) throws Throwable {
    List<Streams.Handler<ByteStream>> handlers = List.of(connection -> {
      throw new IllegalStateException("a bug");
    }, connection -> {
      throw new IOException("of something else");
    }, connection -> {
      connection.close();
      connection.drain(); // which it cannot
    }, connection -> {
      try (ServerSocket backend = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        ByteStream another = Streams.connect(backend.getLocalSocketAddress());
        try (Socket accepted = backend.accept()) {
          accepted.setSoLinger(true, 0);
        }
        another.readAll(); // the connection that broke is not the one that is served
      }
    });
    for (Streams.Handler<ByteStream> handler : handlers) {
      serveOnce(transport, StreamOptions.DEFAULT, handler);
    }
    // a handler of the pipeline that has a bug
    serveOnce(transport,
        StreamOptions.DEFAULT.withPipeline(pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext context, Object message) {
            ((ByteBuf) message).release();
            throw new IllegalArgumentException("a bug in a codec");
          }
        })), ByteStream::readAll);
    assertThat(logged()).hasSize(handlers.size() + 1).allSatisfy(line -> {
      assertThat(line.getLevel()).isEqualTo(Level.ERROR);
      assertThat(line.getFormattedMessage()).contains("exception in the handler of a connection");
    });
  }

  private void serveOnce(Transport transport, StreamOptions options, Streams.Handler<ByteStream> handler)
      throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), options, handler, server -> {
      ByteStream peer = Streams.connect(server.address());
      peer.write(new byte[1]);
      peer.flush();
      until(() -> server.connections() == 0);
      Async.sleep(Duration.ZERO);
      peer.abort();
      return null;
    }));
  }
}
