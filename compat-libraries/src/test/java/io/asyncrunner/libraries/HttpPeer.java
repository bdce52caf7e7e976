package io.asyncrunner.libraries;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on the loopback interface, on threads of its own. */
final class HttpPeer implements AutoCloseable {
  /** So many requests for "/together" are answered at once, and none before. */
  static final int TOGETHER = 5;

  /** Counts down with the first request for "/never", which is never answered. */
  final CountDownLatch seen = new CountDownLatch(1);

  private final CyclicBarrier together = new CyclicBarrier(TOGETHER);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  HttpPeer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/hello", exchange -> answer(exchange, "hello"));
    server.createContext("/together", exchange -> {
      try {
        together.await();
      } catch (Exception broken) {
        throw new IOException(broken);
      }
      answer(exchange, "together");
    });
    server.createContext("/never", exchange -> {
      seen.countDown();
      try {
        closed.await();
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
    });
    server.start();
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
