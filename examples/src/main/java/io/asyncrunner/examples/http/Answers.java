package io.asyncrunner.examples.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What both servers answer. */
final class Answers {
  private static final byte[] HELLO = "Hello, World!\n".getBytes(UTF_8);

  private Answers() {}

  /** The answer to a request; to {@code /memory} how much memory the server takes. */
  static FullHttpResponse to(HttpRequest request) {
    return switch (request.uri()) {
      case "/" -> of(request, HttpResponseStatus.OK, HELLO);
      case "/memory" -> of(request, HttpResponseStatus.OK, memory().getBytes(UTF_8));
      default -> of(request, HttpResponseStatus.NOT_FOUND, "no such page\n".getBytes(UTF_8));
    };
  }

  private static FullHttpResponse of(HttpRequest request, HttpResponseStatus status, byte[] body) {
    ByteBuf content = Unpooled.wrappedBuffer(body);
    FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    HttpUtil.setContentLength(answer, body.length);
    HttpUtil.setKeepAlive(answer, HttpUtil.isKeepAlive(request));
    return answer;
  }

  /** The heap in use after a collection, and the memory of the process where the system tells it, in bytes. */
  private static String memory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return "heap " + (runtime.totalMemory() - runtime.freeMemory()) + "\nresident " + resident() + "\n";
  }

  private static long resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status"))
          .stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException notLinux) {
      return -1;
    }
  }
}
