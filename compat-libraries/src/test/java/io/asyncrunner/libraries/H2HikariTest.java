package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.asyncrunner.Async;
import io.asyncrunner.Task;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** H2 computes and waits for locks on the thread of its caller; the pool waits in a queue. */
class H2HikariTest {
  /** Counts the rows of an endless table. */
  private static final String ENDLESS = "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 1000000000000) WHERE SEEN(X)";

  private static volatile CountDownLatch seen = new CountDownLatch(1);

  /** What {@link #ENDLESS} calls for each row. */
  public static final class Rows {
    private Rows() {}

    /** Tells that the query is under way. */
    public static boolean seen(long row) {
      seen.countDown();
      return row > 0;
    }
  }

  private static HikariDataSource pool(String url, int connections) throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(60_000);
    HikariDataSource pool = new HikariDataSource(config);
    try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
      statement.execute("CREATE ALIAS SEEN DETERMINISTIC FOR '" + Rows.class.getName() + ".seen'");
      statement.execute("CREATE TABLE T (ID INT PRIMARY KEY, N INT)");
      statement.execute("INSERT INTO T VALUES (1, 0)");
    }
    seen = new CountDownLatch(1);
    return pool;
  }

  private static HikariDataSource inMemory(int connections) throws SQLException {
    return pool("jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=60000", connections);
  }

  private static int update(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate("UPDATE T SET N = N + 1 WHERE ID = 1");
    }
  }

  private static int count(HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT N FROM T WHERE ID = 1")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** All connections are in the pool, and each of them works. */
  private static void assertClean(HikariDataSource pool, int connections) throws SQLException {
    assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    assertThat(pool.getHikariPoolMXBean().getThreadsAwaitingConnection()).isZero();
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      all.add(pool.getConnection());
    }
    for (Connection connection : all) {
      assertThat(update(connection)).isOne();
      assertThat(connection.isValid(10)).isTrue();
    }
    for (Connection connection : all) {
      connection.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void update_inMoreTasksThanConnections_isDoneOnceByEach(Fibers fibers) throws Exception {
    try (HikariDataSource pool = inMemory(2)) {
      fibers.run(() -> Async.forEachConcurrently(IntStream.range(0, 20).boxed().toList(), 20, i -> {
        try (Connection connection = Async.openOnThread(() -> pool.getConnection())) {
          Async.toThread(() -> update(connection));
        }
      }));
      assertThat(count(pool)).isEqualTo(20);
      assertClean(pool, 2);
    }
  }

  /** The second update waits for the row that the first holds; a third task commits. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void rowLock_heldByAnotherTask_suspendsOnlyWhoWaitsForIt(Fibers fibers) throws Exception {
    try (HikariDataSource pool = inMemory(2)) {
      fibers.run(() -> {
        try (Connection first = pool.getConnection(); Connection second = pool.getConnection()) {
          first.setAutoCommit(false);
          update(first);
          Task<Integer> waiting = Async.createTask(() -> fibers.blocking(() -> update(second)));
          Async.sleep(Duration.ofMillis(20));
          assertThat(waiting.isDone()).isFalse();
          first.commit();
          assertThat(waiting.await()).isOne();
        }
      });
      assertThat(count(pool)).isEqualTo(2);
      assertClean(pool, 2);
    }
  }

  /** {@code getConnection} of an empty pool throws an SQLException around the InterruptedException. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void getConnection_cancelledWhileThePoolIsEmpty_losesNoConnection(Fibers fibers) throws Exception {
    try (HikariDataSource pool = inMemory(1)) {
      fibers.run(() -> {
        try (Connection only = pool.getConnection()) {
          for (int i = 0; i < 10; i++) {
            Cancelled.byTimeout(() -> {
              try (Connection never = fibers.blocking(() -> pool.getConnection())) {
                throw new AssertionError(never);
              }
            });
            Cancelled.byTimeout(() -> {
              try (Connection never = Async.openOnThread(() -> pool.getConnection())) {
                throw new AssertionError(never);
              }
            });
          }
          assertThat(only.isClosed()).isFalse();
        }
        // What openOnThread began is still in the queue, and gives back what it gets.
        while (pool.getHikariPoolMXBean().getThreadsAwaitingConnection() > 0
            || pool.getHikariPoolMXBean().getActiveConnections() > 0) {
          Async.sleep(Duration.ofMillis(1));
        }
      });
      assertClean(pool, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void query_cancelledByItsStatement_leavesItsConnectionUsable(Fibers fibers) throws Exception {
    try (HikariDataSource pool = inMemory(2)) {
      fibers.run(() -> {
        for (int i = 0; i < 20; i++) {
          seen = new CountDownLatch(1);
          try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
            Cancelled.whenSeen(seen, () -> Async.cancellable(
                () -> Async.toThread(() -> statement.executeQuery(ENDLESS)), statement::cancel));
            assertThat(connection.isValid(10)).isTrue();
          }
        }
      });
      assertClean(pool, 2);
    }
  }

  /** An interrupt would close the file under the whole database: H2 uses a FileChannel. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void fileDatabase_queryCancelledByItsStatement_staysOpen(Fibers fibers, @TempDir Path folder) throws Exception {
    try (HikariDataSource pool = pool("jdbc:h2:file:" + folder.resolve("db"), 2)) {
      fibers.run(() -> {
        try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
          Cancelled.whenSeen(seen, () -> Async.cancellable(
              () -> Async.toThread(() -> statement.executeQuery(ENDLESS)), statement::cancel));
        }
        assertThat(Async.toThread(() -> count(pool))).isZero();
      });
      assertClean(pool, 2);
    }
  }

  /** A query that is not cancelled otherwise runs to its end on a thread, and the task does not wait for it. */
  @Test
  void query_computedDirectlyInATask_holdsTheLoopUp() throws Exception {
    try (HikariDataSource pool = inMemory(1)) {
      Fibers.CONFINED.run(() -> {
        List<String> steps = new ArrayList<>();
        Task<Void> query = Async.createTask(() -> {
          steps.add("begins");
          try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) WHERE SEEN(X)").close();
          }
          steps.add("ends");
        });
        Task<Void> other = Async.createTask(() -> {
          steps.add("other");
        });
        Async.gather(query, other);
        assertThat(steps).containsExactly("begins", "ends", "other");
      });
    }
  }
}
