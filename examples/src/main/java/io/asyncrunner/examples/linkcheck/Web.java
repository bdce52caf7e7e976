package io.asyncrunner.examples.linkcheck;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.sync.AsyncSemaphore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Asks web servers, within the limits: so many requests at once, so many to one host, so much time for each.
 *
 * <p>All methods are called in tasks of one loop, so the fields need no locks: another task runs only where this one waits.
 */
final class Web {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Pattern CHARSET = Pattern.compile("charset=[\"']?([^\\s\"';]+)", Pattern.CASE_INSENSITIVE);

  private final HttpClient client;
  private final Settings settings;
  private final AsyncSemaphore places;
  private final Map<String, AsyncSemaphore> placesOfHosts = new HashMap<>();
  private String latestHost = "";

  Web(HttpClient client, Settings settings) {
    this.client = client;
    this.settings = settings;
    this.places = new AsyncSemaphore(settings.limit());
  }

  static HttpClient newClient() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1) // a connection per request: one that breaks takes no other request with it
        .followRedirects(HttpClient.Redirect.NEVER) // they are followed here, where they are limited and reported
        .build();
  }

  /** The host that was asked last. */
  String latestHost() {
    return latestHost;
  }

  /**
   * Finds out what is at a URI; asks again, after a pause, while the trouble may pass.
   *
   * @param wantsDocument whether to read the page, if it is one
   */
  Answer get(URI uri, boolean wantsDocument) {
    Duration pause = settings.backoff();
    Answer answer = follow(uri, wantsDocument);
    for (int retry = 0; retry < settings.retries(); retry++) {
      if (!(answer instanceof Answer.Failed(_, boolean passing)) || !passing) {
        break;
      }
      Async.sleep(pause);
      pause = pause.multipliedBy(2);
      answer = follow(uri, wantsDocument);
    }
    return answer;
  }

  /** Asks, and asks where the answer says to ask. */
  private Answer follow(URI start, boolean wantsDocument) {
    Set<URI> visited = new LinkedHashSet<>();
    URI uri = start;
    URI movedTo = start; // where the permanent redirects lead; temporary ones end that trail
    try {
      while (visited.add(uri)) {
        HttpResponse<InputStream> response = request(uri, wantsDocument);
        int status = response.statusCode();
        if (!REDIRECTS.contains(status)) {
          return answer(start, movedTo, response, wantsDocument);
        }
        String location = response.headers().firstValue("Location").orElse("");
        if (!(Target.of(location, uri, null) instanceof Target.Resource next) || location.isEmpty()) {
          return failed(status + " redirects to nowhere: \"" + location + "\"");
        }
        if (visited.size() > settings.redirects()) {
          return failed("more than " + settings.redirects() + " redirects");
        }
        if (movedTo.equals(uri) && (status == 301 || status == 308)) {
          movedTo = next.uri();
        }
        uri = next.uri();
      }
      return failed("redirects in a circle");
    } catch (DeadlineExceededException late) {
      return failed("no answer within " + Durations.show(settings.timeout()));
    } catch (SSLException e) {
      return failed("no secure connection: " + e.getMessage());
    } catch (IOException e) {
      return new Answer.Failed(describe(e), true);
    } catch (IllegalArgumentException e) {
      return failed("not a valid URL: " + e.getMessage()); // the client is stricter than java.net.URI
    }
  }

  private static Answer answer(URI start, URI movedTo, HttpResponse<InputStream> response, boolean wantsDocument)
      throws IOException {
    int status = response.statusCode();
    if (status >= 300) {
      return new Answer.Failed(Status.describe(status), status >= 500 || status == 429);
    }
    String note = movedTo.equals(start) ? "" : "moved permanently to " + movedTo;
    String contentType = contentType(response.headers());
    Document.Type type = Document.Type.ofContentType(contentType);
    if (!wantsDocument || type == null) {
      return new Answer.Found(null, note);
    }
    Matcher charset = CHARSET.matcher(contentType);
    String encoding = charset.find() ? charset.group(1) : null;
    // On another thread: a large page takes a while, and no other task can go on while this one computes.
    Document document = Async.toThread(
        () -> Document.parse(response.body().readAllBytes(), encoding, type, Source.page(response.uri())));
    return new Answer.Found(document, note);
  }

  /** One request, or two: HEAD spares the server the work, but some do not know it, and some answer it wrongly. */
  private HttpResponse<InputStream> request(URI uri, boolean wantsDocument) throws IOException {
    HttpResponse<InputStream> response = send("HEAD", uri, false);
    boolean isDocument = Document.Type.ofContentType(contentType(response.headers())) != null;
    boolean found = response.statusCode() < 300;
    if (response.statusCode() >= 400 || (found && wantsDocument && isDocument)) {
      response = send("GET", uri, wantsDocument);
    }
    return response;
  }

  /**
   * Sends one request when it is its turn. The time begins to run only then, not while it queues behind others. A task that
   * waits for a host's place holds none of the common ones, so a slow host does not hold up the others.
   */
  private HttpResponse<InputStream> send(String method, URI uri, boolean wantsDocument) throws IOException {
    String host = uri.getAuthority();
    HttpRequest request = HttpRequest.newBuilder(uri)
        .method(method, HttpRequest.BodyPublishers.noBody())
        .header("User-Agent", "asyncrunner-linkcheck")
        .build();
    return placesOf(host).with(() -> places.with(() -> {
      latestHost = host;
      return Async.timeout(settings.timeout(), () -> send(request, wantsDocument));
    }));
  }

  private AsyncSemaphore placesOf(String host) {
    return placesOfHosts.computeIfAbsent(host, _ -> new AsyncSemaphore(settings.perHost()));
  }

  /*
   * Why sendAsync and await, when client.send(...) reads better? On confined fibers send would do as well: it suspends only
   * the fiber. On other fibers it holds up the loop and every task on it, and it looks up host names on the calling
   * thread, which holds up the loop everywhere. This form is right on all of them. And when the task is cancelled, by a
   * timeout or by Ctrl-C, await cancels the request, which closes its connection.
   */
  private HttpResponse<InputStream> send(HttpRequest request, boolean wantsDocument) throws IOException {
    BodyHandler<InputStream> handler = wantsDocument ? Web::readDocument : BodyHandlers.ofInputStream();
    try {
      HttpResponse<InputStream> response = Async.await(client.sendAsync(request, handler));
      // Hangs up, unless the body is in memory: what follows may be large, and nobody wants it.
      response.body().close();
      return response;
    } catch (CompletionException wrapped) { // await cannot declare what the stage may throw
      if (wrapped.getCause() instanceof IOException e) {
        throw e;
      }
      throw wrapped;
    }
  }

  /** A page's body is read before the answer counts as there; of anything else only what comes before the body. */
  private static BodySubscriber<InputStream> readDocument(ResponseInfo info) {
    return Document.Type.ofContentType(contentType(info.headers())) == null
        ? BodySubscribers.ofInputStream()
        : BodySubscribers.mapping(
            BodySubscribers.limiting(BodySubscribers.ofByteArray(), Document.MAX_BYTES), ByteArrayInputStream::new);
  }

  private static String contentType(HttpHeaders headers) {
    return headers.firstValue("Content-Type").orElse("");
  }

  private static Answer failed(String reason) {
    return new Answer.Failed(reason, false);
  }

  private static String describe(IOException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "host not found";
      }
    }
    if (e instanceof ConnectException) {
      return e.getMessage() == null ? "cannot connect" : "cannot connect: " + e.getMessage();
    }
    String message = String.valueOf(e.getMessage());
    return "connection broken: " + (message.endsWith("received no bytes") ? "closed without an answer" : message);
  }
}
