package io.asyncrunner.netty;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A way of Netty's to wait for channels, and its kinds of channel. */
enum Transport {
  NIO("NIO", NioSocketChannel.class, NioServerSocketChannel.class, NioDomainSocketChannel.class,
      NioServerDomainSocketChannel.class) {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return null;
    }

    @Override
    IoHandlerFactory newFactory() {
      return NioIoHandler.newFactory();
    }

    @Override
    SocketAddress unixAddress(UnixDomainSocketAddress address) {
      return address;
    }

    @Override
    boolean canHalfClose(SocketAddress address) {
      return !isUnix(address);
    }

    // A selector counts in milliseconds, and Netty looks again and again for what is less than half of one.
    @Override
    long shortestWaitNanos() {
      return TimeUnit.MILLISECONDS.toNanos(1);
    }
  },

  EPOLL("epoll", EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDomainSocketChannel.class,
      EpollServerDomainSocketChannel.class) {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return Epoll.unavailabilityCause();
    }

    @Override
    IoHandlerFactory newFactory() {
      return EpollIoHandler.newFactory();
    }
  },

  IO_URING("io_uring", IoUringSocketChannel.class, IoUringServerSocketChannel.class, IoUringDomainSocketChannel.class,
      IoUringServerDomainSocketChannel.class) {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return IoUring.unavailabilityCause();
    }

    @Override
    IoHandlerFactory newFactory() {
      return IoUringIoHandler.newFactory();
    }

    // Netty registers the ring with the thread that begins, and the kernel then refuses it to others.
    @Override
    boolean isTiedToAThread() {
      return true;
    }
  };

  private final String label;
  private final Class<? extends Channel> channel;
  private final Class<? extends ServerChannel> serverChannel;
  private final Class<? extends Channel> unixChannel;
  private final Class<? extends ServerChannel> unixServerChannel;

  Transport(String label, Class<? extends Channel> channel, Class<? extends ServerChannel> serverChannel,
      Class<? extends Channel> unixChannel, Class<? extends ServerChannel> unixServerChannel) {
    this.label = label;
    this.channel = channel;
    this.serverChannel = serverChannel;
    this.unixChannel = unixChannel;
    this.unixServerChannel = unixServerChannel;
  }

  /** What keeps it from being used here; {@code null} if nothing does. */
  abstract @Nullable Throwable unavailabilityCause();

  abstract IoHandlerFactory newFactory();

  /** Whether one thread has to do all: wait, submit what channels want, and close. */
  boolean isTiedToAThread() {
    return false;
  }

  /** The shortest time that it can wait without turning over; a timer that is due earlier comes so much later. */
  long shortestWaitNanos() {
    return 0;
  }

  /** A unix-domain address as its channels want it. */
  SocketAddress unixAddress(UnixDomainSocketAddress address) {
    return new DomainSocketAddress(address.getPath().toFile());
  }

  /** Whether a connection stays open in one direction when the peer has ended the other; else Netty closes it. */
  boolean canHalfClose(SocketAddress address) {
    return true;
  }

  Class<? extends Channel> channel(SocketAddress address) {
    return isUnix(address) ? unixChannel : channel;
  }

  Class<? extends ServerChannel> serverChannel(SocketAddress address) {
    return isUnix(address) ? unixServerChannel : serverChannel;
  }

  private static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress || address instanceof DomainSocketAddress;
  }

  @Override
  public String toString() {
    return label;
  }
}
