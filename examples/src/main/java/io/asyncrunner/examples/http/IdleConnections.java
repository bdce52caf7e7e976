package io.asyncrunner.examples.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/** Opens many connections, each of which asks once and then is idle, and tells what one of them takes of the server's memory. */
public final class IdleConnections {
  private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);

  private IdleConnections() {}

  /**
   * Runs the program.
   *
   * @param arguments the server's port, the number of connections
   * @throws Exception if the server does not answer
   */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    HttpClient client = HttpClient.newHttpClient();
    List<SocketChannel> connections = new ArrayList<>();
    open(connections, port, Math.min(count, 200)); // so that what all have in common is there
    memory(client, port);
    long[] before = memory(client, port);
    int warm = connections.size();
    open(connections, port, count - warm);
    long[] after = memory(client, port);
    for (SocketChannel connection : connections) { // they live: each answers once more
      ask(connection);
    }
    System.out.printf("%,d idle connections held; each takes %,d bytes of the heap, %,d of the process%n",
        connections.size(),
        (after[0] - before[0]) / (count - warm), (after[1] - before[1]) / (count - warm));
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }

  private static void open(List<SocketChannel> connections, int port, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      SocketChannel connection = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      ask(connection);
      connections.add(connection);
    }
  }

  private static void ask(SocketChannel connection) throws IOException {
    connection.write(ByteBuffer.wrap(REQUEST));
    ByteBuffer answer = ByteBuffer.allocate(512);
    while (!isWhole(answer)) {
      if (connection.read(answer) < 0) {
        throw new IOException("the server has closed an idle connection");
      }
    }
  }

  private static boolean isWhole(ByteBuffer answer) {
    return US_ASCII.decode(answer.duplicate().flip()).toString().endsWith("Hello, World!\n");
  }

  private static long[] memory(HttpClient client, int port) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/memory")).build();
    try (Scanner answer = new Scanner(client.send(request, HttpResponse.BodyHandlers.ofString()).body())) {
      answer.next("heap");
      long heap = answer.nextLong();
      answer.next("resident");
      return new long[] {heap, answer.nextLong()};
    }
  }
}
