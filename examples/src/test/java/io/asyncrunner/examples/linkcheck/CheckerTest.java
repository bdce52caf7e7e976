package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Runner;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class CheckerTest {
  private static final Settings QUICK = new Settings(4, 64, Duration.ofMinutes(2), 2, Duration.ofMillis(1), 10, true,
      List.of());

  private final TestSite site = new TestSite();

  @TempDir
  private Path folder;

  @AfterEach
  void close() {
    site.close();
  }

  private static Settings withTimeout(Duration timeout) {
    return new Settings(1, 64, timeout, 2, Duration.ofMillis(1), 10, true, List.of());
  }

  private static Settings withLimits(int perHost, int limit) {
    return new Settings(perHost, limit, Duration.ofMinutes(2), 0, Duration.ofMillis(1), 10, true, List.of());
  }

  /** Checks a Markdown document that has one link on each line; gives what is broken, as {@code line: reason}. */
  private List<String> check(Loops loop, Settings settings, String... links) throws IOException {
    String text = String.join("\n", List.of(links).stream().map(link -> "[link](" + link + ")").toList());
    Files.writeString(folder.resolve("links.md"), text);
    return broken(check(loop, settings, List.of(folder.resolve("links.md")), List.of()));
  }

  private static Report check(Loops loop, Settings settings, List<Path> paths, List<URI> pages) {
    Report report = new Report();
    try (HttpClient client = Web.newClient(); Runner runner = loop.newRunner()) {
      ProgressBar progress = new ProgressBar(report, new PrintWriter(Writer.nullWriter()), true);
      Checker checker = new Checker(new Web(client, settings), settings, report, progress, null);
      runner.run(() -> checker.check(paths, pages));
    }
    assertThat(report.checked()).isEqualTo(report.total());
    return report;
  }

  private static List<String> broken(Report report) {
    return report.brokenLinks().stream().map(link -> link.place().line() + ": " + report.reason(link)).toList();
  }

  // --- deadlines ---

  @ParameterizedTest
  @EnumSource
  void timeout_endsTheWaitForAnAnswer(Loops loop) throws IOException {
    site.hanging("/hanging", new CountDownLatch(1)).page("/good", 200, "good");
    assertThat(check(loop, QUICK, site.url("/good"))).as("so that the JVM has done what it does once").isEmpty();
    // One at a time, so the good page queues behind the other: that must not use up its time, which is enough for it even on a
    // busy machine.
    assertThat(check(loop, withTimeout(Duration.ofSeconds(2)), site.url("/hanging"), site.url("/good")))
        .containsExactly("1: no answer within 2 s");
    assertThat(site.requests()).as("a timeout is not retried")
        .containsExactly("HEAD /good", "HEAD /hanging", "HEAD /good");
  }

  @ParameterizedTest
  @EnumSource
  void timeout_endsTheWaitForARestOfAPage(Loops loop) throws IOException {
    site.page("/half", exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/html");
      exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : 0);
      if (exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseBody().write("<p id=here>".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        site.awaitClose();
      }
      exchange.close();
    });
    assertThat(check(loop, withTimeout(Duration.ofMillis(300)), site.url("/half#here")))
        .containsExactly("1: no answer within 0.3 s");
    assertThat(check(loop, QUICK, site.url("/half"))).as("the page itself is not needed").isEmpty();
  }

  // --- limits ---

  /** A page that answers when so many are in it at the same time; and the most that ever were. */
  private AtomicInteger together(int parties) {
    CyclicBarrier barrier = new CyclicBarrier(parties);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    site.page("/together", exchange -> {
      int here = now.incrementAndGet();
      most.accumulateAndGet(here, Math::max);
      try {
        barrier.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        exchange.close();
        return;
      } finally {
        now.decrementAndGet();
      }
      TestSite.reply(exchange, 200, "");
    });
    return most;
  }

  @ParameterizedTest
  @EnumSource
  void perHost_isReachedAndNeverExceeded(Loops loop) throws IOException {
    AtomicInteger most = together(4);
    String[] links = IntStream.range(0, 40).mapToObj(i -> site.url("/together?" + i)).toArray(String[]::new);
    assertThat(check(loop, withLimits(4, 64), links)).isEmpty();
    assertThat(most).hasValue(4);
  }

  @ParameterizedTest
  @EnumSource
  void perHost_countsRedirectsFromElsewhereToo(Loops loop) throws IOException {
    AtomicInteger most = together(2);
    try (TestSite other = new TestSite()) {
      other.page("/to", exchange -> {
        exchange.getResponseHeaders().set("Location", site.url("/together?" + exchange.getRequestURI().getQuery()));
        TestSite.reply(exchange, 302, "");
      });
      String[] links = IntStream.range(0, 20)
          .mapToObj(i -> i % 2 == 0 ? other.url("/to?" + i) : site.url("/together?" + i))
          .toArray(String[]::new);
      assertThat(check(loop, withLimits(2, 64), links)).isEmpty();
    }
    assertThat(most).hasValue(2);
  }

  @ParameterizedTest
  @EnumSource
  void limit_isReachedAndNeverExceeded(Loops loop) throws IOException {
    AtomicInteger most = together(3);
    String[] links = IntStream.range(0, 30).mapToObj(i -> site.url("/together?" + i)).toArray(String[]::new);
    assertThat(check(loop, withLimits(10, 3), links)).isEmpty();
    assertThat(most).hasValue(3);
  }

  // --- what is asked ---

  @ParameterizedTest
  @EnumSource
  void aTarget_isAskedForOnce_howeverOftenItIsLinked(Loops loop) throws IOException {
    site.page("/page", 200, "<p id=a><p id=b>");
    String page = site.url("/page");
    assertThat(check(loop, QUICK, page, page, page + "#a", page + "#b", page + "#c", page + "#b"))
        .containsExactly("5: no anchor #c");
    assertThat(site.requests()).containsExactly("HEAD /page", "GET /page");
  }

  @ParameterizedTest
  @EnumSource
  void withoutFragment_aPageIsNotFetched(Loops loop) throws IOException {
    site.page("/page", 200, "page");
    assertThat(check(loop, QUICK, site.url("/page"))).isEmpty();
    assertThat(site.requests()).containsExactly("HEAD /page");
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatRefusesHead_isAskedWithGet_andNotListenedToForEver(Loops loop) throws IOException {
    site.page("/endless", exchange -> {
      if (exchange.getRequestMethod().equals("HEAD")) {
        TestSite.reply(exchange, 405, "");
        return;
      }
      exchange.sendResponseHeaders(200, 0);
      byte[] much = new byte[1 << 16];
      while (true) {
        exchange.getResponseBody().write(much); // throws when nobody listens any more
      }
    });
    assertThat(check(loop, QUICK, site.url("/endless"))).isEmpty();
    assertThat(site.requests()).containsExactly("HEAD /endless", "GET /endless");
  }

  @ParameterizedTest
  @EnumSource
  void aDocumentOfUnknownType_hasNoAnchorsToCheck(Loops loop) throws IOException {
    site.page("/film", exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "video/mp4");
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    assertThat(check(loop, QUICK, site.url("/film#t=10"))).isEmpty();
    assertThat(site.requests()).containsExactly("HEAD /film");
  }

  @ParameterizedTest
  @EnumSource
  void noAnchors_doesNotAskForPages(Loops loop) throws IOException {
    site.page("/page", 200, "page");
    Settings settings = new Settings(4, 64, Duration.ofMinutes(2), 2, Duration.ofMillis(1), 10, false, List.of());
    assertThat(check(loop, settings, site.url("/page#nowhere"), "#nowhere")).isEmpty();
    assertThat(site.requests()).containsExactly("HEAD /page");
  }

  @ParameterizedTest
  @EnumSource
  void excluded_isNotAsked(Loops loop) throws IOException {
    Settings settings = new Settings(4, 64, Duration.ofMinutes(2), 2, Duration.ofMillis(1), 10, true,
        List.of(Pattern.compile("/pri")));
    assertThat(check(loop, settings, site.url("/private"), site.url("/public"))).containsExactly("2: 404 Not Found");
    assertThat(site.requests()).containsExactly("HEAD /public", "GET /public");
  }

  // --- retries ---

  @ParameterizedTest
  @EnumSource
  void a5xxStatus_isRetried_a4xxIsNot(Loops loop) throws IOException {
    site.page("/failing", 500, "").page("/missing", 404, "");
    assertThat(check(loop, withLimits(1, 1), site.url("/failing"))).containsExactly("1: 500 Internal Server Error");
    assertThat(site.requests()).as("no retries").containsExactly("HEAD /failing", "GET /failing");
    assertThat(check(loop, QUICK, site.url("/failing"))).containsExactly("1: 500 Internal Server Error");
    assertThat(site.requests()).as("and then two").filteredOn("GET /failing"::equals).hasSize(1 + 3);
    assertThat(check(loop, QUICK, site.url("/missing"))).containsExactly("1: 404 Not Found");
    assertThat(site.requests()).filteredOn("GET /missing"::equals).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void aPageThatRecovers_isGood(Loops loop) throws IOException {
    AtomicInteger asked = new AtomicInteger();
    site.page("/flaky", exchange -> {
      boolean fails = exchange.getRequestMethod().equals("HEAD") || asked.incrementAndGet() <= 2;
      TestSite.reply(exchange, fails ? 503 : 200, "");
    });
    assertThat(check(loop, QUICK, site.url("/flaky"))).isEmpty();
    assertThat(asked).hasValue(3);
  }

  @ParameterizedTest
  @EnumSource
  void brokenConnections_areRetried(Loops loop) throws IOException {
    AtomicInteger asked = new AtomicInteger();
    site.page("/resets", exchange -> {
      if (asked.incrementAndGet() <= 2) {
        exchange.close();
      } else {
        TestSite.reply(exchange, 200, "");
      }
    });
    assertThat(check(loop, QUICK, site.url("/resets"))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aClosedPort_isBroken(Loops loop) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThat(check(loop, QUICK, "http://127.0.0.1:" + port + "/", "http://[::1]:" + port + "/"))
        .hasSize(2)
        .allSatisfy(reason -> assertThat(reason).contains(": cannot connect"));
  }

  // --- redirects ---

  @ParameterizedTest
  @EnumSource
  void redirects_areFollowed_withinReason(Loops loop) throws IOException {
    site.page("/end", 200, "<p id=here>")
        .redirect("/once", 302, "/end")
        .redirect("/twice", 307, site.url("/once"))
        .redirect("/circle", 302, "/circle?again")
        .redirect("/nowhere", 302, "mailto:x@example.org")
        .redirect("/broken", 302, "http://[x")
        .redirect("/secret", 302, "file:///etc/passwd")
        .redirect("/dead-end", 302, "/missing");
    site.page("/silent", exchange -> {
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
    });
    assertThat(check(loop, QUICK, site.url("/twice"), site.url("/twice#here"), site.url("/twice#there"),
        site.url("/circle"), site.url("/nowhere"), site.url("/broken"), site.url("/secret"), site.url("/silent"),
        site.url("/dead-end"))).containsExactly(
            "3: no anchor #there",
            "4: redirects in a circle",
            "5: 302 redirects to nowhere: \"mailto:x@example.org\"",
            "6: 302 redirects to nowhere: \"http://[x\"",
            "7: 302 redirects to nowhere: \"file:///etc/passwd\"",
            "8: 302 redirects to nowhere: \"\"",
            "9: 404 Not Found");
  }

  @ParameterizedTest
  @EnumSource
  void redirects_moreThanAllowed_areBroken(Loops loop) throws IOException {
    site.page("/0", 200, "").redirect("/1", 302, "/0").redirect("/2", 302, "/1").redirect("/3", 302, "/2");
    Settings two = new Settings(4, 64, Duration.ofMinutes(2), 0, Duration.ofMillis(1), 2, true, List.of());
    assertThat(check(loop, two, site.url("/2"), site.url("/3"))).containsExactly("2: more than 2 redirects");
  }

  // --- pages and files ---

  @ParameterizedTest
  @EnumSource
  void aPage_isFetched_andItsLinksAreChecked(Loops loop) {
    site.page("/start", 200,
        "<p id=x>\n<a href=missing>1</a>\n<a href='#x'>2</a>\n<a href=start#y>3</a>\n<a href=//[>4</a>");
    Report report = check(loop, QUICK, List.of(), List.of(URI.create(site.url("/start"))));
    assertThat(report.brokenLinks()).extracting(link -> link.place() + " " + report.reason(link))
        .containsExactly(
            site.url("/start:2 404 Not Found"),
            site.url("/start:4 no anchor #y"),
            site.url("/start:5 not a valid URL: Expected closing bracket for IPv6 address"));
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeRead_isBroken(Loops loop) throws IOException {
    site.page("/picture", exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "image/png");
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    Path gone = folder.resolve("gone.md"); // between looking at the arguments and reading it
    Report report = check(loop, QUICK, List.of(gone),
        List.of(URI.create(site.url("/picture")), URI.create(site.url("/missing"))));
    assertThat(report.brokenLinks()).extracting(link -> link.place() + " " + report.reason(link))
        .containsExactly(
            gone + " cannot be read: NoSuchFileException",
            site.url("/picture neither HTML nor Markdown"),
            site.url("/missing 404 Not Found"));
  }

  @ParameterizedTest
  @EnumSource
  void files_foldersAndAnchorsInThem_areLookedFor(Loops loop) throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    Files.writeString(folder.resolve("sub/README.md"), "# Sub");
    Files.createDirectories(folder.resolve("empty"));
    Files.writeString(folder.resolve("other page.html"), "<p id=x>");
    Files.writeString(folder.resolve("code.txt"), "x");
    assertThat(check(loop, QUICK, "sub", "sub/#sub", "/sub#nothing", "empty#x", "<other page.html#x>", "code.txt#L1",
        "../" + folder.getFileName() + "/links.md", "missing", "%00")).containsExactly(
            "3: no anchor #nothing", "8: no such file", "9: not a valid URL: Nul character not allowed");
  }

  @ParameterizedTest
  @EnumSource
  void manyLinks_moreThanTasksAtOnce_areAllChecked(Loops loop) throws IOException {
    site.page("/page", exchange -> {
      int number = Integer.parseInt(exchange.getRequestURI().getQuery());
      TestSite.reply(exchange, number % 100 == 0 ? 404 : 200, "");
    });
    String[] links = IntStream.range(0, 1500).mapToObj(i -> site.url("/page?" + i)).toArray(String[]::new);
    assertThat(check(loop, withLimits(32, 64), links)).hasSize(15);
  }
}
