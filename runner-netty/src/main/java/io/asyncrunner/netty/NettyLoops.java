package io.asyncrunner.netty;

import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.FiberHost;
import io.asyncrunner.spi.Fibers;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.netty.channel.IoEventLoop;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Loops that wait in Netty, so that its channels and the coroutines are on the same thread.
 *
 * <pre>{@code
 * try (Runner runner = Runner.builder().loopFactory(NettyLoops.best()).build()) {
 *   runner.run(() -> Streams.serve(address, connection -> echo(connection), server -> awaitShutdown()));
 * }
 * }</pre>
 *
 * <p>The loop's {@link IoEventLoop} is that of {@link #eventLoop}: give it to any {@code Bootstrap}, and what is built on Netty
 * runs on this loop. {@link Streams} has connections in direct style, {@link NettyFutures} awaits Netty's futures.
 *
 * <p><b>Which fibers.</b> Confined virtual threads, where they are to be had: {@code asyncrunner-virtualthreads} on the class
 * path, its flag given, the loop made on a platform thread. Else platform threads, which work on every JDK from 17 on and cost
 * a hand-over between threads for each switch. Never virtual threads with hand-over: whichever of them suspends waits for the
 * loop, and one that waits in {@code epoll} or {@code io_uring} takes a thread away from all virtual threads of the JVM.
 *
 * <p><b>On which thread.</b> The loop's bare thread waits in the transport and does nothing else. Netty's channel handlers, tasks
 * and timers run on a fiber, as callbacks of the loop do: they may lock and log. They should not block, though on confined fibers
 * that holds up only the channels of this loop, not its tasks. All fibers of the loop count as Netty's own thread, so a
 * task that writes to a channel does so at once, without a hand-over; handlers then run on the task's fiber.
 *
 * <p>A loop on io_uring belongs to the first thread that runs it, and needs confined fibers: other threads, and other fibers, are
 * refused. A loop on NIO or epoll may be run by one thread after another.
 *
 * <p><b>The end.</b> When the loop is closed, its channels are. What Netty's loop has accepted by then is run, its timers are cancelled; what
 * comes later is rejected, as by an {@code EventLoopGroup} that has terminated: a write fails and releases its buffer. Shutting down the
 * {@code IoEventLoop} itself has no effect before that.
 */
public final class NettyLoops {
  private static final Logger LOGGER = Loggers.get("io.asyncrunner");
  private static final AtomicBoolean BEST_LOGGED = new AtomicBoolean();

  /** The loops that are open. */
  private static final Map<EventLoop, NettyLoop> LOOPS = new ConcurrentHashMap<>();

  private NettyLoops() {}

  /**
   * Loops on the JDK's selectors: on all systems.
   *
   * @return the factory
   */
  public static EventLoopFactory nio() {
    return factory(Transport.NIO, NettyLoops::bestFibers);
  }

  /**
   * Loops on epoll: on Linux, with {@code io.netty:netty-transport-native-epoll} for the machine.
   *
   * @return the factory
   * @throws IllegalStateException if it cannot be used here, saying why
   */
  public static EventLoopFactory epoll() {
    ensureAvailable(Transport.EPOLL);
    return factory(Transport.EPOLL, NettyLoops::bestFibers);
  }

  /**
   * Loops on io_uring: on Linux where the kernel has it and allows it, with {@code io.netty:netty-transport-native-io_uring} for the
   * machine. Its loops need confined fibers, and refuse to be made where there are none.
   *
   * @return the factory
   * @throws IllegalStateException if it cannot be used here, saying why
   */
  public static EventLoopFactory ioUring() {
    ensureAvailable(Transport.IO_URING);
    return factory(Transport.IO_URING, NettyLoops::bestFibers);
  }

  /**
   * Epoll if it is available, else NIO. Says once on the log which it is, and why not epoll. Never io_uring, which is refused on
   * many systems, and ties a loop to one thread and to confined fibers: choose it where measurements speak for it.
   *
   * @return the factory
   */
  public static EventLoopFactory best() {
    String reason = unavailableReason(Transport.EPOLL);
    if (BEST_LOGGED.compareAndSet(false, true)) {
      LOGGER.info("event loops wait in Netty's {}",
          reason == null ? Transport.EPOLL : Transport.NIO + "; " + Transport.EPOLL + " " + reason);
    }
    return factory(reason == null ? Transport.EPOLL : Transport.NIO, NettyLoops::bestFibers);
  }

  /**
   * The Netty side of a loop, for bootstraps and for what is built on Netty. Any thread.
   *
   * @param loop a loop that one of the factories here made, open
   * @return the event loop that the channels are to be registered with
   * @throws IllegalArgumentException if it is none of these
   */
  public static IoEventLoop eventLoop(EventLoop loop) {
    return of(loop);
  }

  static NettyLoop of(EventLoop loop) {
    NettyLoop found = LOOPS.get(Objects.requireNonNull(loop, "loop"));
    if (found == null) {
      throw new IllegalArgumentException(
          "loop: " + loop + " (expected an open one on Netty: make the Runner with loopFactory(NettyLoops.best()))");
    }
    return found;
  }

  static void forget(EventLoop loop) {
    LOOPS.remove(loop);
  }

  /** Why a transport cannot be used here; {@code null} if it can. */
  static @Nullable String unavailableReason(Transport transport) {
    Throwable cause = transport.unavailabilityCause();
    if (cause == null) {
      return null;
    }
    StringBuilder reason = new StringBuilder("is not available here");
    for (Throwable next = cause; next != null; next = next.getCause()) {
      reason.append(": ").append(next.getMessage() == null ? next.toString() : next.getMessage());
    }
    return reason.toString();
  }

  private static void ensureAvailable(Transport transport) {
    String reason = unavailableReason(transport);
    if (reason != null) {
      throw new IllegalStateException(
          "Netty's " + transport + " " + reason + "; NettyLoops.best() takes what there is");
    }
  }

  /** What chooses the fibers of a loop when it is made. */
  interface FiberChoice {
    Fibers attach(FiberHost host);
  }

  static EventLoopFactory factory(Transport transport, FiberChoice choice) {
    return () -> newEventLoop(transport, choice, Ticker.SYSTEM);
  }

  static LoopEngine newEventLoop(Transport transport, FiberChoice choice, Ticker clock) {
    NettyLoop netty = NettyLoop.create(transport);
    LoopEngine loop = EventLoops.of(netty.poller(), host -> {
      Fibers fibers = choice.attach(host);
      if (transport.isTiedToAThread() && !fibers.isConfined()) {
        netty.discard();
        throw new IllegalStateException("Netty's " + transport + " needs fibers that all run on one thread, found "
            + fibers.kind()
            + ": add asyncrunner-virtualthreads and its flag --add-opens (see VirtualThreadLoops), make the"
            + " loop on a platform thread, or use NettyLoops.epoll() or nio()");
      }
      return new NettyFibers(fibers, netty, host);
    }, clock);
    LOOPS.put(loop, netty);
    return loop;
  }

  static Fibers bestFibers(FiberHost host) {
    FiberFactory offered = EventLoopProvider.best().fibers();
    Fibers fibers = offered == null ? null : offered.attach(host);
    return fibers != null && fibers.isConfined() ? fibers : PlatformThreadLoops.fibers().attach(host);
  }
}
