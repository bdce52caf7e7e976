package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LettuceTest {
  private final RespServer server = new RespServer();
  private final RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port());
  private final StatefulRedisConnection<String, String> connection = client.connect();

  LettuceTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(10));
    server.close();
  }

  /** All tasks share the connection. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void async_awaitedInManyTasks_hasItsAnswers(Fibers fibers) {
    fibers.run(() -> Async.forEachConcurrently(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8, i -> {
      Async.await(connection.async().set("k" + i, "v" + i));
      assertThat(Async.await(connection.async().get("k" + i))).isEqualTo("v" + i);
    }));
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void sync_inATask_letsAnotherGoOnThatPushes(Fibers fibers) throws Exception {
    try (StatefulRedisConnection<String, String> ofItsOwn = client.connect()) {
      fibers.run(() -> {
        Task<KeyValue<String, String>> popped = Async
            .createTask(() -> fibers.blocking(() -> ofItsOwn.sync().blpop(0, "jobs")));
        Async.toThread(() -> server.waiting.await());
        Async.await(connection.async().rpush("jobs", "job"));
        assertThat(popped.await().getValue()).isEqualTo("job");
      });
    }
  }

  /** The command is cancelled; its connection, at whose other end the server still waits, has to be closed. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void blpop_cancelled_isDoneWithOnceItsConnectionIsClosed(Fibers fibers) throws Exception {
    fibers.run(() -> {
      StatefulRedisConnection<String, String> ofItsOwn = client.connect();
      RedisFuture<KeyValue<String, String>> command = ofItsOwn.async().blpop(0, "jobs");
      Cancelled.whenSeen(server.waiting, () -> Async.await(command));
      assertThat(command.isCancelled()).isTrue();
      assertThat(server.waiters()).isOne();
      Async.await(ofItsOwn.closeAsync());
      while (server.waiters() > 0) {
        Async.sleep(Duration.ofMillis(1));
      }
      assertThat(Async.await(connection.async().ping())).isEqualTo("PONG");
    });
  }

  /** It throws an exception of its own around the InterruptedException. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void sync_cancelled_leavesTheClientUsable(Fibers fibers) throws Exception {
    try (StatefulRedisConnection<String, String> ofItsOwn = client.connect()) {
      fibers.run(() -> {
        Cancelled.whenSeen(server.waiting, () -> fibers.blocking(() -> ofItsOwn.sync().blpop(0, "jobs")));
        assertThat(Async.await(connection.async().ping())).isEqualTo("PONG");
      });
    }
  }
}
