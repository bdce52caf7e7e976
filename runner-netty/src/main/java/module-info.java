/** Loops that wait in Netty, with Netty's channels and the coroutines on the same thread; and direct-style streams. */
@org.jspecify.annotations.NullMarked
module io.asyncrunner.netty {
  requires transitive io.asyncrunner;
  requires io.asyncrunner.core;
  requires transitive io.netty.buffer;
  requires io.netty.codec;
  requires transitive io.netty.common;
  requires transitive io.netty.handler;
  requires transitive io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.classes.io_uring;
  requires io.netty.transport.unix.common;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports io.asyncrunner.netty;
}
