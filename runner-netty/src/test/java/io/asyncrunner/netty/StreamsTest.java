package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static io.asyncrunner.contract.Contract.start;
import static io.asyncrunner.netty.CPythonStreamsTest.ascii;
import static io.asyncrunner.netty.CPythonStreamsTest.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LineBasedFrameDecoder;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What streams and servers promise beyond what CPython's tests ask. */
class StreamsTest extends NettyTest {
  private static final String TRANSPORTS = "io.asyncrunner.netty.NettyTest#transports";
  private static final StreamOptions BRIEF = StreamOptions.DEFAULT.withGrace(Duration.ofMillis(50));

  // --- back-pressure ---

  /** A peer that does not read holds the writer up, at a bound of memory; one that reads slowly gets all. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void drain_aSlowReader_boundsWhatIsUnsent(Transport transport) throws Throwable {
    int pieces = 400;
    int length = 1 << 14;
    AtomicLong most = new AtomicLong();
    run(transport, () -> {
      long read = Streams.serve(anyPort(), StreamOptions.DEFAULT.withLimit(1 << 12), connection -> {
        for (int i = 0; i < pieces; i++) {
          connection.write(new byte[length]);
          connection.drain();
          most.accumulateAndGet(connection.channel().unsafe().outboundBuffer().totalPendingWriteBytes(), Math::max);
        }
      }, server -> {
        ByteStream connection = Streams.connect(server.address(), StreamOptions.DEFAULT.withLimit(1 << 12));
        long sum = 0;
        for (byte[] block = connection.read(1 << 10); block.length > 0; block = connection.read(1 << 10)) {
          sum += block.length;
          assertThat(connection.toString()).doesNotContain("exception");
        }
        connection.close();
        return sum;
      });
      assertThat(read).isEqualTo((long) pieces * length);
    });
    assertThat(most.get()).as("bytes that were written and not sent").isLessThanOrEqualTo((1 << 16) + length + 1024);
  }

  /** What nobody reads stays with the peer, beyond a bound. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_nobodyReads_holdsThePeerUp(Transport transport) throws Throwable {
    AsyncEvent heldUp = new AsyncEvent();
    int[] written = new int[1];
    run(transport, () -> Streams.serve(anyPort(), StreamOptions.DEFAULT.withLimit(1 << 12), connection -> {
      connection.readExactly(1);
      until(() -> !connection.channel().config().isAutoRead());
      assertThat(connection.toString()).contains("bytes unread");
      heldUp.await();
      assertThat(connection.readAll().length + 1).isEqualTo(written[0]);
    }, server -> {
      ByteStream connection = Streams.connect(server.address());
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(200), () -> {
        for (int i = 0; i < 10_000; i++) {
          connection.write(new byte[1 << 14]);
          written[0] += 1 << 14;
          connection.drain();
        }
      })).isInstanceOf(DeadlineExceededException.class);
      heldUp.set();
      connection.close();
      connection.awaitClosed();
      return null;
    }));
  }

  // --- half-close ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void shutdownOutput_theOtherWay_goesOn(Transport transport) throws Throwable {
    run(transport, () -> {
      byte[] answer = Streams.serve(anyPort(), connection -> {
        byte[] request = connection.readAll(); // up to the half-close
        assertThat(connection.isClosing()).isFalse();
        connection.write(request);
        connection.write(ascii(" and more"));
      }, server -> {
        ByteStream connection = Streams.connect(server.address());
        connection.write(ascii("all of it"));
        connection.shutdownOutput();
        byte[] all = connection.readAll();
        connection.close();
        return all;
      });
      assertThat(text(answer)).isEqualTo("all of it and more");
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void shutdownOutput_tls_refused(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), StreamOptions.DEFAULT.withTls(Tls.server()), ByteStream::readAll,
        server -> {
          ByteStream connection = Streams.connect(server.address(), StreamOptions.DEFAULT.withTls(Tls.client()));
          assertThatThrownBy(connection::shutdownOutput).isInstanceOf(UnsupportedOperationException.class);
          connection.close();
          return null;
        }));
  }

  // --- TLS ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void connect_aServerThatIsNotTrusted_failsOnBothSides(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), StreamOptions.DEFAULT.withTls(Tls.server()), ByteStream::readAll,
        server -> {
          assertThatThrownBy(
              () -> Streams.connect(server.address(), StreamOptions.DEFAULT.withTls(Tls.distrustingClient())))
              .isInstanceOf(javax.net.ssl.SSLException.class);
          until(() -> reports.size() == 1);
          return null;
        }));
    assertThat(reports).singleElement()
        .satisfies(report -> assertThat(report.exception()).isInstanceOf(javax.net.ssl.SSLException.class));
    reports.clear();
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void tls_muchInBothDirections_arrives(Transport transport) throws Throwable {
    int length = 3_000_000;
    run(transport, () -> Streams.serve(anyPort(), StreamOptions.DEFAULT.withTls(Tls.server()), connection -> {
      for (byte[] block = connection.read(1 << 14); block.length > 0; block = connection.read(1 << 14)) {
        connection.write(block);
        connection.drain();
      }
    }, server -> {
      ByteStream connection = Streams.connect(server.address(), StreamOptions.DEFAULT.withTls(Tls.client()));
      Task<byte[]> echoed = Async.createTask(() -> connection.readExactly(length));
      byte[] sent = new byte[length];
      new java.util.Random(7).nextBytes(sent);
      for (int i = 0; i < length; i += 100_000) {
        connection.write(Unpooled.wrappedBuffer(sent, i, 100_000));
        connection.drain();
      }
      assertThat(echoed.await()).isEqualTo(sent);
      connection.close();
      return null;
    }));
  }

  // --- connecting ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void connect_nobodyListens_refused(Transport transport) throws Throwable {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    run(transport, () -> {
      assertThatThrownBy(() -> Streams.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
          .isInstanceOf(ConnectException.class);
      assertThatThrownBy(() -> Streams.connect(InetSocketAddress.createUnresolved("localhost", port)))
          .isInstanceOf(ConnectException.class);
      assertThatThrownBy(() -> Streams.connect(java.net.UnixDomainSocketAddress.of("/nowhere/at/all")))
          .isInstanceOf(IOException.class);
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void connect_aName_isLookedUp(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), connection -> connection.write(ascii("hello")), server -> {
      int port = ((InetSocketAddress) server.address()).getPort();
      ByteStream connection = Streams.connect(InetSocketAddress.createUnresolved("localhost", port));
      assertThat(text(connection.readAll())).isEqualTo("hello");
      connection.close();
      return null;
    }));
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_addressInUse_refused(Transport transport) throws Throwable {
    try (ServerSocket used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      run(transport, () -> assertThatThrownBy(
          () -> Streams.serve(used.getLocalSocketAddress(), ByteStream::readAll, server -> "never"))
          .isInstanceOfAny(BindException.class, IOException.class)
          .hasMessageContaining("in use"));
    }
  }

  /** A task that is cancelled while it reads has read nothing; the next reads all. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_cancelled_losesNothing(Transport transport) throws Throwable {
    run(transport, () -> {
      CompletableAsyncFuture<Void> goOn = EventLoop.running().createFuture();
      Streams.serve(anyPort(), connection -> {
        connection.write(ascii("first "));
        connection.drain();
        goOn.await();
        connection.write(ascii("second\n"));
      }, server -> {
        ByteStream connection = Streams.connect(server.address());
        assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(50), connection::readLine))
            .isInstanceOf(DeadlineExceededException.class);
        goOn.setResult(null);
        assertThat(text(connection.readLine())).isEqualTo("first second\n");
        connection.close();
        return null;
      });
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_twoTasks_theSecondIsRefused(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), BRIEF, connection -> Async.sleep(LONG), server -> {
      ByteStream connection = Streams.connect(server.address());
      Task<byte[]> first = Async.createTask(() -> connection.read(1));
      EventLoop.running().yieldNow();
      assertThatThrownBy(() -> connection.read(1)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another task");
      first.cancel();
      connection.abort();
      return null;
    }));
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void write_onAnotherThread_refusedAndReleased(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), BRIEF, ByteStream::readAll, server -> {
      ByteStream connection = Streams.connect(server.address());
      ByteBuf data = Unpooled.buffer(4).writeInt(1);
      assertThatThrownBy(() -> awaitOnAnotherThread(() -> {
        connection.write(data);
        return null;
      })).isInstanceOf(IllegalStateException.class).hasMessageContaining("callThreadsafe");
      assertThat(data.refCnt()).isZero();
      connection.close();
      return null;
    }));
  }

  /** What is written goes out, also if the task never waits in the stream again. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void write_theTaskWaitsElsewhere_goesOut(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), BRIEF, connection -> {
      connection.write(ascii("sent"));
      Async.sleep(LONG);
    }, server -> {
      ByteStream connection = Streams.connect(server.address());
      assertThat(text(Async.timeout(LONG, () -> connection.readExactly(4)))).isEqualTo("sent");
      connection.close();
      return null;
    }));
  }

  /** The run is over, and nobody runs the loop. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void write_theRunEnds_hasGoneOut(Transport transport) throws Throwable {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Runner runner = newRunner(transport)) {
      runner.run(() -> Streams.connect(listening.getLocalSocketAddress()).write(ascii("sent")));
      try (Socket peer = listening.accept()) {
        peer.setSoTimeout(10_000);
        assertThat(text(peer.getInputStream().readNBytes(4))).isEqualTo("sent");
      }
    }
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void write_theRunnerCloses_hasGoneOut(Transport transport) throws Throwable {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      run(transport, () -> {
        ByteStream connection = Streams.connect(listening.getLocalSocketAddress());
        connection.write(ascii("sent"));
        connection.close();
      });
      try (Socket peer = listening.accept()) {
        peer.setSoTimeout(10_000);
        assertThat(text(peer.getInputStream().readAllBytes())).isEqualTo("sent");
      }
    }
  }

  // --- messages ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void messages_aCodec_givesThemOneByOne(Transport transport) throws Throwable {
    StreamOptions lines = StreamOptions.DEFAULT
        .withPipeline(pipeline -> pipeline.addLast(new LineBasedFrameDecoder(100)));
    int count = 1_000; // more than are taken in unread
    run(transport, () -> Streams.serveMessages(anyPort(), ByteBuf.class, lines, connection -> {
      for (ByteBuf line = connection.read(); line != null; line = connection.read()) {
        connection.write(Unpooled.wrappedBuffer(line, Unpooled.wrappedBuffer(ascii("\n"))));
      }
    }, server -> {
      MessageStream<ByteBuf> connection = Streams.connectMessages(server.address(), ByteBuf.class, lines);
      for (int i = 0; i < count; i++) {
        connection.write(Unpooled.wrappedBuffer(ascii(i + "\n")));
      }
      connection.flush();
      Async.sleep(Duration.ofMillis(20)); // the answers queue up
      for (int i = 0; i < count; i++) {
        ByteBuf line = connection.read();
        assertThat(line.toString(java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("" + i);
        line.release();
      }
      connection.shutdownOutput();
      assertThat(connection.read()).isNull();
      connection.close();
      return null;
    }));
  }

  /** Keeps the buffers that come by, to see what becomes of them. */
  private static Consumer<ChannelPipeline> keeping(List<ByteBuf> buffers) {
    return pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        buffers.add((ByteBuf) message);
        context.fireChannelRead(message);
      }
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serveMessages_theHandlerLeavesSomeUnread_releasesThem(Transport transport) throws Throwable {
    List<ByteBuf> received = new ArrayList<>();
    StreamOptions options = StreamOptions.DEFAULT.withPipeline(keeping(received));
    run(transport, () -> Streams.serveMessages(anyPort(), ByteBuf.class, options, connection -> {
      until(() -> !received.isEmpty());
    }, server -> {
      ByteStream connection = Streams.connect(server.address());
      connection.write(ascii("unread"));
      assertThat(connection.readAll()).isEmpty(); // up to the end of the handler
      connection.close();
      return null;
    }));
    assertThat(received).isNotEmpty().allMatch(buffer -> buffer.refCnt() == 0);
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void abort_messagesAreUnread_releasesThem(Transport transport) throws Throwable {
    List<ByteBuf> received = new ArrayList<>();
    StreamOptions options = StreamOptions.DEFAULT.withPipeline(keeping(received));
    run(transport, () -> Streams.serve(anyPort(), connection -> {
      connection.write(ascii("unread"));
      connection.readAll();
    }, server -> {
      MessageStream<ByteBuf> connection = Streams.connectMessages(server.address(), ByteBuf.class, options);
      until(() -> !received.isEmpty());
      connection.abort();
      assertThat(received).allMatch(buffer -> buffer.refCnt() == 0);
      assertThat(connection.read()).isNull();
      return null;
    }));
    assertThat(received).allMatch(buffer -> buffer.refCnt() == 0);
  }

  // --- servers ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_left_stopsAcceptingWaitsForTheQuickAndCancelsTheSlow(Transport transport) throws Throwable {
    List<String> trace = new ArrayList<>();
    run(transport, () -> {
      ByteStream[] clients = new ByteStream[2];
      InetSocketAddress address = (InetSocketAddress) Streams.serve(anyPort(),
          StreamOptions.DEFAULT.withGrace(Duration.ofSeconds(2)), connection -> {
            String kind = text(connection.readLine()).trim();
            trace.add("serves " + kind);
            try {
              Async.sleep(kind.equals("quick") ? Duration.ofMillis(50) : LONG);
              trace.add(kind + " ended");
            } catch (CancelledError cancelled) {
              trace.add(kind + " cancelled: " + cancelled.reason());
              throw cancelled;
            }
          }, server -> {
            clients[0] = Streams.connect(server.address());
            clients[0].write(ascii("quick\n"));
            clients[1] = Streams.connect(server.address());
            clients[1].write(ascii("slow\n"));
            until(() -> trace.size() == 2);
            return server.address();
          });
      assertThatThrownBy(() -> Streams.connect(address)).isInstanceOf(ConnectException.class);
      assertThat(trace).contains("quick ended", "slow cancelled: the server has stopped");
      assertThat(trace.indexOf("quick ended")).isLessThan(trace.indexOf("slow cancelled: the server has stopped"));
      for (ByteStream client : clients) {
        client.close();
      }
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_theBodyThrows_drainsAndThrowsTheSame(Transport transport) throws Throwable {
    run(transport, () -> {
      List<String> trace = new ArrayList<>();
      Exception thrown = new Exception("of the body");
      assertThatThrownBy(() -> Streams.serve(anyPort(), connection -> {
        connection.readAll();
        trace.add("served to the end");
      }, server -> {
        ByteStream connection = Streams.connect(server.address());
        until(() -> server.connections() == 1);
        connection.close();
        throw thrown;
      })).isSameAs(thrown);
      assertThat(trace).containsExactly("served to the end");
    });
  }

  /** A Ctrl-C, or whatever cancels the task: the connections still get their time. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_theTaskIsCancelled_drainsAndIsCancelled(Transport transport) throws Throwable {
    List<String> trace = new ArrayList<>();
    try (Runner runner = newRunner(transport)) {
      assertThatThrownBy(() -> runner.run(() -> Streams.serve(anyPort(), connection -> {
        connection.readAll();
        trace.add("served to the end");
      }, server -> {
        ByteStream connection = Streams.connect(server.address());
        until(() -> server.connections() == 1);
        EventLoop.running().callLater(Duration.ofMillis(100), connection::close);
        Async.currentTask().cancel();
        Async.sleep(LONG);
        return null;
      }))).isInstanceOf(CancellationException.class);
    }
    assertThat(trace).containsExactly("served to the end");
  }

  /** Accepting a connection is nobody's step: what surrounds its task is what surrounded the call of serve. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_connections_runInTheSurroundingsOfTheCall(Transport transport) throws Throwable {
    ContextVar<String> variable = ContextVar.withDefault("variable", "none");
    ThreadLocal<@Nullable String> propagated = new ThreadLocal<>();
    ClassLoader loader = new URLClassLoader("ours", new URL[0], StreamsTest.class.getClassLoader());
    List<Object> seen = new ArrayList<>();
    run(transport, () -> {
      LoopEngine.running().setPropagators(List.of(() -> carrying(propagated, propagated.get())));
      variable.set("set before");
      propagated.set("propagated");
      Thread.currentThread().setContextClassLoader(loader);
      Streams.serve(anyPort(), connection -> {
        seen.add(variable.get());
        seen.add(String.valueOf(propagated.get()));
        seen.add(Thread.currentThread().getContextClassLoader());
        variable.set("the connection's own");
      }, server -> {
        variable.set("set in the body");
        propagated.remove();
        for (int i = 0; i < 2; i++) {
          Streams.connect(server.address()).readAll();
        }
        return null;
      });
    });
    assertThat(seen).containsExactly("set before", "propagated", loader, "set before", "propagated", loader);
  }

  private static ContextPropagator.Snapshot carrying(ThreadLocal<@Nullable String> local, @Nullable String captured) {
    return new ContextPropagator.Snapshot() {
      @Override
      public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body)
          throws X, InterruptedException {
        String before = local.get();
        local.set(captured);
        try {
          return body.run();
        } finally {
          local.set(before);
        }
      }
    };
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_stopAccepting_leavesTheConnections(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), connection -> connection.write(connection.readLine()), server -> {
      ByteStream connection = Streams.connect(server.address());
      until(() -> server.connections() == 1);
      InetSocketAddress address = (InetSocketAddress) server.address();
      server.stopAccepting();
      until(() -> !server.channel().isOpen());
      assertThatThrownBy(() -> Streams.connect(address)).isInstanceOf(ConnectException.class);
      connection.write(ascii("still there\n"));
      assertThat(text(connection.readLine())).isEqualTo("still there\n");
      connection.close();
      return null;
    }));
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_manyClients_areServedAtTheSameTime(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), connection -> {
      for (byte[] line = connection.readLine(); line.length > 0; line = connection.readLine()) {
        connection.write(line);
        connection.drain();
      }
    }, server -> {
      List<Integer> clients = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        clients.add(i);
      }
      Async.forEachConcurrently(clients, 100, number -> {
        ByteStream connection = Streams.connect(server.address());
        for (int i = 0; i < 20; i++) {
          byte[] line = ascii(number + " " + i + "\n");
          connection.write(line);
          assertThat(connection.readLine()).isEqualTo(line);
        }
        connection.close();
        connection.awaitClosed();
      });
      return null;
    }));
  }

  /** The connections of clients that are plain threads; what a fiber per connection is for. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void serve_clientsOfTheJdk_areServed(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), connection -> connection.write(connection.readAll()), server -> {
      InetSocketAddress address = (InetSocketAddress) server.address();
      List<CompletableFuture<String>> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clients.add(start(() -> {
          try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(ascii("hello"));
            socket.shutdownOutput();
            return text(socket.getInputStream().readAllBytes());
          }
        }));
      }
      for (CompletableFuture<String> client : clients) {
        assertThat(Async.await(client)).isEqualTo("hello");
      }
      return null;
    }));
  }
}
