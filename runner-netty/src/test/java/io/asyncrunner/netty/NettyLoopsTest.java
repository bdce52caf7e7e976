package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static io.asyncrunner.contract.Contract.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.Fiber;
import io.asyncrunner.spi.LoopEngine;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Netty and the loop are to each other: threads, tasks, timers, futures. */
class NettyLoopsTest extends NettyTest {
  private static final String TRANSPORTS = "io.asyncrunner.netty.NettyTest#transports";

  // --- which loops there are ---

  @Test
  @Tag("natives")
  void unavailableReason_allTransports_areAvailableHere() {
    assertThat(Transport.values()).allSatisfy(
        transport -> assertThat(NettyLoops.unavailableReason(transport)).as(transport.toString()).isNull());
  }

  @Test
  @Tag("natives")
  void best_epollIsAvailable_isEpoll() {
    try (Runner runner = Runner.builder().loopFactory(NettyLoops.best()).build()) {
      assertThat(runner.loop().toString()).contains("Netty epoll");
    }
  }

  /** As NIO does; and had it been told to wait on, it would next have cleared an interrupt that came at that moment. */
  @Test
  void poll_theTransportAsksAgainAfterItsWait_isToldToComeBack() {
    List<Boolean> answers = new ArrayList<>();
    NettyLoop netty = NettyLoop.create(Transport.NIO, executor -> new IoHandler() {
      @Override
      public int run(IoHandlerContext context) {
        for (int i = 0; i < 3; i++) {
          answers.add(context.canBlock());
        }
        return 0;
      }

      @Override
      public IoRegistration register(IoHandle handle) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void wakeup() {}

      @Override
      public boolean isCompatible(Class<? extends IoHandle> type) {
        return false;
      }

      @Override
      public void prepareToDestroy() {}

      @Override
      public void destroy() {}
    });
    LoopEngine loop = EventLoops.of(netty.poller(), host -> {
      netty.setLoop(host.loop());
      return PlatformThreadLoops.fibers().attach(host);
    });
    for (int i = 0; i < 2; i++) {
      answers.clear();
      netty.poller().poll(1_000);
      assertThat(answers).containsExactly(true, true, false);
    }
    loop.close();
  }

  @Test
  void eventLoop_anotherKindOfLoop_refusedWithWhatToUse() {
    try (Runner runner = Runner.builder().loopFactory(PlatformThreadLoops.factory()).build()) {
      EventLoop loop = runner.loop();
      assertThatIllegalArgumentException().isThrownBy(() -> NettyLoops.eventLoop(loop))
          .withMessageContaining("NettyLoops.best()");
    }
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void eventLoop_theLoopIsClosed_refusedAndTerminated(Transport transport) {
    EventLoop loop;
    IoEventLoop netty;
    try (Runner runner = newRunner(transport)) {
      loop = runner.loop();
      netty = NettyLoops.eventLoop(loop);
      runner.run(() -> {});
    }
    assertThat(netty.isTerminated()).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> NettyLoops.eventLoop(loop));
  }

  @Test
  @Tag("natives")
  void ioUring_fibersAreThreads_refusedWithWhatToUse() {
    assertThatIllegalStateException()
        .isThrownBy(() -> NettyLoops.factory(Transport.IO_URING, PlatformThreadLoops.fibers()::attach).newEventLoop())
        .withMessageContaining("platform threads")
        .withMessageContaining("asyncrunner-virtualthreads")
        .withMessageContaining("NettyLoops.epoll()");
  }

  @Test
  @Tag("natives")
  @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = "needs confined fibers")
  void ioUring_anotherThread_isRefusedToRunAndToClose() throws Exception {
    try (Runner runner = newRunner(Transport.IO_URING)) {
      runner.run(() -> {});
      LoopEngine loop = LoopEngine.of(runner.loop());
      assertThatRefused(() -> {
        runner.run(() -> {});
        return null;
      });
      assertThatRefused(() -> closeHere(runner));
      assertThatRefused(() -> {
        loop.close();
        return null;
      });
      assertThat(runner.<String, RuntimeException>run(() -> "usable")).isEqualTo("usable");
    }
  }

  @SuppressWarnings("try") // by hand
  private static Void closeHere(Runner runner) {
    runner.close();
    return null;
  }

  private static void assertThatRefused(Callable<Void> call) {
    Assertions.assertThatThrownBy(() -> start(call).join())
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("first thread that ran it")
        .hasMessageContaining("another-thread");
  }

  // --- on which thread ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void inEventLoop_everywhere_isTrueOfTheFibersOfTheLoopAlone(Transport transport) throws Throwable {
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      assertThat(netty.inEventLoop()).as("in a task").isTrue();
      CompletableAsyncFuture<Boolean> inCallback = EventLoop.running().createFuture();
      EventLoop.running().callSoon(() -> inCallback.setResult(netty.inEventLoop()));
      assertThat(inCallback.await()).as("in a callback").isTrue();
      assertThat(NettyFutures.await(netty.submit(() -> netty.inEventLoop()))).as("in a task of Netty's").isTrue();
      assertThat(awaitOnAnotherThread(() -> netty.inEventLoop())).as("on another thread").isFalse();
    });
  }

  /** Netty's tasks, timers and handlers run on a fiber, which is none of a task's. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void handlersTasksAndTimers_always_runOnAFiberOfTheLoop(Transport transport) throws Throwable {
    run(transport, () -> {
      EventLoop loop = EventLoop.running();
      IoEventLoop netty = NettyLoops.eventLoop(loop);
      List<String> where = new ArrayList<>();
      Runnable look = () -> {
        Fiber fiber = Fiber.current();
        where.add(fiber == null ? "on the bare thread" : fiber.loop() != loop ? "elsewhere" : "task " + fiber.task());
      };
      netty.execute(look);
      NettyFutures.await(netty.submit(look));
      NettyFutures.await(netty.schedule(look, 1, TimeUnit.MILLISECONDS));
      awaitOnAnotherThread(() -> netty.submit(look).sync());
      ChannelFuture listening = new ServerBootstrap().group(netty, netty)
          .channel(transport.serverChannel(anyPort()))
          .childHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
              look.run();
              ChannelFuture unused = channel.close();
            }
          })
          .bind(anyPort());
      NettyFutures.await(listening, IOException.class);
      awaitOnAnotherThread(() -> {
        InetSocketAddress address = (InetSocketAddress) listening.channel().localAddress();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
          return socket.getInputStream().read();
        }
      });
      assertThat(where).hasSize(5).containsOnly("task null");
    });
  }

  /** What a task writes goes out on its own fiber, at once. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void write_inATask_runsTheHandlersThere(Transport transport) throws Throwable {
    run(transport, () -> Streams.serve(anyPort(), ByteStream::readAll, server -> {
      ByteStream connection = Streams.connect(server.address());
      List<Object> writers = new ArrayList<>();
      connection.channel().pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
          writers.add(Fiber.current().task());
          super.write(context, message, promise);
        }
      });
      connection.write(new byte[1]);
      assertThat(writers).containsExactly(Async.currentTask());
      connection.close();
      return null;
    }));
  }

  /** A handler that blocks holds up the channels, not the tasks; and while it does, nobody else is in Netty. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = "elsewhere what blocks holds up the loop")
  void handler_blocks_tasksGoOnAndNobodyElseIsInNetty(Transport transport) throws Throwable {
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      CountDownLatch mayGoOn = new CountDownLatch(1);
      List<String> trace = new ArrayList<>();
      Future<?> blocking = netty.submit(() -> {
        trace.add("blocks");
        mayGoOn.await();
        trace.add("goes on");
        return null;
      });
      while (trace.isEmpty()) {
        EventLoop.running().yieldNow();
      }
      Async.sleep(Duration.ofMillis(5));
      assertThat(netty.inEventLoop()).as("another one is in there").isFalse();
      Future<?> queued = netty.submit(() -> trace.add("queued"));
      Async.sleep(Duration.ofMillis(5));
      trace.add("tasks go on");
      mayGoOn.countDown();
      NettyFutures.await(blocking);
      NettyFutures.await(queued);
      assertThat(trace).containsExactly("blocks", "tasks go on", "goes on", "queued");
      assertThat(netty.inEventLoop()).isTrue();
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void schedule_loopIsIdle_runsInTime(Transport transport) throws Throwable {
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      long began = System.nanoTime();
      NettyFutures.await(netty.schedule(() -> {}, 20, TimeUnit.MILLISECONDS));
      assertThat(System.nanoTime() - began).isBetween(TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.SECONDS.toNanos(60));
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void execute_fromAnotherThreadWhileTheLoopWaits_wakesItEachTime(Transport transport) throws Throwable {
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      awaitOnAnotherThread(() -> {
        for (int i = 0; i < 2_000; i++) {
          netty.submit(() -> {}).get(120, TimeUnit.SECONDS);
        }
        return null;
      });
    });
  }

  /** Many Netty programs shut their group down when they end; the loop is ours. It ends at once then, without a quiet period. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void shutdownGracefully_byAUser_hasNoEffectUntilTheLoopIsClosed(Transport transport) throws Throwable {
    try (Runner runner = newRunner(transport)) {
      IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
      runner.run(() -> {
        Future<?> unused = netty.shutdownGracefully();
        Async.sleep(Duration.ofMillis(1));
        assertThat(NettyFutures.await(netty.submit(() -> "alive"))).isEqualTo("alive");
      });
    }
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_channelsAreOpen_closesThem(Transport transport) throws Throwable {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ByteStream[] left = new ByteStream[1];
      CompletableFuture<Integer> peer = start(() -> {
        try (Socket accepted = listening.accept()) {
          return accepted.getInputStream().read();
        }
      });
      run(transport, () -> left[0] = Streams.connect(listening.getLocalSocketAddress()));
      assertThat(left[0].channel().isOpen()).isFalse();
      assertThat(peer.join()).as("the end").isEqualTo(-1);
    }
  }

  // --- futures ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void await_aFuture_givesItsResultOrThrowsItsException(Transport transport) throws Throwable {
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      assertThat(NettyFutures.await(netty.newSucceededFuture("done"))).isEqualTo("done");
      Promise<String> later = netty.newPromise();
      EventLoop.running().callSoon(() -> later.setSuccess("later"));
      assertThat(NettyFutures.await(later)).isEqualTo("later");
      IOException failure = new IOException("checked");
      Assertions.assertThatThrownBy(() -> NettyFutures.await(netty.newFailedFuture(failure), IOException.class))
          .isSameAs(failure);
      Assertions.assertThatThrownBy(() -> NettyFutures.await(netty.newFailedFuture(failure)))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(failure);
      Promise<String> elsewhere = netty.newPromise();
      CompletableFuture<Void> completed = start(() -> {
        elsewhere.setSuccess("by another thread");
        return null;
      });
      assertThat(NettyFutures.await(elsewhere)).isEqualTo("by another thread");
      Async.await(completed);
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void await_theTaskIsCancelled_cancelsTheFuture(Transport transport) throws Throwable {
    run(transport, () -> {
      Promise<String> promise = NettyLoops.eventLoop(EventLoop.running()).newPromise();
      var waiting = Async.createTask(() -> NettyFutures.await(promise));
      EventLoop.running().yieldNow();
      waiting.cancel();
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isTrue();
      assertThat(promise.isCancelled()).isTrue();
    });
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void await_theFutureIsCancelled_throwsThatAsAFailure(Transport transport) throws Throwable {
    run(transport, () -> {
      Promise<String> promise = NettyLoops.eventLoop(EventLoop.running()).newPromise();
      var waiting = Async.createTask(() -> NettyFutures.await(promise));
      EventLoop.running().yieldNow();
      promise.cancel(false);
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isFalse();
      assertThat(waiting.exception()).isInstanceOf(CancellationException.class);
    });
  }

  /** A future that cannot be cancelled any more does not hold the task. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void await_theTaskIsCancelledAndTheFutureCannotBe_theTaskIs(Transport transport) throws Throwable {
    run(transport, () -> {
      Promise<String> promise = NettyLoops.eventLoop(EventLoop.running()).newPromise();
      promise.setUncancellable();
      var waiting = Async.createTask(() -> NettyFutures.await(promise));
      EventLoop.running().yieldNow();
      waiting.cancel();
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isTrue();
      promise.setSuccess("late");
      EventLoop.running().yieldNow();
    });
  }

  /** That the handler below is used: an inbound handler of a user's sees what comes in, before the stream. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void pipeline_withHandlersOfTheUser_seesWhatComesIn(Transport transport) throws Throwable {
    List<Object> seen = new ArrayList<>();
    StreamOptions options = StreamOptions.DEFAULT
        .withPipeline(pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            seen.add(Fiber.current().task());
            super.channelRead(context, message);
          }
        }));
    run(transport, () -> Streams.serve(anyPort(), options, ByteStream::readAll, server -> {
      ByteStream connection = Streams.connect(server.address());
      connection.write(new byte[1]);
      connection.close();
      connection.awaitClosed();
      until(() -> server.connections() == 0);
      return null;
    }));
    assertThat(seen).isNotEmpty().containsOnlyNulls();
  }
}
