package io.asyncrunner.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients and a server that are reset, stalled, cancelled and closed half-way at random, for a while; then nothing may be left: no
 * buffer, descriptor, thread or task, nor may the loop have gathered memory meanwhile.
 *
 * <p>A few seconds for each transport in the build. For long:
 *
 * <pre>
 * mvn test -pl runner-netty -am -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false -Dasyncrunner.soak=PT10M
 * </pre>
 *
 * <p>The seed is printed; {@code -Dasyncrunner.soak.seed=} takes one. What it fixes is the faults, not when the system delivers what.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class SoakTest extends NettyTest {
  private static final Duration LENGTH = Duration.parse(System.getProperty("asyncrunner.soak", "PT3S"));
  private static final long SEED = Long.getLong("asyncrunner.soak.seed", System.nanoTime());
  private static final int CLIENTS = 24;
  private static final int ENOUGH_FAULTS = 20;
  private static final int ENOUGH_EXCHANGES = 100;
  /** What the heap may grow by, rather than by what a hundred connections take. */
  private static final long HEAP_SLACK = 32L << 20;

  private int exchanged;
  private int faults;
  private int handled;
  /** After collecting garbage, with the server open and all clients gone. */
  private long heap;

  @ParameterizedTest
  @MethodSource("io.asyncrunner.netty.NettyTest#transports")
  void soak_randomFaults_leavesNothing(Transport transport) throws Throwable {
    round(transport, Duration.ofMillis(500), 1); // so that what is made once is there
    Leaks.take();
    long descriptors = descriptors();
    Set<Thread> threads = threads();
    long heapBefore = heap;
    exchanged = 0;
    faults = 0;
    handled = 0;
    round(transport, LENGTH, SEED);
    System.out.printf(
        "soak on %s, seed %d: %,d exchanges, %,d faults by clients, %,d handlers that ended with an exception, heap %,d -> %,d KiB%n",
        transport, SEED, exchanged, faults, handled, heapBefore >> 10, heap >> 10);
    assertThat(exchanged).as("exchanges").isGreaterThan(ENOUGH_EXCHANGES);
    assertThat(heap).as("bytes of the heap").isLessThan(heapBefore + HEAP_SLACK);
    assertThat(Leaks.take()).as("buffers that nobody released").isEmpty();
    assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors);
    Set<Thread> left = threads();
    left.removeAll(threads);
    for (Thread thread : left) {
      thread.join(60_000);
    }
    left.removeIf(thread -> !thread.isAlive());
    assertThat(left).as("threads").isEmpty();
  }

  private void round(Transport transport, Duration length, long seed) throws Throwable {
    Random random = new Random(seed);
    StreamOptions options = StreamOptions.DEFAULT.withGrace(Duration.ofMillis(200));
    run(transport, () -> {
      EventLoop loop = EventLoop.running();
      loop.setExceptionHandler((reporting, report) -> {
        if (report.exception() instanceof IOException) {
          handled++;
        } else {
          reports.add(report);
        }
      });
      Streams.serve(anyPort(), options, connection -> echo(connection, random), server -> {
        long end = loop.deadline(length);
        TaskGroup.run((TaskGroup group) -> {
          for (int i = 0; i < CLIENTS; i++) {
            group.createTask(() -> {
              while (loop.time() < end || faults < ENOUGH_FAULTS || exchanged <= ENOUGH_EXCHANGES) { // also where the machine is slow
                client(server, random);
              }
            });
          }
        });
        heap = heap();
        return null;
      });
      assertThat(loop.allTasks()).as("tasks").containsExactly(Async.currentTask());
    });
  }

  private static void echo(ByteStream connection, Random random) throws IOException {
    for (byte[] block = connection.read(1 << 14); block.length > 0; block = connection.read(1 << 14)) {
      connection.write(block);
      connection.drain();
      if (random.nextInt(200) == 0) {
        throw new IOException("a fault of the handler");
      }
    }
  }

  private void client(Server server, Random random) {
    ByteStream connection;
    try {
      connection = Streams.connect(server.address());
    } catch (IOException refused) { // a backlog that is full
      faults++;
      return;
    }
    try {
      int rounds = random.nextInt(20);
      for (int i = 0; i < rounds; i++) {
        byte[] sent = new byte[1 + random.nextInt(1 << random.nextInt(18))];
        random.nextBytes(sent);
        connection.write(sent);
        if (random.nextInt(30) == 0) {
          fault(connection, random);
          return;
        }
        byte[] answer = Async.timeout(LONG, () -> connection.readExactly(sent.length));
        assertThat(Arrays.equals(answer, sent)).as("the answer is what was sent").isTrue();
        exchanged++;
      }
      connection.shutdownOutput();
      connection.readAll();
      connection.close();
      connection.awaitClosed();
    } catch (IOException lost) { // by a fault of the handler
      faults++;
    } finally {
      connection.abort();
    }
  }

  private void fault(ByteStream connection, Random random) throws IOException {
    faults++;
    switch (random.nextInt(6)) {
      case 0 -> { // a reset
        connection.channel().config().setOption(io.netty.channel.ChannelOption.SO_LINGER, 0);
        connection.abort();
      }
      case 1 -> connection.close(); // with an answer on its way
      case 2 -> { // half-way
        connection.shutdownOutput();
        Async.sleep(Duration.ofMillis(random.nextInt(5)));
      }
      case 3 -> Async.sleep(Duration.ofMillis(random.nextInt(50))); // a stall
      case 4 -> { // never reads
        try {
          Async.timeout(Duration.ofMillis(20), () -> {
            while (true) {
              connection.write(new byte[1 << 16]);
              connection.drain();
            }
          });
        } catch (io.asyncrunner.DeadlineExceededException full) {
          return;
        }
      }
      default -> { // cancelled while it reads
        var reading = Async.createTask(() -> connection.readExactly(1 << 20));
        Async.sleep(Duration.ofMillis(random.nextInt(3)));
        reading.cancel();
        try {
          reading.await();
        } catch (CancelledError cancelled) {
          return;
        } catch (java.util.concurrent.CompletionException failed) {
          return;
        }
      }
    }
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long descriptors() throws IOException {
    System.gc();
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(SoakTest::target)
          .filter(target -> target.contains("socket:") || target.contains("anon_inode"))
          .count();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "";
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .filter(thread -> thread.getName().startsWith("asyncrunner"))
        .collect(Collectors.toSet());
  }
}
