package io.asyncrunner.examples.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both servers, on each transport. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpHelloTest {
  private interface Serving {
    void serve(SocketAddress address, Consumer<SocketAddress> listening) throws Exception;
  }

  /** Runs a server on a thread of its own while a client talks to it; then interrupts it, and sees it end. */
  private static void with(Serving serving, Client client) throws Exception {
    CompletableFuture<SocketAddress> listening = new CompletableFuture<>();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread server = new Thread(() -> {
      try {
        serving.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), listening::complete);
        ended.complete(null);
      } catch (Throwable thrown) {
        listening.completeExceptionally(thrown);
        ended.complete(thrown);
      }
    }, "http-server");
    server.start();
    try {
      client.talk(((InetSocketAddress) listening.get(120, TimeUnit.SECONDS)).getPort());
    } finally {
      server.interrupt();
      server.join();
    }
    assertThat(ended.join()).isInstanceOfAny(CancellationException.class, InterruptedException.class);
  }

  private interface Client {
    void talk(int port) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({"NIO,false", "NIO,true", "EPOLL,false", "EPOLL,true", "IO_URING,false", "IO_URING,true"})
  void serve_requests_areAnswered(HttpHello.Wait wait, boolean plain) throws Exception {
    with((address, listening) -> {
      if (plain) {
        PlainHttp.serve(wait.transport.get(), wait.channel, address, listening);
      } else {
        DirectHttp.serve(wait.loops.get(), address, listening);
      }
    }, port -> {
      // Closed before the server is: a connection that stays open would have it wait for as long as it has patience.
      try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
        for (int i = 0; i < 3; i++) { // on one connection
          HttpResponse<String> answer = get(client, port, "/");
          assertThat(answer.statusCode()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo("Hello, World!\n");
        }
        assertThat(get(client, port, "/nowhere").statusCode()).isEqualTo(404);
        assertThat(get(client, port, "/memory").body()).matches("heap \\d+\nresident -?\\d+\n");
      }
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) { // two at once, the second the last
        socket.getOutputStream()
            .write("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(new String(in.readAllBytes(), US_ASCII).split("Hello, World!", -1)).hasSize(3);
      }
    });
  }

  private static HttpResponse<String> get(HttpClient client, int port, String path) throws Exception {
    return client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
