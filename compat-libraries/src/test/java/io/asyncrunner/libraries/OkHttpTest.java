package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OkHttpTest {
  private final HttpPeer peer = new HttpPeer();
  private final OkHttpClient client = new OkHttpClient();

  OkHttpTest() throws IOException {}

  @AfterEach
  void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
    peer.close();
  }

  private Call call(String path) {
    return client.newCall(new Request.Builder().url(peer.url(path)).build());
  }

  private static String text(Call call) throws IOException {
    try (Response response = call.execute()) {
      return response.body().string();
    }
  }

  /** A blocking call in a task, ended by the call's own cancellation. */
  private static String fetch(Fibers fibers, Call call) throws IOException {
    return Async.cancellable(() -> fibers.blocking(() -> text(call)), call::cancel);
  }

  private void assertUsable(Fibers fibers) throws IOException {
    assertThat(fetch(fibers, call("/hello"))).isEqualTo("hello");
    assertThat(client.dispatcher().runningCallsCount()).isZero();
    assertThat(client.connectionPool().connectionCount()).isEqualTo(client.connectionPool().idleConnectionCount());
  }

  /** The server answers none of them before it has all. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void execute_inManyTasks_goesOnInAllAtATime(Fibers fibers) throws Exception {
    fibers.run(() -> {
      List<String> texts = Async.mapConcurrently(IntStream.range(0, HttpPeer.TOGETHER).boxed().toList(),
          i -> fetch(fibers, call("/together")));
      assertThat(texts).hasSize(HttpPeer.TOGETHER).containsOnly("together");
      assertUsable(fibers);
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void execute_cancelledByItsOwnCancel_leavesTheClientUsable(Fibers fibers) throws Exception {
    fibers.run(() -> {
      Cancelled.whenSeen(peer.seen, () -> fetch(fibers, call("/never")));
      for (int i = 0; i < 5; i++) {
        Cancelled.byTimeout(() -> fetch(fibers, call("/never")));
      }
      assertUsable(fibers);
    });
  }

  /** The interrupt closes the socket. */
  @Test
  void execute_cancelledOnAConfinedFiber_leavesTheClientUsable() throws Exception {
    Fibers.CONFINED.run(() -> {
      Cancelled.whenSeen(peer.seen, () -> text(call("/never")));
      for (int i = 0; i < 5; i++) {
        Cancelled.byTimeout(() -> text(call("/never")));
      }
      assertUsable(Fibers.CONFINED);
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void enqueue_awaitedAsAStage_isCancelledWithTheTask(Fibers fibers) throws Exception {
    fibers.run(() -> {
      assertThat(Async.await(enqueue(call("/hello")), IOException.class)).isEqualTo("hello");
      Call never = call("/never");
      Cancelled.whenSeen(peer.seen, () -> Async.await(enqueue(never)));
      assertThat(never.isCanceled()).isTrue();
      assertThat(Async.await(enqueue(call("/hello")), IOException.class)).isEqualTo("hello");
    });
  }

  private static CompletableFuture<String> enqueue(Call call) {
    CompletableFuture<String> text = new CompletableFuture<>();
    CompletableFuture<String> _ = text.whenComplete((value, thrown) -> {
      if (text.isCancelled()) {
        call.cancel();
      }
    });
    call.enqueue(new Callback() {
      @Override
      public void onFailure(Call failed, IOException e) {
        text.completeExceptionally(e);
      }

      @Override
      public void onResponse(Call answered, Response response) throws IOException {
        try (response) {
          text.complete(response.body().string());
        }
      }
    });
    return text;
  }
}
