package io.asyncrunner.examples.http;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.netty.NettyLoops;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves a greeting over HTTP, in direct style or with plain handlers of Netty's. */
@Command(name = "http-hello", mixinStandardHelpOptions = true, description = "Serves a greeting over HTTP/1.1.")
public final class HttpHello implements Runnable {
  /** How the loop waits. */
  @SuppressWarnings("ImmutableEnumChecker") // the suppliers are constants
  enum Wait {
    NIO(NettyLoops::nio, NioIoHandler::newFactory, NioServerSocketChannel.class),
    EPOLL(NettyLoops::epoll, EpollIoHandler::newFactory, EpollServerSocketChannel.class),
    IO_URING(NettyLoops::ioUring, IoUringIoHandler::newFactory, IoUringServerSocketChannel.class);

    final Supplier<EventLoopFactory> loops;
    final Supplier<IoHandlerFactory> transport;
    final Class<? extends ServerChannel> channel;

    Wait(Supplier<EventLoopFactory> loops, Supplier<IoHandlerFactory> transport,
        Class<? extends ServerChannel> channel) {
      this.loops = loops;
      this.transport = transport;
      this.channel = channel;
    }
  }

  @Option(names = "--transport", defaultValue = "EPOLL", description = "One of ${COMPLETION-CANDIDATES}. Default: EPOLL.")
  private Wait wait = Wait.EPOLL;

  @Option(names = "--port", defaultValue = "8080", description = "Where it listens, on this machine only. Default: 8080.")
  private int port;

  @Option(names = "--plain", description = "With plain handlers of Netty's, to compare.")
  private boolean plain;

  private HttpHello() {}

  /**
   * Runs the program.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new HttpHello()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public void run() {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      if (plain) {
        PlainHttp.serve(wait.transport.get(), wait.channel, address,
            found -> System.out.println("listening on " + found));
      } else {
        DirectHttp.serve(wait.loops.get(), address, found -> System.out.println("listening on " + found));
      }
    } catch (Exception failed) {
      throw new IllegalStateException("the server has ended", failed);
    }
  }
}
