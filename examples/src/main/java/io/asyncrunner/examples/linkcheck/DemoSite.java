package io.asyncrunner.examples.linkcheck;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A web server on this machine with all that can go wrong, and a folder with a page and some notes that link to it. */
final class DemoSite implements AutoCloseable {
  private static final String HTML = "<!doctype html><h1 id=here>Demo</h1><p><a name=there>Hello.</a></p>";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final Path folder;

  private DemoSite(HttpServer server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  static DemoSite start() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    DemoSite site = new DemoSite(server, Files.createTempDirectory("demo"));
    server.setExecutor(site.threads);
    site.addPages();
    site.writeDocuments();
    server.start();
    return site;
  }

  String url() {
    return "http://" + server.getAddress().getAddress().getHostAddress() + ":" + server.getAddress().getPort();
  }

  /** The folder to be checked. */
  Path folder() {
    return folder;
  }

  private void addPages() {
    server.createContext("/", exchange -> reply(exchange, 404, "nothing here"));
    server.createContext("/good", exchange -> reply(exchange, 200, HTML));
    server.createContext("/slow", exchange -> {
      await(Duration.ofMillis(400));
      reply(exchange, 200, HTML);
    });
    server.createContext("/moved", redirect(301, "/good"));
    server.createContext("/elsewhere", redirect(302, "/good"));
    server.createContext("/circle", redirect(302, "/circle-back"));
    server.createContext("/circle-back", redirect(302, "/circle"));
    server.createContext("/maze", exchange -> {
      int room = Integer.parseInt("0" + exchange.getRequestURI().getPath().replaceAll("\\D", ""));
      redirect(302, "/maze" + (room + 1)).handle(exchange);
    });
    server.createContext("/hanging", exchange -> await(Duration.ofDays(1)));
    server.createContext("/failing", exchange -> reply(exchange, 500, "always"));
    server.createContext("/flaky", exchange -> {
      boolean fails = exchange.getRequestMethod().equals("HEAD") || asked.incrementAndGet() <= 2;
      reply(exchange, fails ? 503 : 200, HTML);
    });
    server.createContext("/no-head", exchange -> {
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      reply(exchange, isHead ? 405 : 200, HTML);
    });
    server.createContext("/hangs-up", HttpExchange::close);
  }

  private void writeDocuments() throws IOException {
    Files.writeString(folder.resolve("page.html"), """
        <!doctype html>
        <title>A page with all kinds of links</title>
        <h1 id="top-of-page">Good ones</h1>
        <a href="$/good">good</a>
        <a href="$/slow">slow</a>
        <a href="$/moved">moved permanently</a>
        <a href="$/elsewhere">redirected</a>
        <a href="$/flaky">fails twice, then works</a>
        <a href="$/no-head">does not know HEAD</a>
        <a href="$/good#here">an anchor</a>
        <a href="$/good#there">an old-fashioned anchor</a>
        <a href="notes.md">a file</a>
        <a href="notes.md#second-thoughts">a heading in a file</a>
        <a href="#top-of-page">this page</a>
        <a href="mailto:somebody@example.org">not checked</a>
        <h1>Broken ones</h1>
        <a href="$/missing">missing</a>
        <a href="$/hanging">never answers</a>
        <a href="$/failing">always fails</a>
        <a href="$/hangs-up">hangs up</a>
        <a href="$/circle">redirects in a circle</a>
        <a href="$/maze">redirects without end</a>
        <a href="$/good#nowhere">no such anchor</a>
        <a href="missing.html">no such file</a>
        <a href="#nowhere">no such anchor here</a>
        <a href="http://[broken">not a URL</a>
        """.replace("$", url()));
    Files.writeString(folder.resolve("notes.md"), """
        # Notes

        A [good page](page.html), the [same one again](<$/good>), and one that is [missing]($/missing).

        ## Second thoughts

        See [above](#notes), [below](#third-thoughts), and [the list].

        [the list]: list.md
        """.replace("$", url()));
  }

  private static HttpHandler redirect(int status, String location) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", location);
      reply(exchange, status, "");
    };
  }

  private static void reply(HttpExchange exchange, int status, String html) throws IOException {
    try (exchange) {
      byte[] body = html.getBytes(StandardCharsets.UTF_8);
      boolean hasBody = body.length > 0 && !exchange.getRequestMethod().equals("HEAD");
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      exchange.sendResponseHeaders(status, hasBody ? body.length : -1);
      if (hasBody) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** Lets a visitor wait, but not the end of the program. */
  private void await(Duration time) {
    try {
      closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
    for (String name : new String[] {"page.html", "notes.md"}) {
      Files.deleteIfExists(folder.resolve(name));
    }
    Files.deleteIfExists(folder);
  }
}
