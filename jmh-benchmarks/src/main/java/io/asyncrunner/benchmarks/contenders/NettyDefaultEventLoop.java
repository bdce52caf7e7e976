package io.asyncrunner.benchmarks.contenders;

import io.netty.channel.DefaultEventLoop;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Netty's loop without channels, on a thread of its own. */
final class NettyDefaultEventLoop extends CallbackStyle {
  @Override
  ExecutorService newExecutor() {
    return new DefaultEventLoop();
  }

  @Override
  void close(ExecutorService ending) {
    ((DefaultEventLoop) ending).shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
