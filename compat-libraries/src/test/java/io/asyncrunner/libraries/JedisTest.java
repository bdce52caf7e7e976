package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

class JedisTest {
  private final RespServer server = new RespServer();

  JedisTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private RedisClient pooled(int connections) {
    GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(connections);
    pool.setMaxWait(Duration.ofMinutes(1)); // without it, commons-pool spins while another task connects, and the loop with it
    return RedisClient.builder().hostAndPort("127.0.0.1", server.port()).poolConfig(pool).build();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void commands_inManyTasksOnOnePool_haveTheirAnswers(Fibers fibers) {
    try (RedisClient redis = pooled(4)) {
      fibers.run(() -> {
        Async.forEachConcurrently(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8, i -> {
          fibers.blocking(() -> redis.set("k" + i, "v" + i));
          assertThat(fibers.<String, RuntimeException>blocking(() -> redis.get("k" + i))).isEqualTo("v" + i);
        });
      });
      assertThat(redis.getPool().getNumActive()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void blpop_inATask_letsAnotherGoOnThatPushes(Fibers fibers) {
    try (RedisClient redis = pooled(2)) {
      fibers.run(() -> {
        Task<List<String>> popped = Async.createTask(() -> fibers.blocking(() -> redis.blpop(0, "jobs")));
        Async.toThread(() -> server.waiting.await());
        fibers.blocking(() -> redis.rpush("jobs", "job"));
        assertThat(popped.await()).containsExactly("jobs", "job");
      });
      assertThat(redis.getPool().getNumActive()).isZero();
    }
  }

  /** The interrupt closes the socket; the pool throws the broken connection away, and the server takes the client off its list. */
  @Test
  void blpop_cancelledOnAConfinedFiber_leavesPoolAndServerClean() throws Exception {
    try (RedisClient redis = pooled(2)) {
      Fibers.CONFINED.run(() -> {
        Cancelled.whenSeen(server.waiting, () -> redis.blpop(0, "jobs"));
        for (int i = 0; i < 10; i++) {
          Cancelled.byTimeout(() -> redis.blpop(0, "jobs"));
        }
        assertThat(redis.getPool().getNumActive()).isZero();
        while (server.waiters() > 0) {
          Async.sleep(Duration.ofMillis(1));
        }
        redis.rpush("jobs", "job");
        assertThat(redis.blpop(0, "jobs")).containsExactly("jobs", "job");
        assertThat(redis.getPool().getNumActive()).isZero();
      });
    }
  }

  /** Where an interrupt does not end a read, closing the connection does. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void blpop_cancelledByDisconnect_leavesTheServerClean(Fibers fibers) throws Exception {
    fibers.run(() -> {
      try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
        Cancelled.whenSeen(server.waiting, () -> Async.cancellable(
            () -> fibers.blocking(() -> jedis.blpop(0, "jobs")), jedis::disconnect));
      }
      while (server.clients() > 0) {
        Async.sleep(Duration.ofMillis(1));
      }
      assertThat(server.waiters()).isZero();
    });
  }

  /** Tasks that wait for a connection while others have them all. */
  @Test
  void pool_cancelledWhileItIsEmpty_losesNoConnection() throws Exception {
    try (RedisClient redis = pooled(1)) {
      Fibers.CONFINED.run(() -> {
        Task<List<String>> holder = Async.createTask(() -> redis.blpop(0, "jobs"));
        Async.toThread(() -> server.waiting.await());
        for (int i = 0; i < 10; i++) {
          Cancelled.byTimeout(() -> redis.get("k"));
        }
        holder.cancel();
        Async.awaitAll(List.of(holder));
        assertThat(redis.set("k", "v")).isEqualTo("OK");
        assertThat(redis.getPool().getNumActive()).isZero();
        assertThat(redis.getPool().getNumWaiters()).isZero();
      });
    }
  }
}
