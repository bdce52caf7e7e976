/** Programs built on asyncrunner that a person would really run. */
@org.jspecify.annotations.NullMarked
module io.asyncrunner.examples {
  requires info.picocli;
  requires io.asyncrunner;
  requires io.asyncrunner.netty;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.classes.io_uring;
  requires java.net.http;
  requires jdk.httpserver;
  requires org.commonmark;
  requires org.commonmark.ext.autolink;
  requires org.jsoup;
  requires org.jspecify;

  opens io.asyncrunner.examples.http to
      info.picocli;
  opens io.asyncrunner.examples.linkcheck to
      info.picocli;
}
