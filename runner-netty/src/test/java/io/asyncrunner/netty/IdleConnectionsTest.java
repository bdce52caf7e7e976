package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static io.asyncrunner.netty.CPythonStreamsTest.ascii;
import static io.asyncrunner.netty.CPythonStreamsTest.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many connections that are idle, and live. bin/bench-http holds 10,000, with the clients in a process of their own. */
class IdleConnectionsTest extends NettyTest {
  @ParameterizedTest
  @MethodSource("io.asyncrunner.netty.NettyTest#transports")
  void serve_manyIdleConnections_areHeldAndLive(Transport transport) throws Throwable {
    int count = hasConfinedFibers() ? 2_000 : 200; // elsewhere each takes a thread
    run(transport, () -> Streams.serve(anyPort(), connection -> {
      for (byte[] line = connection.readLine(); line.length > 0; line = connection.readLine()) {
        connection.write(line);
      }
    }, server -> {
      InetSocketAddress address = (InetSocketAddress) server.address();
      List<Closeable> sockets = new ArrayList<>();
      awaitOnAnotherThread(() -> {
        for (int i = 0; i < count; i++) {
          Socket socket = new Socket(address.getAddress(), address.getPort());
          sockets.add(socket);
          exchange(socket, "line " + i + "\n");
        }
        for (int i = 0; i < count; i++) {
          exchange((Socket) sockets.get(i), "again " + i + "\n");
        }
        return null;
      });
      assertThat(server.connections()).isEqualTo(count);
      for (Closeable socket : sockets) {
        socket.close();
      }
      until(() -> server.connections() == 0);
      return null;
    }));
  }

  private static void exchange(Socket socket, String line) throws IOException {
    socket.getOutputStream().write(ascii(line));
    assertThat(text(socket.getInputStream().readNBytes(line.length()))).isEqualTo(line);
  }
}
