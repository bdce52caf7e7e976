package io.asyncrunner.examples.http;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.netty.ConnectionLostException;
import io.asyncrunner.netty.MessageStream;
import io.asyncrunner.netty.Server;
import io.asyncrunner.netty.StreamOptions;
import io.asyncrunner.netty.Streams;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The server in direct style: a coroutine for each connection, which reads a request, answers it, and reads the next. */
final class DirectHttp {
  private DirectHttp() {}

  /** Serves until the thread is interrupted or the program is. */
  static void serve(EventLoopFactory loops, SocketAddress address, Consumer<SocketAddress> listening)
      throws IOException {
    StreamOptions options = StreamOptions.DEFAULT.withPipeline(pipeline -> pipeline.addLast(new HttpServerCodec()));
    try (Runner runner = Runner.builder().loopFactory(loops).build()) {
      runner.run(() -> Streams.serveMessages(address, HttpObject.class, options, DirectHttp::serve, (Server server) -> {
        listening.accept(server.address());
        Async.sleep(Duration.ofDays(1_000));
        return null;
      }));
    }
  }

  private static void serve(MessageStream<HttpObject> connection) throws IOException {
    try {
      for (HttpRequest request = readRequest(connection); request != null; request = readRequest(connection)) {
        FullHttpResponse answer = Answers.to(request);
        connection.write(answer);
        connection.drain();
        if (!HttpUtil.isKeepAlive(request)) {
          return;
        }
      }
    } catch (ConnectionLostException gone) {
      // The client has hung up, which is its right.
    }
  }

  /** The next request; what comes with it is passed over. {@code null} at the end. */
  private static @Nullable HttpRequest readRequest(MessageStream<HttpObject> connection) throws IOException {
    HttpRequest request = null;
    for (HttpObject message = connection.read(); message != null; message = connection.read()) {
      if (message.decoderResult().isFailure()) {
        ReferenceCountUtil.release(message);
        throw new IOException("not HTTP", message.decoderResult().cause());
      }
      if (message instanceof HttpRequest head) {
        request = head;
      }
      boolean isLast = message instanceof LastHttpContent;
      ReferenceCountUtil.release(message);
      if (isLast) {
        return request;
      }
    }
    return null;
  }
}
