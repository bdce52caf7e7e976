package io.asyncrunner.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.LoopEngine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the tests on sockets share. After each, nothing may have been reported that it did not expect; after each class, no buffer be
 * left.
 */
@ExtendWith(Leaks.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class NettyTest {
  static final Duration LONG = Duration.ofSeconds(50);

  /** What was reported to the exception handler. */
  final List<ExceptionContext> reports = new CopyOnWriteArrayList<>();

  /** The transports that the fibers of this JVM allow, all three where they are confined; or those that the build names. */
  static Stream<Transport> transports() {
    String named = System.getProperty("asyncrunner.netty.transports", "NIO,EPOLL,IO_URING");
    return Arrays.stream(named.split(","))
        .map(Transport::valueOf)
        .filter(transport -> !transport.isTiedToAThread() || hasConfinedFibers());
  }

  static boolean hasConfinedFibers() {
    return EventLoopProvider.best().name().equals("virtual threads");
  }

  static EventLoopFactory loops(Transport transport) {
    return switch (transport) {
      case NIO -> NettyLoops.nio();
      case EPOLL -> NettyLoops.epoll();
      case IO_URING -> NettyLoops.ioUring();
    };
  }

  Runner newRunner(Transport transport) {
    return Runner.builder().loopFactory(() -> {
      LoopEngine loop = loops(transport).newEventLoop();
      loop.setExceptionHandler((reporting, report) -> reports.add(report));
      return loop;
    }).build();
  }

  /** Runs a coroutine on a loop of its own. */
  void run(Transport transport, VoidCoroutine<Throwable> body) throws Throwable {
    try (Runner runner = newRunner(transport)) {
      runner.run(body);
    }
  }

  @AfterEach
  void nothingWasReported() {
    assertThat(reports).as("reports that the test did not expect").isEmpty();
  }

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** Waits on the loop until something is so. */
  static void until(Callable<Boolean> condition) throws Exception {
    Async.timeout(LONG, () -> {
      while (!condition.call()) {
        Async.sleep(Duration.ofMillis(1));
      }
    });
  }
}
