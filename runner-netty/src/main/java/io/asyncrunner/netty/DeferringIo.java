package io.asyncrunner.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.nio.channels.SelectableChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A transport that is asked for what has happened on one thread, the loop's bare one, and says so on another, a fiber.
 *
 * <p>Netty's transports wait and call the channels' handlers in one go. Handlers are user code, and Netty's own take locks (in
 * allocators, in TLS engines) and log, all of which could stop the bare thread for good: it would wait for a lock that one of
 * its own fibers holds or queues for. So each channel's end of the transport is replaced by a {@link Proxy}, which keeps events
 * while the transport waits, for {@link #dispatch} to hand on.
 *
 * <p>Between an event and its dispatch the channel may be closed. A readiness event (NIO, epoll) is then dropped, as the
 * transports do with what is left of a batch. A completion (io_uring) is always handed on, because buffers hang on it; and that
 * a channel is unregistered is said to it after its last completion.
 *
 * <p>Belongs to the holder of the loop, but for {@link #wakeup}.
 */
@SuppressWarnings("try") // Netty's handles are closed by their transport, and may throw anything then
final class DeferringIo {
  private final IoHandler transport;
  private final ThreadAwareExecutor loop;
  /** A proxy and its event, in turn; {@link #UNREGISTERED} for the last one of a proxy. */
  private final ArrayDeque<Object> kept = new ArrayDeque<>();
  private boolean deferring;
  private boolean closing;
  private volatile boolean destroyed; // shared

  private static final Object UNREGISTERED = new Object();

  DeferringIo(IoHandlerFactory factory, ThreadAwareExecutor loop) {
    this.transport = factory.newHandler(loop);
    this.loop = loop;
  }

  void initialize() {
    transport.initialize();
  }

  /** Waits, as far as the context allows, and keeps what has happened. On the bare thread. */
  void look(IoHandlerContext context) {
    deferring = true;
    try {
      transport.run(context);
    } finally {
      deferring = false;
    }
  }

  boolean hasKept() {
    return !kept.isEmpty();
  }

  /** Hands on what was kept, until it is over, or the time is, or the loop was closed while a handler blocked. On a fiber. */
  void dispatch(long deadlineNanos) {
    while (!kept.isEmpty() && loop.isExecutorThread(Thread.currentThread())) {
      Proxy proxy = (Proxy) kept.remove();
      Object event = kept.remove();
      proxy.waiting--;
      if (event == UNREGISTERED) {
        proxy.channel.unregistered();
      } else {
        proxy.dispatch((IoEvent) event);
      }
      if (System.nanoTime() - deadlineNanos >= 0) {
        return;
      }
    }
  }

  IoRegistration register(IoHandle handle) throws Exception {
    if (closing) { // nobody would close it
      throw new RejectedExecutionException(loop + " takes no more channels: the loop has been closed");
    }
    Proxy proxy;
    if (handle instanceof EpollIoHandle epoll) {
      proxy = new EpollProxy(epoll);
    } else if (handle instanceof IoUringIoHandle uring) {
      proxy = new IoUringProxy(uring);
    } else if (handle instanceof NioIoHandle nio) {
      proxy = new NioProxy(nio);
    } else {
      throw new IllegalArgumentException(
          "an IoHandle of " + handle.getClass() + " (expected one of NIO, epoll or io_uring)");
    }
    return transport.register(proxy);
  }

  /** Whether it is of that type, itself: Netty's users choose their channels by it. */
  boolean isIoType(Class<? extends IoHandler> type) {
    return transport.getClass() == type;
  }

  boolean isCompatible(Class<? extends IoHandle> handleType) {
    return transport.isCompatible(handleType);
  }

  /** Called by any thread, also when all is over. */
  void wakeup() {
    if (!destroyed) {
      transport.wakeup();
    }
  }

  /** Closes all channels, and takes no new ones. */
  void prepareToDestroy() {
    closing = true;
    try {
      dispatch(Long.MAX_VALUE + System.nanoTime()); // what is left; from now on all is handed on at once
    } finally {
      transport.prepareToDestroy();
    }
  }

  void destroy() {
    destroyed = true;
    transport.destroy();
  }

  private abstract class Proxy implements IoHandle {
    final IoHandle channel;
    int waiting; // how many entries of it are kept
    @Nullable IoRegistration registration;

    Proxy(IoHandle channel) {
      this.channel = channel;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      this.registration = registration;
      if (deferring) {
        keep(lasting(event));
      } else {
        channel.handle(registration, event);
      }
    }

    private void keep(Object event) {
      waiting++;
      kept.add(this);
      kept.add(event);
    }

    /** The event, in a form that outlives the call. */
    abstract IoEvent lasting(IoEvent event);

    abstract void dispatch(IoEvent event);

    @Override
    public void registered() {
      channel.registered();
    }

    @Override
    public void unregistered() {
      if (deferring || waiting > 0) {
        keep(UNREGISTERED);
      } else {
        channel.unregistered();
      }
    }

    @Override
    public void close() throws Exception {
      channel.close();
    }
  }

  /** Of a transport that tells what could be done: events are constants, and no longer true of a channel that is closed. */
  private abstract class ReadinessProxy extends Proxy {
    ReadinessProxy(IoHandle channel) {
      super(channel);
    }

    @Override
    IoEvent lasting(IoEvent event) {
      return event;
    }

    @Override
    void dispatch(IoEvent event) {
      IoRegistration own = Objects.requireNonNull(registration);
      if (own.isValid()) {
        channel.handle(own, event);
      }
    }
  }

  private final class NioProxy extends ReadinessProxy implements NioIoHandle {
    NioProxy(NioIoHandle channel) {
      super(channel);
    }

    @Override
    public SelectableChannel selectableChannel() {
      return ((NioIoHandle) channel).selectableChannel();
    }
  }

  private final class EpollProxy extends ReadinessProxy implements EpollIoHandle {
    EpollProxy(EpollIoHandle channel) {
      super(channel);
    }

    @Override
    public FileDescriptor fd() {
      return ((EpollIoHandle) channel).fd();
    }
  }

  /**
   * Of a transport that tells what has been done; it uses one event object again and again.
   *
   * <p>Netty reads on as long as a completion says that the socket is not empty. Behind the data of a peer that has reset the
   * connection there is no more, but an error, and the kernel does not count that; nor does it tell of the reset once more. So that
   * the error is read, all is called not empty once the peer has hung up. (Netty 4.2.18 would leave such a reader waiting for ever.)
   */
  private final class IoUringProxy extends Proxy implements IoUringIoHandle {
    private static final byte POLL_ADD = 6; // IORING_OP_POLL_ADD
    private static final byte RECV = 27; // IORING_OP_RECV
    private static final int HUNG_UP = 0x2000; // POLLRDHUP
    private static final int NOT_EMPTY = 1 << 2; // IORING_CQE_F_SOCK_NONEMPTY

    private boolean hungUp;

    IoUringProxy(IoUringIoHandle channel) {
      super(channel);
    }

    @Override
    IoEvent lasting(IoEvent event) {
      IoUringIoEvent completion = (IoUringIoEvent) event;
      byte operation = completion.opcode();
      int result = completion.res();
      int flags = completion.flags();
      if (operation == POLL_ADD && result > 0 && (result & HUNG_UP) != 0) {
        hungUp = true;
      } else if (operation == RECV && result > 0 && hungUp) {
        flags |= NOT_EMPTY;
      }
      return new IoUringIoEvent(result, flags, operation, completion.userData());
    }

    @Override
    void dispatch(IoEvent event) {
      channel.handle(Objects.requireNonNull(registration), event);
    }
  }
}
