package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static io.asyncrunner.netty.CPythonStreamsTest.ascii;
import static io.asyncrunner.netty.CPythonStreamsTest.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Task;
import io.netty.channel.ChannelException;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that misbehave: the coroutine concerned gets a clear exception, and a connection beside it goes on undisturbed. */
class FaultsTest extends NettyTest {
  private static final String TRANSPORTS = "io.asyncrunner.netty.NettyTest#transports";

  /** What a peer does, on a thread of its own. */
  private interface Peer {
    void with(Socket socket) throws Exception;
  }

  /** Serves one peer that misbehaves, while another connection exchanges lines all the time. */
  private void serve(Transport transport, Streams.Handler<ByteStream> handler, Peer peer) throws Throwable {
    int[] served = new int[1];
    run(transport, () -> Streams.serve(anyPort(), connection -> {
      if (connection.readLine()[0] == 'g') {
        for (byte[] line = connection.readLine(); line.length > 0; line = connection.readLine()) {
          connection.write(line);
        }
      } else {
        handler.handle(connection);
        served[0]++;
      }
    }, server -> {
      InetSocketAddress address = (InetSocketAddress) server.address();
      ByteStream good = Streams.connect(address);
      good.write(ascii("good\n"));
      Task<Void> bad = Async.createTask(() -> awaitOnAnotherThread(() -> {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
          socket.setTcpNoDelay(true);
          socket.getOutputStream().write(ascii("bad\n"));
          peer.with(socket);
        }
        return null;
      }));
      int exchanged = 0;
      do {
        byte[] line = ascii("line " + exchanged + "\n");
        good.write(line);
        assertThat(Async.timeout(LONG, () -> good.readLine())).isEqualTo(line);
        exchanged++;
      } while (!bad.isDone() || served[0] == 0);
      bad.await();
      good.close();
      return null;
    }));
    assertThat(served[0]).as("the handler came to its end").isEqualTo(1);
  }

  private static void assertLost(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(ConnectionLostException.class).hasMessageContaining("lost");
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_thePeerResets_throws(Transport transport) throws Throwable {
    serve(transport, connection -> {
      connection.write(ascii("ready\n"));
      assertLost(connection::readAll);
      assertLost(() -> connection.read(1)); // and again
      assertLost(connection::awaitClosed);
    }, socket -> {
      socket.getInputStream().read();
      socket.setSoLinger(true, 0); // a reset
    });
  }

  /** The loop is held up until both have come, so that it learns of the reset before it has read what came before. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_theResetComesBehindData_throws(Transport transport) throws Throwable {
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicBoolean reset = new AtomicBoolean();
    serve(transport, connection -> {
      assertThat(text(connection.readExactly(5))).isEqualTo("ready");
      waiting.countDown();
      while (!reset.get()) {
        Thread.onSpinWait();
      }
      assertLost(() -> Async.timeout(LONG, () -> connection.readAll()));
    }, socket -> {
      socket.getOutputStream().write(ascii("ready"));
      waiting.await();
      socket.getOutputStream().write(new byte[5_000]);
      socket.setSoLinger(true, 0);
      socket.close();
      reset.set(true);
    });
  }

  /** More than a stream takes in unread, and less than the system holds for it. */
  private static final int PAUSING = 400_000;

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_thePeerClosesWhileItIsHeldUp_givesAllOfIt(Transport transport) throws Throwable {
    AtomicBoolean closed = new AtomicBoolean();
    serve(transport, connection -> {
      until(() -> !connection.channel().config().isAutoRead());
      until(closed::get);
      assertThat(Async.timeout(LONG, () -> connection.readAll())).hasSize(PAUSING);
    }, socket -> {
      socket.getOutputStream().write(new byte[PAUSING]);
      socket.close();
      closed.set(true);
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void read_thePeerResetsWhileItIsHeldUp_throws(Transport transport) throws Throwable {
    CountDownLatch heldUp = new CountDownLatch(1);
    AtomicBoolean reset = new AtomicBoolean();
    serve(transport, connection -> {
      until(() -> !connection.channel().config().isAutoRead());
      heldUp.countDown();
      until(reset::get);
      assertLost(() -> Async.timeout(LONG, () -> connection.readAll()));
    }, socket -> {
      socket.getOutputStream().write(new byte[PAUSING]);
      heldUp.await();
      socket.setSoLinger(true, 0);
      socket.close();
      reset.set(true);
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void drain_thePeerResets_throws(Transport transport) throws Throwable {
    serve(transport, connection -> assertLost(() -> {
      while (true) {
        connection.write(new byte[1 << 14]);
        connection.drain();
      }
    }), socket -> {
      socket.getInputStream().readNBytes(100_000);
      socket.setSoLinger(true, 0);
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void readExactly_thePeerStalls_timesOutAndLosesNothing(Transport transport) throws Throwable {
    serve(transport, connection -> {
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(50), () -> connection.readExactly(10)))
          .isInstanceOf(DeadlineExceededException.class);
      connection.write(ascii("go on\n"));
      assertThat(text(connection.readExactly(10))).isEqualTo("0123456789");
    }, socket -> {
      socket.getOutputStream().write(ascii("01234"));
      socket.getInputStream().read();
      socket.getOutputStream().write(ascii("56789"));
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void readLine_oneByteAtATime_givesTheLine(Transport transport) throws Throwable {
    String line = "a line that comes byte by byte\n";
    serve(transport, connection -> assertThat(text(connection.readLine())).isEqualTo(line), socket -> {
      for (byte one : ascii(line)) {
        socket.getOutputStream().write(one);
        socket.getOutputStream().flush();
      }
      socket.getInputStream().read(); // until the handler has ended
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void readExactly_thePeerClosesHalfWay_throwsWhatThereWas(Transport transport) throws Throwable {
    serve(transport, connection -> {
      assertThatThrownBy(() -> connection.readExactly(10)).isInstanceOf(IncompleteReadException.class)
          .hasMessage("5 bytes read on a total of 10 expected bytes");
      connection.write(ascii("half\n")); // the other half is open
      connection.drain();
    }, socket -> {
      socket.getOutputStream().write(ascii("01234"));
      socket.shutdownOutput();
      assertThat(text(socket.getInputStream().readAllBytes())).isEqualTo("half\n");
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void drain_thePeerNeverReads_timesOutAndAbortEndsIt(Transport transport) throws Throwable {
    serve(transport, connection -> {
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(100), () -> {
        while (true) {
          connection.write(new byte[1 << 16]);
          connection.drain();
        }
      })).isInstanceOf(DeadlineExceededException.class);
      connection.abort();
      connection.awaitClosed();
      assertThatThrownBy(connection::drain).isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("closed here");
    }, socket -> {
      try {
        while (socket.getInputStream().available() >= 0) { // looks, and reads nothing
          Thread.onSpinWait();
          socket.getOutputStream().write(1);
        }
      } catch (IOException reset) {
        return;
      }
    });
  }

  /** Connections until the table is full: those that do not fit fail, those that do work, and so does all afterwards. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void connect_theTableOfDescriptorsIsFull_throwsAndTheRestGoesOn(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), connection -> {
      for (byte[] line = connection.readLine(); line.length > 0; line = connection.readLine()) {
        connection.write(line);
      }
    }, server -> {
      ByteStream good = Streams.connect(server.address());
      good.write(ascii("before\n"));
      assertThat(text(good.readLine())).isEqualTo("before\n");
      // The JVM loads no classes either while the table is full, so those that are needed then are loaded before.
      assertThatThrownBy(() -> Async.createTask(() -> {
        throw new ChannelException("loads what a failure needs");
      }).await()).isInstanceOf(ChannelException.class);
      assertThatThrownBy(() -> Streams.connect(UnixDomainSocketAddress.of("/nowhere")))
          .isInstanceOf(IOException.class);
      Async.sleep(Duration.ofMillis(500)); // NIO and io_uring give a descriptor back some turns later
      Throwable refused = null;
      byte[] meanwhile = null;
      List<Closeable> fillers = Descriptors.fill();
      try {
        good.write(ascii("while it is full\n"));
        meanwhile = good.readLine();
        Streams.connect(server.address()).abort();
      } catch (IOException expected) {
        refused = expected;
      } finally {
        for (Closeable filler : fillers) {
          filler.close();
        }
      }
      assertThat(meanwhile).as("the answer, or " + refused).isNotNull();
      assertThat(text(meanwhile)).isEqualTo("while it is full\n");
      assertThat(refused).isInstanceOf(IOException.class).hasStackTraceContaining("open files");
      ByteStream again = Streams.connect(server.address());
      again.write(ascii("after\n"));
      assertThat(text(again.readLine())).isEqualTo("after\n");
      again.close();
      good.close();
      return null;
    }));
  }

  /** Descriptors of this process. */
  private static final class Descriptors {
    private Descriptors() {}

    static List<Closeable> fill() {
      List<Closeable> open = new ArrayList<>();
      try {
        for (int i = 0; i < 1_000_000; i++) {
          open.add(new FileInputStream("/dev/null"));
        }
        throw new AssertionError("a million descriptors, and no end");
      } catch (IOException full) {
        return open;
      }
    }
  }
}
