package io.asyncrunner.netty;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options of connections and servers. Each {@code with} gives a changed copy.
 *
 * @param limit how many bytes {@code readUntil} and {@code readLine} look through; twice as many are taken in before they are read. Default: 64 KiB
 * @param lowWaterMark to how many unsent bytes {@code drain} waits. Default: 16 KiB
 * @param highWaterMark from how many unsent bytes on {@code drain} waits. Default: 64 KiB
 * @param tls the keys and trust of a connection that begins in TLS, or {@code null}. Default: none
 * @param serverName the name that a server has to prove to a client, or {@code null} for the host that is connected to
 * @param pipeline puts handlers into the pipeline of a new channel, for example a codec. Default: none
 * @param backlog how many connections may wait to be accepted. Default: 1024
 * @param grace how long a server that stops waits for its connections before it cancels them. Default: 10 seconds
 */
public record StreamOptions(
    int limit,
    int lowWaterMark,
    int highWaterMark,
    @Nullable SslContext tls,
    @Nullable String serverName,
    Consumer<ChannelPipeline> pipeline,
    int backlog,
    Duration grace) {
  /** All defaults. */
  public static final StreamOptions DEFAULT = new StreamOptions(ReadBuffer.DEFAULT_LIMIT, 1 << 14, 1 << 16, null, null,
      pipeline -> {}, 1024, Duration.ofSeconds(10));

  /** Checks them. */
  public StreamOptions {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit: " + limit + " (expected more than 0)");
    }
    if (lowWaterMark < 0 || highWaterMark < lowWaterMark) {
      throw new IllegalArgumentException("lowWaterMark: " + lowWaterMark + ", highWaterMark: " + highWaterMark
          + " (expected 0 or more, and the high one not below the low one)");
    }
    Objects.requireNonNull(pipeline, "pipeline");
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace: " + grace + " (expected zero or more)");
    }
  }

  /**
   * With another limit.
   *
   * @param limit more than 0
   * @return the copy
   */
  public StreamOptions withLimit(int limit) {
    return new StreamOptions(limit, lowWaterMark, highWaterMark, tls, serverName, pipeline, backlog, grace);
  }

  /**
   * With other marks of how much may be written and not sent.
   *
   * @param low 0 or more
   * @param high not below the low one
   * @return the copy
   */
  public StreamOptions withWaterMarks(int low, int high) {
    return new StreamOptions(limit, low, high, tls, serverName, pipeline, backlog, grace);
  }

  /**
   * With TLS from the beginning.
   *
   * @param context for clients, or for servers
   * @return the copy
   */
  public StreamOptions withTls(SslContext context) {
    return new StreamOptions(limit, lowWaterMark, highWaterMark, Objects.requireNonNull(context, "context"), serverName,
        pipeline, backlog, grace);
  }

  /**
   * With another name that the server has to prove; needed where the address has none, as on a unix-domain socket.
   *
   * @param name of the server
   * @return the copy
   */
  public StreamOptions withServerName(String name) {
    return new StreamOptions(limit, lowWaterMark, highWaterMark, tls, Objects.requireNonNull(name, "name"), pipeline,
        backlog,
        grace);
  }

  /**
   * With handlers of Netty's.
   *
   * @param pipeline called for each new channel
   * @return the copy
   */
  public StreamOptions withPipeline(Consumer<ChannelPipeline> pipeline) {
    return new StreamOptions(limit, lowWaterMark, highWaterMark, tls, serverName, pipeline, backlog, grace);
  }

  /**
   * With another length of the queue of connections that wait to be accepted.
   *
   * @param backlog the length; the system may have a limit of its own
   * @return the copy
   */
  public StreamOptions withBacklog(int backlog) {
    return new StreamOptions(limit, lowWaterMark, highWaterMark, tls, serverName, pipeline, backlog, grace);
  }

  /**
   * With another time for connections to end.
   *
   * @param grace zero or more
   * @return the copy
   */
  public StreamOptions withGrace(Duration grace) {
    return new StreamOptions(limit, lowWaterMark, highWaterMark, tls, serverName, pipeline, backlog, grace);
  }
}
