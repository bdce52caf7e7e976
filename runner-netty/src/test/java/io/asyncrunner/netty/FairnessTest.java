package io.asyncrunner.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.IoEventLoop;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Callbacks and channels do not starve each other: how long each waits for the other at most. */
class FairnessTest extends NettyTest {
  private static final String TRANSPORTS = "io.asyncrunner.netty.NettyTest#transports";

  /** How many iterations of nothing but callbacks the loop begins before it lets the poller look. */
  private static final int ITERATIONS_BETWEEN_POLLS = 64;

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  /** Callbacks without end, that each take longer than the time for which the transport may be left alone. */
  private static final class Flood implements Runnable {
    private final EventLoop loop = EventLoop.running();
    private final long nanos;
    private int calls;
    private boolean over;

    Flood(int atOnce, long nanos) {
      this.nanos = nanos;
      for (int i = 0; i < atOnce; i++) {
        loop.callSoon(this);
      }
    }

    @Override
    public void run() {
      if (!over) {
        calls++;
        spin(nanos);
        loop.callSoon(this);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void aFloodOfCallbacks_always_letsWhatHasComeInThroughAfterABoundedNumberOfIterations(Transport transport)
      throws Throwable {
    int atOnce = 5;
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      run(transport, () -> {
        ByteStream connection = Streams.connect(listening.getLocalSocketAddress());
        try (Socket peer = listening.accept()) {
          peer.setTcpNoDelay(true);
          connection.drain();
          Flood flood = new Flood(atOnce, TimeUnit.MICROSECONDS.toNanos(20));
          List<Integer> waits = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            CompletableAsyncFuture<Integer> sentAt = EventLoop.running().createFuture();
            EventLoop.running().callSoon(() -> {
              try {
                peer.getOutputStream().write(1); // is there at once: it is the same machine
                sentAt.setResult(flood.calls);
              } catch (java.io.IOException failed) {
                sentAt.setException(failed);
              }
            });
            connection.readExactly(1);
            waits.add(flood.calls - sentAt.result());
          }
          flood.over = true;
          // Then the turn that reads, the task's step, and for io_uring one more look, which hands the request in.
          assertThat(waits).allMatch(wait -> wait <= atOnce * (2 * ITERATIONS_BETWEEN_POLLS + 8));
          connection.abort();
        }
      });
    }
  }

  /** Tells how often the pipeline has been flushed. */
  private static StreamOptions counting(int[] flushes) {
    return StreamOptions.DEFAULT.withPipeline(pipeline -> pipeline.addLast(new ChannelOutboundHandlerAdapter() {
      @Override
      public void flush(ChannelHandlerContext context) throws Exception {
        flushes[0]++;
        super.flush(context);
      }
    }));
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void aFloodOfCallbacks_always_letsWhatIsWrittenOutAfterOneIteration(Transport transport) throws Throwable {
    int[] flushes = new int[1];
    int atOnce = 5;
    run(transport, () -> Streams.serve(anyPort(), ByteStream::readAll, server -> {
      ByteStream connection = Streams.connect(server.address(), counting(flushes));
      Flood flood = new Flood(atOnce, TimeUnit.MICROSECONDS.toNanos(20));
      for (int round = 1; round <= 20; round++) {
        int before = flood.calls;
        int flushesBefore = flushes[0];
        connection.write(new byte[1]);
        assertThat(flushes[0]).isEqualTo(flushesBefore);
        while (flushes[0] == flushesBefore) {
          EventLoop.running().yieldNow();
        }
        assertThat(flood.calls - before).isLessThanOrEqualTo(2 * atOnce);
      }
      flood.over = true;
      connection.close();
      return null;
    }));
  }

  /** The tasks that are ready may take long, each of them and so all together: what was written is not to wait for all. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void write_somethingHasBeenLeftForTooLong_sendsItAtOnce(Transport transport) throws Throwable {
    int[] flushes = new int[1];
    run(transport, () -> Streams.serve(anyPort(), ByteStream::readAll, server -> {
      ByteStream first = Streams.connect(server.address(), counting(flushes));
      ByteStream second = Streams.connect(server.address(), counting(flushes));
      first.write(new byte[1]);
      int flushesBefore = flushes[0];
      spin(NettyLoop.TURN_NANOS);
      second.write(new byte[1]);
      assertThat(flushes[0] - flushesBefore).isEqualTo(2);
      first.close();
      second.close();
      return null;
    }));
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void aFloodOfEvents_always_letsCallbacksThroughAfterABoundedTime(Transport transport) throws Throwable {
    long eventNanos = TimeUnit.MICROSECONDS.toNanos(200);
    int connections = 40; // together 8 ms, if nobody else had a turn
    int[] handled = new int[1];
    StreamOptions slow = StreamOptions.DEFAULT
        .withPipeline(pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            handled[0]++;
            spin(eventNanos);
            super.channelRead(context, message);
          }
        }));
    run(transport, () -> Streams.serve(anyPort(), slow, ByteStream::readAll, server -> {
      List<ByteStream> clients = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        clients.add(Streams.connect(server.address()));
      }
      int most = 0;
      for (int round = 0; round < 20; round++) {
        for (ByteStream client : clients) { // all at once
          client.write(new byte[1]);
          client.flush();
        }
        for (int i = 0; i < 30; i++) {
          int before = handled[0];
          EventLoop.running().yieldNow();
          most = Math.max(most, handled[0] - before);
        }
      }
      assertThat(handled[0]).as("events that were handled").isGreaterThan(10 * connections);
      assertThat(most).as("events between two turns of a task")
          .isLessThanOrEqualTo((int) (NettyLoop.TURN_NANOS / eventNanos) + 1);
      clients.forEach(ByteStream::close);
      return null;
    }));
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void aFloodOfNettysTasks_always_letsCallbacksThroughAfterABoundedTime(Transport transport) throws Throwable {
    long taskNanos = TimeUnit.MICROSECONDS.toNanos(200);
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      int[] ran = new int[1];
      boolean[] over = new boolean[1];
      Runnable endless = new Runnable() {
        @Override
        public void run() {
          if (!over[0]) {
            ran[0]++;
            spin(taskNanos);
            netty.execute(this);
          }
        }
      };
      netty.execute(endless);
      int most = 0;
      for (int i = 0; i < 50; i++) {
        int before = ran[0];
        EventLoop.running().yieldNow();
        most = Math.max(most, ran[0] - before);
      }
      over[0] = true;
      assertThat(ran[0]).isPositive();
      assertThat(most).isLessThanOrEqualTo((int) (NettyLoop.TURN_NANOS / taskNanos) + 1);
      Async.sleep(java.time.Duration.ofMillis(1));
    });
  }
}
