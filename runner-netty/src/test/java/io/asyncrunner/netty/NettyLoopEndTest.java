package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static io.asyncrunner.contract.Contract.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.LoopEngine;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.local.LocalIoHandle;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Netty's side of a loop does with what it was given, when the loop is closed and afterwards; and what it says it is. */
class NettyLoopEndTest extends NettyTest {
  private static final String TRANSPORTS = "io.asyncrunner.netty.NettyTest#transports";

  /** A peer that takes connections and does nothing else. */
  private static final class Peer implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> accepted = new ArrayList<>();

    Peer() throws IOException {}

    Channel connect() throws Exception {
      Channel channel = Streams.connect(listening.getLocalSocketAddress()).channel();
      accepted.add(listening.accept());
      return channel;
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : accepted) {
        socket.close();
      }
      listening.close();
    }
  }

  /** A handle that nobody registers. */
  private static final class Handle implements IoHandle {
    @Override
    public void handle(IoRegistration registration, IoEvent event) {}

    @Override
    public void close() {}
  }

  private static void assertRejected(ThrowingCallable call) {
    assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(call)
        .withMessageContaining("NettyLoop[")
        .withMessageContaining("has been closed");
  }

  // --- afterwards ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void execute_theLoopIsClosed_isRejectedFromEveryThread(Transport transport) throws Throwable {
    IoEventLoop netty;
    try (Runner runner = newRunner(transport)) {
      runner.run(() -> {});
      netty = NettyLoops.eventLoop(runner.loop());
      assertThat(netty.isShuttingDown()).isFalse();
      assertThat(netty.isShutdown()).isFalse();
      assertThat(netty.isTerminated()).isFalse();
    }
    assertThatItRejects(transport, netty);
    start(() -> {
      assertThatItRejects(transport, netty);
      return null;
    }).join();
  }

  /** As bootstraps do. */
  private static ChannelFuture register(EventLoopGroup netty, Channel channel) {
    return netty.register(channel);
  }

  private static void assertThatItRejects(Transport transport, IoEventLoop netty) throws Exception {
    Runnable task = () -> {};
    assertRejected(() -> netty.execute(task));
    assertRejected(() -> ((AbstractEventExecutor) netty).lazyExecute(task));
    assertRejected(() -> netty.submit(task));
    assertRejected(() -> netty.submit(task, "result"));
    assertRejected(() -> netty.submit(() -> "result"));
    assertRejected(() -> netty.invokeAny(List.of(() -> "result")));
    assertRejected(() -> netty.invokeAll(List.of(() -> "result")));
    assertRejected(() -> netty.schedule(task, 1, TimeUnit.HOURS));
    assertRejected(() -> netty.schedule(() -> "result", 0, TimeUnit.HOURS));
    assertRejected(() -> netty.scheduleAtFixedRate(task, 0, 1, TimeUnit.HOURS));
    assertRejected(() -> netty.scheduleWithFixedDelay(task, 0, 1, TimeUnit.HOURS));
    assertRejected(() -> netty.register(new Handle()));
    Channel channel = transport.channel(anyPort()).getConstructor().newInstance();
    ChannelFuture registering = register(netty, channel);
    assertThat(registering.isDone()).isTrue();
    assertThat(registering.cause()).isInstanceOf(RejectedExecutionException.class);
    assertThat(channel.isOpen()).isFalse();
    assertThat(netty.inEventLoop()).isFalse();
    assertThat(netty.isShuttingDown()).isTrue();
    assertThat(netty.isShutdown()).isTrue();
    assertThat(netty.isTerminated()).isTrue();
    assertThat(netty.terminationFuture().isSuccess()).isTrue();
    assertThat(netty.shutdownGracefully().isSuccess()).isTrue();
    assertThat(netty.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void execute_theLoopNeverRan_isRejectedAfterTheClose(Transport transport) throws Throwable {
    IoEventLoop netty;
    try (Runner runner = newRunner(transport)) {
      netty = NettyLoops.eventLoop(runner.loop());
    }
    assertThatItRejects(transport, netty);
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void writeAndFlush_fromAnotherThreadAfterTheClose_failsAndReleases(Transport transport) throws Throwable {
    try (Peer peer = new Peer()) {
      AtomicReference<Channel> channel = new AtomicReference<>();
      run(transport, () -> channel.set(peer.connect()));
      ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer().writeInt(1);
      ByteBuf unflushed = ByteBufAllocator.DEFAULT.buffer().writeInt(1);
      List<ChannelFuture> writes = new ArrayList<>();
      start(() -> {
        writes.add(channel.get().writeAndFlush(buffer));
        writes.add(channel.get().write(unflushed));
        return null;
      }).join();
      for (ChannelFuture future : writes) {
        assertThat(future.await(0)).isTrue();
        assertThat(future.cause()).isInstanceOf(RejectedExecutionException.class);
      }
      assertThat(buffer.refCnt()).isZero();
      assertThat(unflushed.refCnt()).isZero();
    }
  }

  // --- what was accepted ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_tasksAreQueued_runsThemAndWhatTheyQueue(Transport transport) throws Throwable {
    List<String> trace = new ArrayList<>();
    Future<String> submitted;
    try (Runner runner = newRunner(transport)) {
      IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
      runner.run(() -> {});
      submitted = netty.submit(() -> "done");
      netty.execute(() -> {
        trace.add("first");
        netty.execute(() -> trace.add(netty.inEventLoop() ? "its own" : "elsewhere"));
      });
    }
    assertThat(submitted.getNow()).isEqualTo("done");
    assertThat(trace).containsExactly("first", "its own");
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_aTaskQueuesItselfAgainAndAgain_comesToAnEnd(Transport transport) throws Throwable {
    AtomicReference<RejectedExecutionException> refused = new AtomicReference<>();
    try (Runner runner = newRunner(transport)) {
      IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
      netty.execute(new Runnable() {
        @Override
        public void run() {
          try {
            netty.execute(this);
          } catch (RejectedExecutionException closed) {
            refused.set(closed);
          }
        }
      });
    }
    assertThat(refused.get()).isNotNull();
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_timersAreSet_cancelsThem(Transport transport) throws Throwable {
    AtomicInteger runs = new AtomicInteger();
    List<ScheduledFuture<?>> timers = new ArrayList<>();
    List<ScheduledFuture<?>> heard = new ArrayList<>();
    try (Peer peer = new Peer(); Runner runner = newRunner(transport)) {
      IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
      runner.run(() -> {
        timers.add(netty.schedule(() -> {}, 1, TimeUnit.HOURS));
        timers.add(netty.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.HOURS));
        peer.connect().pipeline().addFirst(new ChannelInboundHandlerAdapter() {
          @Override
          public void channelInactive(ChannelHandlerContext context) {
            timers.add(netty.schedule(() -> {}, 1, TimeUnit.HOURS)); // while the loop closes
          }
        });
      });
      timers.add(netty.schedule(() -> {}, 1, TimeUnit.HOURS)); // not on the loop
      timers.add(netty.scheduleAtFixedRate(runs::incrementAndGet, 0, 1, TimeUnit.NANOSECONDS)); // and due
      timers.add(netty.scheduleWithFixedDelay(runs::incrementAndGet, 0, 1, TimeUnit.NANOSECONDS));
      for (ScheduledFuture<?> timer : timers) {
        Future<?> unused = timer.addListener(done -> heard.add(timer));
      }
    }
    assertThat(timers).hasSize(6).allSatisfy(timer -> assertThat(timer.isCancelled()).isTrue());
    assertThat(heard).hasSize(5);
    assertThat(runs).hasPositiveValue();
  }

  /** Else its descriptor would be left, and whoever waits for it. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_aHandlerConnectsAgain_failsAndClosesTheNewChannel(Transport transport) throws Throwable {
    List<ChannelFuture> again = new ArrayList<>();
    try (Peer peer = new Peer()) {
      run(transport, () -> {
        IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
        peer.connect().pipeline().addFirst(new ChannelInboundHandlerAdapter() {
          @Override
          public void channelInactive(ChannelHandlerContext context) {
            Bootstrap bootstrap = new Bootstrap().group(netty)
                .channel(transport.channel(anyPort()))
                .handler(new ChannelInboundHandlerAdapter());
            again.add(bootstrap.connect(peer.listening.getLocalSocketAddress()));
            netty.execute(() -> again.add(bootstrap.connect(peer.listening.getLocalSocketAddress())));
          }
        });
      });
    }
    assertThat(again).hasSize(2).allSatisfy(connecting -> {
      assertThat(connecting.isDone()).isTrue();
      assertThat(connecting.cause()).isNotNull();
      assertThat(connecting.channel().isOpen()).isFalse();
    });
  }

  /** What a fiber was doing in Netty when the loop was closed, and has not come back from, it finishes alone. */
  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = "elsewhere what blocks holds up the loop")
  void close_aTaskOfNettysIsBlocked_runsTheOthersItself(Transport transport) throws Throwable {
    CountDownLatch mayGoOn = new CountDownLatch(1);
    Future<Boolean> blocked;
    Future<Thread> next;
    try (Runner runner = newRunner(transport)) {
      IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
      AtomicInteger begun = new AtomicInteger();
      blocked = netty.submit(() -> {
        begun.incrementAndGet();
        mayGoOn.await();
        return netty.inEventLoop();
      });
      next = netty.submit(Thread::currentThread);
      runner.run(() -> until(() -> begun.get() > 0));
      LoopEngine.of(runner.loop()).close(); // the Runner itself would interrupt the one that is blocked
    }
    assertThat(next.getNow()).isSameAs(Thread.currentThread());
    mayGoOn.countDown();
    assertThat(blocked.get(10, TimeUnit.SECONDS)).as("counts as Netty's own").isFalse();
  }

  // --- while others submit ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_othersSubmitMeanwhile_eachTaskIsRunOrRejectedNeverBoth(Transport transport) throws Throwable {
    for (int round = 0; round < 30; round++) {
      Queue<AtomicInteger> accepted = new ConcurrentLinkedQueue<>();
      Queue<AtomicInteger> rejected = new ConcurrentLinkedQueue<>();
      Queue<ScheduledFuture<?>> timers = new ConcurrentLinkedQueue<>();
      List<CompletableFuture<Void>> submitters = new ArrayList<>();
      try (Runner runner = newRunner(transport)) {
        IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
        CountDownLatch underWay = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
          submitters.add(start(() -> {
            for (int n = 0;; n++) {
              AtomicInteger runs = new AtomicInteger();
              try {
                netty.execute(runs::incrementAndGet);
                accepted.add(runs);
              } catch (RejectedExecutionException closed) {
                rejected.add(runs);
                return null;
              }
              try {
                ScheduledFuture<?> timer = netty.schedule(() -> {}, 1, TimeUnit.HOURS);
                timers.add(timer);
                if (n % 2 == 0) {
                  timer.cancel(false); // throws nothing, however far the close has come
                }
              } catch (RejectedExecutionException closed) {
                return null;
              }
              if (n == 10) {
                underWay.countDown();
              }
            }
          }));
        }
        underWay.await();
      }
      submitters.forEach(CompletableFuture::join);
      assertThat(accepted).allSatisfy(runs -> assertThat(runs).hasValue(1));
      assertThat(rejected).allSatisfy(runs -> assertThat(runs).hasValue(0));
      assertThat(timers).allSatisfy(timer -> assertThat(timer.isCancelled()).isTrue());
    }
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void close_othersWriteMeanwhile_eachWriteCompletesAndReleases(Transport transport) throws Throwable {
    for (int round = 0; round < 10; round++) {
      Queue<ChannelFuture> writes = new ConcurrentLinkedQueue<>();
      Queue<ByteBuf> buffers = new ConcurrentLinkedQueue<>();
      List<CompletableFuture<Void>> writers = new ArrayList<>();
      try (Peer peer = new Peer()) {
        try (Runner runner = newRunner(transport)) {
          AtomicReference<Channel> channel = new AtomicReference<>();
          runner.run(() -> channel.set(peer.connect()));
          // Netty itself loses a write that makes a channel unwritable when the loop refuses the task that would say so.
          channel.get().config().setWriteBufferWaterMark(new WriteBufferWaterMark(1 << 29, 1 << 30));
          CountDownLatch underWay = new CountDownLatch(2);
          for (int i = 0; i < 2; i++) {
            writers.add(start(() -> {
              int refused = 0;
              for (int n = 0; refused < 3; n++) {
                ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer().writeInt(n);
                buffers.add(buffer);
                ChannelFuture write = channel.get().writeAndFlush(buffer);
                writes.add(write);
                if (write.cause() instanceof RejectedExecutionException) {
                  refused++;
                }
                if (n == 10) {
                  underWay.countDown();
                }
              }
              return null;
            }));
          }
          underWay.await();
        }
        writers.forEach(CompletableFuture::join);
        assertThat(writes).allSatisfy(write -> assertThat(write.isDone()).isTrue());
        assertThat(buffers).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
      }
    }
  }

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void wakeup_afterTheClose_hasNoEffect(Transport transport) throws Throwable {
    NettyLoop netty;
    try (Runner runner = newRunner(transport)) {
      netty = NettyLoops.of(runner.loop());
      runner.run(() -> {});
    }
    assertThatCode(() -> start(() -> {
      netty.poller().wakeup();
      return null;
    }).join()).doesNotThrowAnyException();
  }

  // --- in the loop ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void invokeAll_onTheLoopItself_isRefused(Transport transport) throws Throwable {
    run(transport, () -> {
      IoEventLoop netty = NettyLoops.eventLoop(EventLoop.running());
      for (ThrowingCallable call : List.<ThrowingCallable>of(() -> netty.invokeAny(List.of(() -> 1)),
          () -> netty.invokeAny(List.of(() -> 1), 1, TimeUnit.HOURS), () -> netty.invokeAll(List.of(() -> 1)),
          () -> netty.invokeAll(List.of(() -> 1), 1, TimeUnit.HOURS))) {
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(call)
            .withMessageContaining("await their futures");
      }
      int elsewhere = awaitOnAnotherThread(() -> netty.<Integer>invokeAny(List.of(() -> 1)));
      assertThat(elsewhere).isEqualTo(1);
    });
  }

  // --- what it is ---

  @ParameterizedTest
  @MethodSource(TRANSPORTS)
  void isIoType_ofEachKind_answersAsNettysOwnLoop(Transport transport) throws Throwable {
    ManualIoEventLoop own = new ManualIoEventLoop(Thread.currentThread(), transport.newFactory());
    try (Runner runner = newRunner(transport)) {
      IoEventLoop netty = NettyLoops.eventLoop(runner.loop());
      int yes = 0;
      for (Class<? extends IoHandler> type : List.of(NioIoHandler.class, EpollIoHandler.class, IoUringIoHandler.class,
          LocalIoHandler.class, IoHandler.class)) {
        assertThat(netty.isIoType(type)).as("%s", type).isEqualTo(own.isIoType(type));
        yes += netty.isIoType(type) ? 1 : 0;
      }
      assertThat(yes).isEqualTo(1);
      yes = 0;
      for (Class<? extends IoHandle> type : List.of(NioIoHandle.class, EpollIoHandle.class, IoUringIoHandle.class,
          LocalIoHandle.class, IoHandle.class)) {
        assertThat(netty.isCompatible(type)).as("%s", type).isEqualTo(own.isCompatible(type));
        yes += netty.isCompatible(type) ? 1 : 0;
      }
      assertThat(yes).isEqualTo(1);
      Future<IoRegistration> refused = netty.register(new Handle());
      runner.run(() -> until(refused::isDone));
      assertThat(refused.cause()).isInstanceOf(IllegalArgumentException.class);
      assertThat(netty.next()).isSameAs(netty);
      assertThat(netty.parent()).isEqualTo(own.parent());
      assertThat(netty).containsExactly(netty);
      EmbeddedChannel foreign = new EmbeddedChannel(false, false);
      assertThat(register(netty, foreign).cause()).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("incompatible");
    } finally {
      Future<?> unused = own.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      while (!own.isTerminated()) {
        own.runNow();
      }
    }
  }

  // --- how long it waits ---

  /** Epoll keeps the timer of its last wait if the deadline is the same. On another clock it was, and the loop's own timer came late. */
  @Test
  void poll_aTimerOfNettysIsLaterThanTheLoops_hasTheLoopsDeadline() {
    List<Long> leftNanos = new ArrayList<>();
    NettyLoop netty = NettyLoop.create(Transport.EPOLL, executor -> new IoHandler() {
      @Override
      public int run(IoHandlerContext context) {
        leftNanos.add(context.deadlineNanos() - ((NettyLoop) executor).ticker().nanoTime());
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
    netty.execute(() -> {
      Future<?> unused = netty.schedule(() -> {}, 1, TimeUnit.HOURS);
      loop.stop();
    });
    loop.runForever();
    leftNanos.clear();
    netty.poller().poll(TimeUnit.MINUTES.toNanos(1));
    assertThat(leftNanos).singleElement()
        .satisfies(left -> assertThat(left).isBetween(TimeUnit.SECONDS.toNanos(50), TimeUnit.MINUTES.toNanos(1)));
    loop.close();
  }
}
