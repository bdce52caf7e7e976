package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ApacheHttpClientTest {
  private final HttpPeer peer = new HttpPeer();
  private final PoolingHttpClientConnectionManager connections = PoolingHttpClientConnectionManagerBuilder.create()
      .setMaxConnPerRoute(HttpPeer.TOGETHER)
      .setMaxConnTotal(HttpPeer.TOGETHER)
      .build();
  private final CloseableHttpClient client = HttpClients.custom().setConnectionManager(connections).build();

  ApacheHttpClientTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    client.close();
    peer.close();
  }

  private HttpGet get(String path) {
    return new HttpGet(peer.url(path));
  }

  private String text(HttpGet request) throws IOException {
    return client.execute(request, response -> EntityUtils.toString(response.getEntity()));
  }

  /** A blocking call in a task, ended by the request's own cancellation. */
  private String fetch(Fibers fibers, HttpGet request) throws IOException {
    return Async.cancellable(() -> fibers.blocking(() -> text(request)), () -> {
      request.cancel();
    });
  }

  /** All connections are back in the pool, and the pool gives them out again. */
  private void assertUsable(Fibers fibers) throws IOException {
    assertThat(connections.getTotalStats().getLeased()).isZero();
    assertThat(connections.getTotalStats().getPending()).isZero();
    List<String> texts = Async.mapConcurrently(IntStream.range(0, HttpPeer.TOGETHER).boxed().toList(),
        i -> fetch(fibers, get("/together")));
    assertThat(texts).hasSize(HttpPeer.TOGETHER).containsOnly("together");
    assertThat(connections.getTotalStats().getLeased()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void execute_inManyTasks_goesOnInAllAtATime(Fibers fibers) throws Exception {
    fibers.run(() -> assertUsable(fibers));
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void execute_cancelledByItsOwnCancel_givesItsConnectionBack(Fibers fibers) throws Exception {
    fibers.run(() -> {
      Cancelled.whenSeen(peer.seen, () -> fetch(fibers, get("/never")));
      for (int i = 0; i < HttpPeer.TOGETHER; i++) {
        Cancelled.byTimeout(() -> fetch(fibers, get("/never")));
      }
      assertUsable(fibers);
    });
  }

  /** The interrupt closes the socket, and is found where the client would wait before it tries once more. */
  @Test
  void execute_cancelledOnAConfinedFiber_givesItsConnectionBack() throws Exception {
    Fibers.CONFINED.run(() -> {
      Cancelled.whenSeen(peer.seen, () -> text(get("/never")));
      for (int i = 0; i < HttpPeer.TOGETHER; i++) {
        Cancelled.byTimeout(() -> text(get("/never")));
      }
      assertUsable(Fibers.CONFINED);
    });
  }

  /** Tasks that wait for a connection of the pool while others have them all. */
  @Test
  void execute_cancelledInTheQueueForAConnection_leavesTheQueue() throws Exception {
    Fibers.CONFINED.run(() -> {
      HttpGet[] never = IntStream.range(0, HttpPeer.TOGETHER).mapToObj(i -> get("/never")).toArray(HttpGet[]::new);
      List<Task<String>> holders = Arrays.stream(never)
          .map(request -> Async.createTask(() -> fetch(Fibers.CONFINED, request)))
          .toList();
      Async.toThread(() -> peer.seen.await());
      while (connections.getTotalStats().getLeased() < HttpPeer.TOGETHER) {
        Async.sleep(Duration.ofMillis(1));
      }
      Cancelled.byTimeout(() -> text(get("/hello")));
      holders.forEach(holder -> holder.cancel());
      Async.awaitAll(holders);
      assertUsable(Fibers.CONFINED);
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void asyncClient_awaitedAsAStage_isCancelledWithTheTask(Fibers fibers) throws Exception {
    try (CloseableHttpAsyncClient async = HttpAsyncClients.createDefault()) {
      async.start();
      fibers.run(() -> {
        assertThat(Async.await(start(async, "/hello")).getBodyText()).isEqualTo("hello");
        Cancelled.whenSeen(peer.seen, () -> Async.await(start(async, "/never")));
        assertThat(Async.await(start(async, "/hello")).getBodyText()).isEqualTo("hello");
      });
    }
  }

  private CompletableFuture<SimpleHttpResponse> start(CloseableHttpAsyncClient async, String path) {
    SimpleHttpRequest request = SimpleRequestBuilder.get(peer.url(path)).build();
    CompletableFuture<SimpleHttpResponse> answer = new CompletableFuture<>();
    Future<SimpleHttpResponse> exchange = async.execute(request, new FutureCallback<>() {
      @Override
      public void completed(SimpleHttpResponse result) {
        answer.complete(result);
      }

      @Override
      public void failed(Exception e) {
        answer.completeExceptionally(e);
      }

      @Override
      public void cancelled() {
        answer.cancel(false);
      }
    });
    CompletableFuture<SimpleHttpResponse> _ = answer.whenComplete((value, thrown) -> {
      if (answer.isCancelled()) {
        exchange.cancel(true);
      }
    });
    return answer;
  }
}
