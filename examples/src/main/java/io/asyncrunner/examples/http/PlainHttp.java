package io.asyncrunner.examples.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The same server as plain handlers, on one event loop of Netty's own. */
final class PlainHttp {
  private PlainHttp() {}

  /** Serves until the thread is interrupted or the program is. */
  static void serve(IoHandlerFactory transport, Class<? extends ServerChannel> type, SocketAddress address,
      Consumer<SocketAddress> listening) throws InterruptedException {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport);
    try {
      Channel channel = new ServerBootstrap().group(group)
          .channel(type)
          .option(ChannelOption.SO_BACKLOG, 1024)
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel connection) {
              connection.pipeline().addLast(new HttpServerCodec(), new Handler());
            }
          })
          .bind(address)
          .sync()
          .channel();
      listening.accept(channel.localAddress());
      channel.closeFuture().sync();
    } finally {
      Future<?> _ = group.shutdownGracefully();
    }
  }

  private static final class Handler extends ChannelInboundHandlerAdapter {
    private @Nullable HttpRequest request;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest head) {
        request = head;
      }
      if (message instanceof LastHttpContent && request != null) {
        FullHttpResponse answer = Answers.to(request);
        ChannelFuture written = context.write(answer);
        if (!HttpUtil.isKeepAlive(request)) {
          written.addListener(ChannelFutureListener.CLOSE);
        }
        request = null;
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
      ChannelFuture _ = context.close();
    }
  }
}
