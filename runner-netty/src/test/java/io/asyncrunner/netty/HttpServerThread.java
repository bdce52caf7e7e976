package io.asyncrunner.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The server that CPython's tests talk to, on a thread of its own with the JDK's blocking sockets: each connection gets a status line, a header
 * and {@code Test message}.
 */
final class HttpServerThread implements Closeable {
  private static final byte[] ANSWER = "HTTP/1.0 200 OK\r\nContent-type: text/plain\r\n\r\nTest message"
      .getBytes(US_ASCII);

  private final Closeable listening;
  private final Thread thread;
  final SocketAddress address;

  private interface Accepting {
    void serveNext() throws IOException;
  }

  private HttpServerThread(Closeable listening, SocketAddress address, Accepting accepting) {
    this.listening = listening;
    this.address = address;
    this.thread = new Thread(() -> {
      try {
        for (;;) {
          accepting.serveNext();
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }, "http-server");
    thread.start();
  }

  static HttpServerThread start() throws IOException {
    return on(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  static HttpServerThread startTls() throws Exception {
    return on(Tls.jdk().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  private static HttpServerThread on(ServerSocket socket) {
    return new HttpServerThread(socket, socket.getLocalSocketAddress(), () -> {
      try (Socket connection = socket.accept()) {
        serve(connection.getInputStream(), connection.getOutputStream());
      }
    });
  }

  static HttpServerThread startUnix() throws IOException {
    Path path = newSocketPath();
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path));
    return new HttpServerThread(() -> {
      channel.close();
      Files.delete(path);
    }, channel.getLocalAddress(), () -> {
      try (SocketChannel connection = channel.accept()) {
        serve(Channels.newInputStream(connection), Channels.newOutputStream(connection));
      }
    });
  }

  static Path newSocketPath() throws IOException {
    Path path = Files.createTempFile("asyncrunner", ".socket");
    Files.delete(path);
    return path;
  }

  private static void serve(InputStream in, OutputStream out) {
    try {
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, US_ASCII));
      for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
        // The request does not matter.
      }
      out.write(ANSWER);
      out.flush();
    } catch (IOException gone) {
      // The client has closed.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException laterThen) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
